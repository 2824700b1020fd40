"""Which imported pieces are translations of each other: they share a key in their source.

A piece joins those that are stored already, in the transaction that stores it, so an import that
was killed goes on without losing one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from octavo.accounts import queries as accounts_q
from octavo.content import rules
from octavo.content.events import TranslationsChanged
from octavo.content.tables import ImportedRow, PieceRow
from octavo.kernel.events import EventBus
from octavo.kernel.ids import new_code

__all__ = ["families_of", "join_families"]

Family = tuple[str, ...]
_CODE = 12
_LARGEST = 300


def families_of(keyed: Iterable[tuple[str, str]]) -> dict[str, Family]:
    """Answer for every source id those that share its key, itself among them; alone it has none.

    Args:
        keyed: source ids with their keys, in the order of the source; an empty key is none.
    """
    by_key: dict[str, list[str]] = defaultdict(list)
    for source_id, key in keyed:
        if key:
            by_key[key].append(source_id)
    found: dict[str, Family] = {}
    for members in by_key.values():
        if 1 < len(members) <= _LARGEST:
            family = tuple(members)
            found.update(dict.fromkeys(members, family))
    return found


async def join_families(families: Iterable[Family], *, source: str, bus: EventBus) -> int:
    """Make those members that are stored translations of each other; answer how many became it.

    One that somebody put elsewhere stays there, and of two in one language the first counts.
    """
    wanted = list(dict.fromkeys(family for family in families if family))
    if not wanted:
        return 0
    stored = await _stored(wanted, source=source)
    own = rules.tidy_language((await accounts_q.get_organisation()).locale)
    changed: list[int] = []
    for family in wanted:
        rows = [stored[source_id] for source_id in family if source_id in stored]
        changed += await _join(rows, own=own)
    if changed:
        await bus.announce(TranslationsChanged(piece_ids=tuple(changed)))
    return len(changed)


async def _stored(families: Sequence[Family], *, source: str) -> Mapping[str, dict[str, Any]]:
    names = list(dict.fromkeys(name for family in families for name in family))
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(names), _LARGEST):
        rows = await ImportedRow.select(
            ImportedRow.source_id,
            ImportedRow.piece_id.as_alias("id"),
            ImportedRow.piece_id.language.as_alias("language"),
            ImportedRow.piece_id.translation_group.as_alias("group"),
        ).where(
            (ImportedRow.source == source)
            & ImportedRow.source_id.is_in(names[start : start + _LARGEST])
        )
        found |= {row["source_id"]: row for row in rows}
    return found


async def _join(rows: list[dict[str, Any]], *, own: str) -> list[int]:
    groups = [row["group"] for row in rows if row["group"]]
    group = groups[0] if groups else new_code(_CODE)
    taken: set[str] = set()
    if groups:
        present = await PieceRow.select(PieceRow.language).where(
            PieceRow.translation_group == group
        )
        taken = {row["language"] or own for row in present}
    joining: list[int] = []
    for row in rows:
        language = row["language"] or own
        if row["group"] is None and language not in taken:
            taken.add(language)
            joining.append(row["id"])
    if not joining or (not groups and len(joining) == 1):
        return []
    await PieceRow.update({PieceRow.translation_group: group}).where(PieceRow.id.is_in(joining))
    return joining
