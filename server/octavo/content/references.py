"""Files of the media library that the fields and the cover of a piece name: they must be there."""

from collections.abc import Iterator, Mapping
from typing import Any

from octavo.content.errors import InvalidContentError
from octavo.content.kinds import Cover
from octavo.content.tables import MediaRow
from octavo.kernel.errors import FieldError

__all__ = ["check_media", "media_ids"]

# What a name asks for; a name that is not here takes any file.
_KINDS = {
    "fields.video.media_id": "video",
    "fields.audio.media_id": "audio",
    "fields.poster_media_id": "image",
    "fields.pictures": "image",
    "fields.captions": "captions",
    "cover.media_id": "image",
}


async def check_media(
    fields: Mapping[str, Any], cover: Cover | None, *, known: frozenset[int] = frozenset()
) -> None:
    """Pass if every file that is named exists and is what its place asks for.

    Args:
        known: files that the piece had before; what became of them does not hold up an edit.

    Raises:
        InvalidInputError: names each field that is wrong.
    """
    named = [(path, i) for path, i in _named(fields, cover) if i not in known]
    if not named:
        return
    rows = await MediaRow.select(MediaRow.id, MediaRow.kind).where(
        MediaRow.id.is_in(sorted({media_id for _, media_id in named}))
    )
    kinds = {row["id"]: row["kind"] for row in rows}
    flaws = tuple(flaw for path, i in named if (flaw := _flaw(path, i, kinds.get(i))))
    if flaws:
        raise InvalidContentError(f"{flaws[0].field}: {flaws[0].message}", *flaws)


def media_ids(fields: Mapping[str, Any], cover: Cover | None) -> frozenset[int]:
    """Answer the files that fields and cover name."""
    return frozenset(media_id for _, media_id in _named(fields, cover))


def _flaw(path: str, media_id: int, kind: str | None) -> FieldError | None:
    if kind is None:
        return FieldError(field=path, message=f"there is no file {media_id}", code="unknown")
    wanted = _KINDS.get(path) or _KINDS.get(path.partition("[")[0])
    if wanted is None or kind == wanted:
        return None
    message = f"file {media_id} is of another kind: {kind}, not {wanted}"
    return FieldError(field=path, message=message, code="wrong_kind")


def _named(fields: Mapping[str, Any], cover: Cover | None) -> Iterator[tuple[str, int]]:
    yield from _within(fields, "fields")
    if cover is not None and cover.media_id is not None:
        yield "cover.media_id", cover.media_id


def _within(value: Any, path: str) -> Iterator[tuple[str, int]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name.endswith("media_id") and isinstance(item, int):
                yield f"{path}.{name}", item
            else:
                yield from _within(item, f"{path}.{name}")
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _within(item, f"{path}[{position}]")
