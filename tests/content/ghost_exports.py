"""Small exports of Ghost made by hand, and a look at what became of them."""

import json

from octavo.content.tables import PieceRow, RevisionRow

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def post(number, **fields):
    return {
        "id": f"id{number}", "uuid": f"uuid{number}", "title": f"Post {number}", "slug": f"post-{number}",
        "html": f"<p>Text {number}</p>", "status": "published", "type": "post", "visibility": "public",
        "featured": 0, "published_at": "2024-05-01 10:00:00", "created_at": "2024-04-01 10:00:00",
        **fields,
    }  # fmt: skip


def write(path, posts, **tables):
    data = {"posts": posts, "tags": [], "posts_tags": [], "users": [], "settings": [], **tables}
    path.write_text(json.dumps({"db": [{"meta": {"version": "6.1.0"}, "data": data}]}))
    return path


async def pieces():
    rows = await PieceRow.select().order_by(PieceRow.id)
    return {row["title"]: row for row in rows}


async def body_of(title):
    row = await PieceRow.select(PieceRow.head_revision_id).where(PieceRow.title == title).first()
    return await RevisionRow.select().where(RevisionRow.id == row["head_revision_id"]).first()
