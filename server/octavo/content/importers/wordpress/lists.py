"""Old addresses of lists: of a category, a tag, an author; they lead to the lists there are now."""

from datetime import datetime
from urllib.parse import urlsplit

from octavo.content import rules
from octavo.content.events import RedirectsChanged
from octavo.content.importers.wordpress.site import Site
from octavo.content.tables import PieceRow, RedirectRow
from octavo.kernel.db import transaction
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.events import EventBus

_MAX_LISTS = 20_000
_AT_ONCE = 500
_FOLDERS = {"category": "category", "post_tag": "tag", "tag": "tag"}


async def redirect_lists(site: Site, *, dry_run: bool, now: datetime, bus: EventBus) -> int:
    """Lead the old lists to the new ones; answer how many were not led before.

    Addresses that are in use stay what they are. The default bases of WordPress are assumed, for
    an export does not name them.
    """
    wanted = dict(list(_targets(site).items())[:_MAX_LISTS])
    made = 0
    paths = list(wanted)
    for start in range(0, len(paths), _AT_ONCE):
        made += await _lead(
            {path: wanted[path] for path in paths[start : start + _AT_ONCE]},
            dry_run=dry_run,
            now=now,
            bus=bus,
        )
    return made


async def _lead(wanted: dict[str, str], *, dry_run: bool, now: datetime, bus: EventBus) -> int:
    async with transaction():
        taken = {
            row["from_path"]
            for row in await RedirectRow.select(RedirectRow.from_path).where(
                RedirectRow.from_path.is_in(list(wanted))
            )
        }
        taken |= {
            row["path"]
            for row in await PieceRow.select(PieceRow.path).where(PieceRow.path.is_in(list(wanted)))
        }
        rows = [
            RedirectRow(from_path=path, to_path=target, reason="imported", created_at=now)
            for path, target in wanted.items()
            if path not in taken
        ]
        if rows and not dry_run:
            await RedirectRow.insert(*rows).on_conflict(
                target=RedirectRow.from_path, action="DO NOTHING"
            )
            await bus.announce(RedirectsChanged(paths=tuple(row.from_path for row in rows)))
    return len(rows)


def _targets(site: Site) -> dict[str, str]:
    base = urlsplit(site.channel.get("base_blog_url", "")).path.rstrip("/")
    targets: dict[str, str] = {}
    for (domain, slug), name in site.labels.items():
        folder = _FOLDERS.get(domain)
        if folder is not None and slug and slug != "uncategorized" and rules.tag_slug(name):
            target = f"/tags/{rules.tag_slug(name)}/"
            above = [*reversed(site.ancestors(slug)), slug] if folder == "category" else [slug]
            targets[f"{base}/{folder}/{'/'.join(above)}/"] = target
            targets.setdefault(f"{base}/{folder}/{slug}/", target)
    for login, name in site.bylines.items():
        targets[f"{base}/author/{login}/"] = f"/authors/{rules.author_slug(name)}/"
    return {path: target for path, target in targets.items() if _is_usable(path)}


def _is_usable(path: str) -> bool:
    try:
        checked = rules.check_redirect_path(path)
        rules.check_own_path(checked)
    except InvalidInputError:
        return False
    return checked == path
