"""What a request asks for, out of its query string. Reads what Ghost reads, clamps what it clamps."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

import msgspec

from octavo.kernel.text import without_forbidden_characters
from octavo.reading.ghost.errors import impossible, unreadable

__all__ = ["Asked", "asked_of"]

_DEFAULT_LIMIT, _MOST = 15, 100
_LONGEST_QUERY = 16_000
_MOST_PARAMETERS = 100
_LAST_PAGE = 1_000_000
_MADE_ELSEWHERE = {"lexical", "mobiledoc"}  # asked for or not, they are not answered


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A query string, read. `fields` None: all of them."""

    key: str
    limit: int
    page: int
    filter: str
    order: str
    include: frozenset[str]
    fields: tuple[str, ...] | None
    formats: frozenset[str]


def asked_of(query: bytes) -> Asked:
    """Read a query string.

    Raises:
        GhostError: it is too long, or asks for a format that there is not.
    """
    given = _parameters(query)
    fields = _words(given.get("fields", ""))
    formats = frozenset(_words(given.get("formats", ""))) - _MADE_ELSEWHERE
    unknown = formats - {"html", "plaintext"}
    if unknown:
        raise impossible(
            f"Validation (AllowedValues) failed for formats {sorted(unknown)}", prop="formats"
        )
    return Asked(
        key=given.get("key", ""),
        limit=_limit(given.get("limit", "")),
        page=_page(given.get("page", "")),
        filter=given.get("filter", ""),
        order=given.get("order", ""),
        include=frozenset(_words(given.get("include", ""))),
        fields=fields or None,
        formats=formats or frozenset({"html"}),
    )


def _parameters(query: bytes) -> Mapping[str, str]:
    if len(query) > _LONGEST_QUERY:
        raise unreadable(f"the query string is longer than {_LONGEST_QUERY:,} bytes")
    try:
        pairs = parse_qsl(
            query.decode("latin-1"), max_num_fields=_MOST_PARAMETERS, keep_blank_values=True
        )
    except ValueError as exc:
        raise unreadable(f"the query string has more than {_MOST_PARAMETERS} parameters") from exc
    # The first of a kind counts. Filters find a control character themselves, and say so.
    return {
        name: text if name == "filter" else without_forbidden_characters(text)
        for name, text in reversed(pairs)
    }


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _limit(text: str) -> int:
    """`all`, too many and no number at all: as many as there are on one page."""
    if not text.strip():
        return _DEFAULT_LIMIT
    number = _number(text)
    return _MOST if number is None else min(number, _MOST) or _DEFAULT_LIMIT


def _page(text: str) -> int:
    return min(max(_number(text) or 1, 1), _LAST_PAGE)


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None  # noqa: PLR2004 - far beyond any page
