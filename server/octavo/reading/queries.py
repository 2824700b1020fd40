"""Reads of the content version."""

from octavo.reading.tables import ContentVersionRow

__all__ = ["content_version"]


async def content_version() -> int:
    """Answer the number that moves with whatever readers could see differently.

    Read it before what it is to stand for: what is read afterwards is of this version or a later.
    """
    number = (
        await ContentVersionRow.select(ContentVersionRow.number)
        .where(ContentVersionRow.id == 1)
        .first()
    )
    return number["number"] if number else 0
