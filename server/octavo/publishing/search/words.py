"""Cuts texts into terms for the search: folded words, and pairs of signs where none stand apart.

`site/assets/js/search.js` does the same in the browser; `tests/publishing/search_words.json` holds the
two together.
"""

import re
import unicodedata

__all__ = ["bucket_of", "terms"]

BUCKETS = 64
_LONGEST = 24
_ASCII = re.compile(r"[a-z0-9]+")
_SIGNS = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)")
_ACCENT_FIRST, _ACCENT_LAST = 0x300, 0x36F
_LETTERS = {ord("ß"): "ss", ord("æ"): "ae", ord("œ"): "oe", ord("ø"): "o", ord("đ"): "d", ord("ð"): "d",
            ord("ł"): "l", ord("þ"): "th", ord("ı"): "i"}  # fmt: skip


class _Kept(dict[int, int | str | None]):
    """What becomes of a character of a decomposed text: found out once for each."""

    def __missing__(self, code: int) -> int | str | None:
        kept: int | str | None = code
        if _ACCENT_FIRST <= code <= _ACCENT_LAST:
            kept = None
        elif unicodedata.category(chr(code))[0] not in "LNM":
            kept = " "
        self[code] = kept
        return kept


_KEPT = _Kept(_LETTERS)


def terms(text: str) -> list[str]:
    """Answer the terms of a text, in its order.

    Case and accents are gone; a word is cut after 24 characters. Han, Hiragana and Katakana become
    overlapping pairs, since no space says where a word of theirs ends.
    """
    if text.isascii():
        return [word[:_LONGEST] for word in _ASCII.findall(text.lower())]
    plain = unicodedata.normalize("NFKD", text.lower()).lower().translate(_KEPT)
    found: list[str] = []
    for word in unicodedata.normalize("NFC", plain).split():
        if word.isascii():
            found.append(word[:_LONGEST])
            continue
        for part in _SIGNS.split(word):
            if _SIGNS.match(part):
                found += [part[i : i + 2] for i in range(max(1, len(part) - 1))]
            elif part:
                found.append(part[:_LONGEST])
    return found


def bucket_of(term: str) -> int:
    """Answer which of the files of a block has a term, and all that begin as it does.

    Two letters tell, or one sign: a word is looked for from its second letter on.
    """
    first = ord(term[0])
    second = 0 if len(term) == 1 or _SIGNS.match(term) else ord(term[1])
    return (first * 7 + second) % BUCKETS
