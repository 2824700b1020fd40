"""The files that the search in the browser reads, and which of them a change touches.

Everything is ordered by the pieces' ids, which never move: a piece that comes, goes or changes touches
its own files and no others. Ids are cut into chunks (`search/docs/<n>.json`: what a result shows of
each piece) and into blocks (`search/words/<n>/<bucket>.txt`: the terms of up to 1,024 pieces, in 64
files by how they begin). The newest ids, less than one group of 64, are the tail: their chunks carry
all that is looked through, and the browser does it itself. So a new piece writes one chunk and
`search/index.json`, and each sixty-fourth one a block.

A line of a block's file is `term posting posting …`. A posting is a number in base 36: the distance of
the id from that of the posting before it (the first: from the beginning of the block), times four, plus
the rank of the best field that holds the term: 3 title, 2 tags, 1 headings, 0 excerpt.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from octavo.publishing.pages.maker import File, PageMaker
from octavo.publishing.read_model.prepared import PieceDetail, PieceRecord, url_path
from octavo.publishing.search import layout
from octavo.publishing.search.words import BUCKETS, bucket_of, terms
from octavo.publishing.text import dates
from octavo.publishing.text.markdown import shorten

if TYPE_CHECKING:
    from octavo.publishing.pages.views import Views

__all__ = ["docs_file", "index_file", "search_page", "words_files"]

_EXCERPT_LIMIT = 140
_encode = msgspec.json.Encoder().encode
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def search_page(maker: PageMaker, rest: str) -> list[File]:
    """Make the page that asks the index."""
    del rest
    return [File(path="search/index.html", data=maker.search())]


def index_file(maker: PageMaker, rest: str) -> list[File]:
    """Make the file that the browser reads first."""
    del rest
    last = maker.model.last_id()
    about = {"last": last, "chunk": layout.CHUNK, "group": layout.GROUP, "block": layout.BLOCK}
    return [File(path="search/index.json", data=_encode(about))]


def docs_file(maker: PageMaker, rest: str) -> list[File]:
    """Make a chunk: `[[id, address, title, day, excerpt], …]`, in the tail also `tags, headings`."""
    number = int(rest)
    first = number * layout.CHUNK
    in_tail = first >= layout.tail_start(maker.model.last_id())
    docs: list[list[object]] = []
    for record, detail in maker.model.between(first, first + layout.CHUNK):
        day = dates.date_view(record.published, zone=maker.settings.zone, locale="en").day
        excerpt = shorten(record.excerpt, _EXCERPT_LIMIT)
        doc: list[object] = [record.id, url_path(record.path), record.title, day, excerpt]
        if in_tail:
            doc += [_tags(maker.views, record), _headings(detail)]
        docs.append(doc)
    return [File(path=f"search/docs/{number}.json", data=_encode(docs))] if docs else []


def words_files(maker: PageMaker, rest: str) -> list[File]:
    """Make the files of a block; none when nothing of it is before the tail."""
    number = int(rest)
    first = number * layout.BLOCK
    end = min(first + layout.BLOCK, layout.tail_start(maker.model.last_id()))
    postings: dict[str, list[str]] = {}
    before: dict[str, int] = {}
    for record, detail in maker.model.between(first, end):
        at = record.id
        for term, rank in _ranked(maker.views, record, detail).items():
            if term in postings:
                postings[term].append(_base_36((at - before[term]) * 4 + rank))
            else:
                postings[term] = [term, _base_36((at - first) * 4 + rank)]
            before[term] = at
    if not postings:
        return []
    files: list[list[str]] = [[] for _ in range(BUCKETS)]
    for term in sorted(postings):
        files[bucket_of(term)].append(" ".join(postings[term]))
    return [
        File(path=f"search/words/{number}/{bucket}.txt", data="\n".join(lines).encode())
        for bucket, lines in enumerate(files)
    ]


def _ranked(views: "Views", record: PieceRecord, detail: PieceDetail) -> dict[str, int]:
    """Answer the terms of a piece with the rank of the best field that holds each."""
    excerpt = shorten(record.excerpt, _EXCERPT_LIMIT)
    found = dict.fromkeys(terms(excerpt), 0)
    if detail.toc:
        found.update(dict.fromkeys(terms(_headings(detail)), 1))
    if record.tag_ids:
        for tag_id in record.tag_ids:
            found.update(dict.fromkeys(_tag_terms(views.tag_link(tag_id).name), 2))
    found.update(dict.fromkeys(terms(record.title), 3))
    return found


def _tags(views: "Views", record: PieceRecord) -> str:
    return ", ".join(views.tag_link(tag_id).name for tag_id in record.tag_ids)


def _headings(detail: PieceDetail) -> str:
    return " · ".join(entry.text for entry in detail.toc)


_tag_terms = lru_cache(maxsize=4_096)(terms)


@lru_cache(maxsize=4 * layout.BLOCK)
def _base_36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits
