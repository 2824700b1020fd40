"""Translations: pieces that say the same in different languages share a group.

The group belongs to the piece and not to its text: whoever is made a translation of a live piece
changes nothing that must be published again. A piece without a language counts as one in the
organisation's. See `docs/decisions/0020-translations.md`.
"""

import msgspec

from octavo.accounts import queries as accounts_q
from octavo.content import queries, rules
from octavo.content.errors import TakenError, wrong
from octavo.content.schemas import Piece, PieceIn
from octavo.content.tables import PieceRow
from octavo.kernel.ids import new_code

__all__ = ["Joined", "check_language", "copy_of", "group_of", "join", "leave"]

_CODE = 12


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """The group that a piece is to be in, and the other pieces whose group changed for that."""

    group: str | None
    changed: tuple[int, ...] = ()


async def join(target_id: int, *, language: str, piece_id: int = 0) -> Joined:
    """Answer the group of a piece for another one to enter; makes it if it has none.

    Raises:
        InvalidContentError: there is no such piece, or it is the same one.
        TakenError: the language is that of a piece in the group.
    """
    if target_id == piece_id:
        raise wrong("translation_of", "a piece is no translation of itself")
    row = await (
        PieceRow.select(PieceRow.id, PieceRow.translation_group)
        .where(PieceRow.id == target_id)
        .first()
    )
    if row is None:
        raise wrong("translation_of", f"there is no piece {target_id}", code="unknown")
    group: str | None = row["translation_group"]
    changed: tuple[int, ...] = ()
    if group is None:
        group, changed = await _found_group(target_id)
    await check_language(group, language=language, but=piece_id)
    return Joined(group=group, changed=changed)


async def _found_group(piece_id: int) -> tuple[str, tuple[int, ...]]:
    """Give a piece a group of its own, unless somebody did meanwhile."""
    made = new_code(_CODE)
    done = await (
        PieceRow.update({PieceRow.translation_group: made})
        .where((PieceRow.id == piece_id) & PieceRow.translation_group.is_null())
        .returning(PieceRow.id)
    )
    if done:
        return made, (piece_id,)
    return await group_of(piece_id) or made, ()


async def group_of(piece_id: int) -> str | None:
    row = await PieceRow.select(PieceRow.translation_group).where(PieceRow.id == piece_id).first()
    return row["translation_group"] if row else None


async def check_language(group: str, *, language: str, but: int = 0) -> None:
    """Pass if no other piece of the group is in this language.

    Raises:
        TakenError: one is.
    """
    own = rules.tidy_language((await accounts_q.get_organisation()).locale)
    wanted = rules.tidy_language(language or own)
    for other in await queries.translations_of(group, but=but):
        if (other.language or own) == wanted:
            msg = (
                f"{other.title!r} is the one in {wanted} already: give this piece another language"
            )
            raise TakenError(msg, field="language")


async def leave(group: str | None, *, but: int = 0) -> tuple[int, ...]:
    """Dissolve a group in which one piece alone stays; answer that one.

    Args:
        but: the piece that is leaving.
    """
    rest = await queries.translations_of(group, but=but)
    if len(rest) != 1:
        return ()
    await PieceRow.update({PieceRow.translation_group: None}).where(PieceRow.id == rest[0].id)
    return (rest[0].id,)


def copy_of(piece: Piece, *, language: str) -> PieceIn:
    """Answer a draft that begins with what a piece says, to be put into another language."""
    language = rules.tidy_language(rules.check_language(language))
    kept = {
        name: getattr(piece, name)
        for name in ("kind", "title", "body", "excerpt", "campaign_id", "source_url", "fields",
                     "cover", "meta_title", "meta_description", "featured", "series_position")
    }  # fmt: skip
    return PieceIn(
        **kept,
        tags=[tag.name for tag in piece.tags],
        author_ids=[author.id for author in piece.authors],
        series_id=piece.series.id if piece.series else None,
        language=language,
        translation_of=piece.id,
    )
