"""Ghost's `redirects.json` and `redirects.yaml`: the plain ones come along, patterns are told."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from octavo.accounts.schemas import SYSTEM
from octavo.content import redirects, rules
from octavo.content.importers.frontmatter import FrontMatterError, read_yaml
from octavo.content.importers.report import Outcome, ReportRow
from octavo.content.importers.sources import UnusableSourceError
from octavo.content.schemas import RedirectIn
from octavo.content.tables import RedirectRow
from octavo.kernel.errors import OctavoError
from octavo.kernel.events import EventBus

_MAX_BYTES = 10_000_000
_SAME = "leads there already"
# `^`, `$` and an escaped or optional slash around a path; everything else is a pattern.
_PLAIN = re.compile(r"\^?(?P<path>/(?:[\w~%@!,;=+-]|\\?[./]|\\-)*?)(?:\\?/\?)?\$?")


async def import_redirects(
    file: Path, *, dry_run: bool, now: datetime, bus: EventBus
) -> list[ReportRow]:
    """Make the redirects of a file; say of each what became of it.

    Raises:
        UnusableSourceError: the file cannot be read; nothing was changed.
    """
    rows = []
    for source, target in _pairs(file):
        path = _plain_path(source)
        if path is None:
            reason = "is a pattern: Octavo redirects single addresses"
        else:
            reason = await _make(path, target, dry_run=dry_run, now=now, bus=bus)
        rows.append(_row(file, source, target, reason))
    return rows


def _row(file: Path, source: str, target: str, reason: str) -> ReportRow:
    outcomes: dict[str, Outcome] = {"": "taken", _SAME: "unchanged"}
    outcome = outcomes.get(reason, "skipped")
    return ReportRow(
        file=file.name,
        item=f"redirect {source[:120]}",
        outcome=outcome,
        reason=reason if outcome == "skipped" else "",
        url=target[:600],
    )


async def _make(path: str, target: str, *, dry_run: bool, now: datetime, bus: EventBus) -> str:
    known = (
        await RedirectRow.select(RedirectRow.to_path).where(RedirectRow.from_path == path).first()
    )
    if known is not None:
        return _SAME if known["to_path"] == target else "leads somewhere already"
    data = RedirectIn(from_path=path, to_path=target)
    try:
        if dry_run:
            _check(data)
        else:
            await redirects.create_redirect(data, actor=SYSTEM, now=now, bus=bus)
    except OctavoError as exc:
        return exc.message
    return ""


def _check(data: RedirectIn) -> None:
    path = rules.check_redirect_path(data.from_path)
    rules.check_own_path(path)
    rules.check_target(data.to_path or "")


def _plain_path(source: str) -> str | None:
    found = _PLAIN.fullmatch(source.strip())
    return None if found is None else found["path"].replace("\\", "") or None


def _pairs(file: Path) -> Iterator[tuple[str, str]]:
    if file.stat().st_size > _MAX_BYTES:
        raise UnusableSourceError(f"{file.name} is larger than {_MAX_BYTES // 1_000_000} MB")
    try:
        text = file.read_text("utf-8-sig")
        found = json.loads(text) if file.suffix.lower() == ".json" else read_yaml(text)
    except (ValueError, RecursionError, FrontMatterError, OSError) as exc:
        raise UnusableSourceError(f"{file.name} cannot be read: {str(exc)[:200]}") from exc
    if isinstance(found, list):
        pairs = [(item.get("from"), item.get("to")) for item in found if isinstance(item, dict)]
    elif isinstance(found, dict) and found:
        tables = [table for table in found.values() if isinstance(table, dict)]
        pairs = [pair for table in tables for pair in table.items()]
    else:
        raise UnusableSourceError(f"{file.name} holds no redirects")
    return ((a, b) for a, b in pairs if isinstance(a, str) and isinstance(b, str))
