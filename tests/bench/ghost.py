"""Makes a Ghost export of any size: Lexical with its HTML, cards, tags, people, drafts."""

import json
import random
from datetime import timedelta
from pathlib import Path

from tests.bench.wxr import FIRST_DAY, WORDS

__all__ = ["write_ghost_export"]

_TAGS, _PEOPLE = 300, 3
_SITE = "__GHOST_URL__"


def write_ghost_export(
    path: Path, *, posts: int = 0, size_bytes: int = 0, paragraphs: int = 12
) -> int:
    """Write an export of so many posts, or of at least so many bytes; answer how many posts."""
    dice = random.Random(8)
    number = written = 0
    with path.open("w", encoding="utf-8") as file:
        written += file.write('{"db":[{"meta":{"exported_on":1,"version":"5.80.0"},"data":{')
        written += file.write(
            f'"users":{_rows(_PEOPLE, "Writer")},"tags":{_rows(_TAGS, "Tag")},"posts":['
        )
        while number < posts or written < size_bytes:
            number += 1
            text = json.dumps(_post(number, dice, paragraphs), ensure_ascii=False)
            written += file.write(f"{',' if number > 1 else ''}\n{text}")
        file.write('],\n"posts_tags":[' + _links(number, "tag_id", _TAGS))
        file.write('],\n"posts_authors":[' + _links(number, "author_id", _PEOPLE))
        file.write("]}}]}\n")
    return number


def _rows(count: int, name: str) -> str:
    return json.dumps(
        [
            {"id": str(one), "name": f"{name} {one}", "slug": f"{name.lower()}-{one}"}
            for one in range(count)
        ]
    )


def _links(posts: int, other: str, count: int) -> str:
    rows = (
        f'{{"id":"{one}","post_id":"p{one}","{other}":"{one % count}","sort_order":0}}'
        for one in range(1, posts + 1)
    )
    return ",".join(rows)


def _post(number: int, dice: random.Random, paragraphs: int) -> dict[str, object]:
    stamp = (FIRST_DAY + timedelta(hours=number)).strftime("%Y-%m-%d %H:%M:%S")
    texts = [" ".join(dice.choices(WORDS, k=70)) for _ in range(paragraphs)]
    last = f"{_SITE}/post-{max(1, number - 1)}/"
    picture = f"{_SITE}/content/images/2024/05/p{number}.jpg"
    return {
        "id": f"p{number}",
        "uuid": f"00000000-0000-4000-8000-{number:012d}",
        "title": f"Post {number} & more",
        "slug": f"post-{number}",
        "type": "post",
        "status": "draft" if number % 50 == 3 else "published",
        "visibility": "public",
        "featured": int(number % 100 == 1),
        "created_at": stamp,
        "updated_at": stamp,
        "published_at": stamp,
        "custom_excerpt": f"About {number}",
        "html": _html(texts, last, picture),
        "lexical": json.dumps(_lexical(texts, last, picture)),
    }


def _html(texts: list[str], last: str, picture: str) -> str:
    figure = (
        f'<figure class="kg-card kg-image-card"><img src="{picture}" class="kg-image" alt="A press">'
        "<figcaption>The press</figcaption></figure>"
    )
    link = f'<p><a href="{last}">The last one</a>.</p>'
    return figure + link + "".join(f"<p>{text}</p>" for text in texts)


def _lexical(texts: list[str], last: str, picture: str) -> dict[str, object]:
    link = {"type": "link", "url": last, "children": [_text("The last one")]}
    image = {
        "type": "image",
        "version": 1,
        "src": picture,
        "alt": "A press",
        "caption": "The press",
    }
    paragraphs = [_paragraph(_text(text)) for text in texts]
    return {
        "root": {"type": "root", "children": [image, _paragraph(link, _text(".")), *paragraphs]}
    }


def _paragraph(*children: dict[str, object]) -> dict[str, object]:
    return {"type": "paragraph", "version": 1, "children": list(children)}


def _text(text: str) -> dict[str, object]:
    return {"type": "extended-text", "version": 1, "format": 0, "text": text}
