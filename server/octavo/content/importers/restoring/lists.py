"""Tags, bylines, series, campaigns, redirects and calls to action that are not here yet."""

from typing import Any

import msgspec

from octavo.accounts.schemas import SYSTEM
from octavo.content import rules
from octavo.content.events import RedirectsChanged
from octavo.content.exporters import records
from octavo.content.importers.restoring.state import Restoring
from octavo.content.tables import AuthorRow, RedirectRow, SeriesRow, TagRow
from octavo.kernel.db import transaction
from octavo.kernel.errors import OctavoError
from octavo.kernel.text import clean_text, slugify
from octavo.strategy import queries as strategy_q
from octavo.strategy import service as strategy
from octavo.strategy.schemas import CampaignIn

_AT_ONCE = 50
_MAX_LABEL = 80


async def store_lists(run: Restoring) -> None:
    """Store what pieces refer to; what is here already stays as it is."""
    tags = {
        label.slug: {"name": label.name, "description": label.description}
        for label in run.archive.read(records.TAGS, records.Label)
    }
    series = {
        label.slug: {"title": label.name, "description": label.description}
        for label in run.archive.read(records.SERIES, records.Label)
    }
    people = _people(run)
    for table, name, wanted in (
        (TagRow, "tags", tags), (SeriesRow, "series", series), (AuthorRow, "authors", people),
    ):  # fmt: skip
        run.labels[name] = await _labels(run, table, wanted)
    await _campaigns(run)
    await _redirects(run)
    if not run.dry_run:
        lines = [line for _, line in run.archive.raw_lines(records.CTAS)]
        run.notes.extend(await run.ctas.restore(lines, now=run.now))


def _people(run: Restoring) -> dict[str, dict[str, str]]:
    people = {}
    for person in run.archive.read(records.AUTHORS, records.Person):
        website = rules.usable_url(person.website) or ""
        if person.website and not website:
            run.notes.append(f"the website of author {person.slug[:80]!r} is no address: left out")
        people[person.slug] = {"name": person.name, "bio": person.bio, "website": website}
    return people


async def _labels(run: Restoring, table: Any, wanted: dict[str, dict[str, str]]) -> dict[str, int]:
    known = {row["slug"]: row["id"] for row in await table.select(table.id, table.slug)}
    new = [slug for slug in wanted if slug not in known and _is_label(run, slug)]
    if run.dry_run:
        return {**known, **dict.fromkeys(new, 0)}
    for start in range(0, len(new), _AT_ONCE):
        rows = [
            table(slug=slug, **{name: clean_text(text, field=name)
                                for name, text in wanted[slug].items()},
                  created_at=run.now, updated_at=run.now)
            for slug in new[start : start + _AT_ONCE]
        ]  # fmt: skip
        stored = await table.insert(*rows).returning(table.id, table.slug)
        known |= {row["slug"]: row["id"] for row in stored}
    return known


def _is_label(run: Restoring, slug: str) -> bool:
    usable = (
        bool(slug) and len(slug) <= _MAX_LABEL and slug in {slugify(slug), rules.tag_slug(slug)}
    )
    if not usable:
        run.notes.append(f"{slug[:80]!r} cannot be a slug: left out")
    return usable


async def _campaigns(run: Restoring) -> None:
    known = {one.name: one.id for one in await strategy_q.all_campaigns()}
    for line in run.archive.read(records.CAMPAIGNS, records.CampaignLine):
        if line.name in known:
            continue
        if run.dry_run:
            known[line.name] = 0
            continue
        data = msgspec.convert(msgspec.structs.asdict(line), CampaignIn)
        made = await strategy.create_campaign(data, actor=SYSTEM, now=run.now, bus=run.bus)
        known[line.name] = made.id
    run.campaigns.update(known)


async def _redirects(run: Restoring) -> None:
    paths: list[str] = []
    for line in run.archive.read(records.REDIRECTS, records.RedirectLine):
        try:
            path = rules.check_redirect_path(line.path)
            rules.check_own_path(path)
            target = rules.check_target(line.to)
        except OctavoError as exc:
            run.notes.append(f"the redirect of {line.path[:80]} is left out: {exc.message}")
            continue
        if run.dry_run:
            continue
        await RedirectRow.insert(
            RedirectRow(from_path=path, to_path=target, reason=line.reason[:12],
                        created_at=run.now)
        ).on_conflict(target=RedirectRow.from_path, action="DO NOTHING")  # fmt: skip
        paths.append(path)
    if paths:
        async with transaction():
            await run.bus.announce(RedirectsChanged(paths=tuple(paths)))
