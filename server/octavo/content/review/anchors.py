"""Finding a passage again in a text that changed since. Pure, and bounded.

Word by word first; then by what stands around it; then by likeness. What cannot be found with some
certainty is lost, and says so: a comment at the wrong place misleads more than one without a place.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Literal

import msgspec

from octavo.content.comparing import split_words

__all__ = ["CONTEXT", "Finder", "Passage", "Spot", "neighbourhood"]

CONTEXT = 64
"""Code points that are kept on either side of a passage."""

_SURE = 8  # code points of the neighbourhood that must agree
_TELLING = 12  # a passage this long is not found elsewhere by chance
_MOST_PLACES = 500
_LIKE = 0.6
_RARE = 200  # places of one word that are looked at
_WORDS = 100  # words of a passage that are looked for
_LARGEST = 4_000_000


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A passage as it was, with its neighbourhood. `start` counts code points."""

    start: int
    quote: str
    before: str
    after: str


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """Where a passage is now, and how it was found."""

    start: int
    end: int
    found: Literal["exact", "context", "fuzzy"]


def neighbourhood(text: str, start: int, end: int) -> Passage:
    """Answer what is to be kept of a passage, so that it is found again."""
    return Passage(
        start=start,
        quote=text[start:end],
        before=text[max(0, start - CONTEXT) : start],
        after=text[end : end + CONTEXT],
    )


class Finder:
    """Looks for passages in one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words: list[tuple[str, int, int]] | None = None
        self._places: dict[str, list[int]] = {}

    def find(self, passage: Passage) -> Spot | None:
        """Answer where the passage is, or None when it is lost."""
        exact, is_sure = self._exact(passage)
        if exact is not None and is_sure:
            return exact
        between = self._between(passage)
        if between is not None:
            start, end = between
            # The neighbours have met: the passage was taken out.
            gone = not self._text[start:end].strip()
            return None if gone else Spot(start=start, end=end, found="context")
        if exact is not None:
            return exact
        return self._like(passage)

    def _exact(self, passage: Passage) -> tuple[Spot | None, bool]:
        """Answer the best place that reads the same, and whether it can only be this one."""
        size = len(passage.quote)
        places = list(self._occurrences(passage.quote))
        if not places:
            return None, False
        scores = {place: self._agreement(passage, place) for place in places}
        best = max(places, key=lambda place: (scores[place], -abs(place - passage.start)))
        around = min(_SURE, len(passage.before) + len(passage.after))
        telling = size >= _TELLING
        is_sure = scores[best] >= around or (telling and len(places) == 1)
        if not is_sure and not telling:
            return None, False
        return Spot(start=best, end=best + size, found="exact"), is_sure

    def _occurrences(self, quote: str) -> Iterator[int]:
        at = self._text.find(quote)
        for _ in range(_MOST_PLACES):
            if at < 0:
                return
            yield at
            at = self._text.find(quote, at + 1)

    def _agreement(self, passage: Passage, place: int) -> int:
        """Count the code points next to this place that are the old neighbours."""
        before = self._text[max(0, place - CONTEXT) : place]
        end = place + len(passage.quote)
        after = self._text[end : end + CONTEXT]
        return _common(passage.before[::-1], before[::-1]) + _common(passage.after, after)

    def _between(self, passage: Passage) -> tuple[int, int] | None:
        """Answer what now stands between the two neighbours."""
        before, after = passage.before[-24:], passage.after[:24]
        if len(before) < _SURE or len(after) < _SURE:
            return None
        furthest = 3 * len(passage.quote) + 200
        spots: list[tuple[int, int]] = []
        for place in self._occurrences(before):
            start = place + len(before)
            end = self._text.find(after, start, start + furthest + len(after))
            if end >= 0:
                spots.append((start, end))
        return min(spots, key=lambda spot: abs(spot[0] - passage.start), default=None)

    def _like(self, passage: Passage) -> Spot | None:
        """Answer the stretch that has most of the passage's words in their order."""
        wanted = [word for word in split_words(passage.quote.casefold()) if word[0].isalnum()]
        if len(wanted) < 3 or len(self._text) > _LARGEST:  # noqa: PLR2004 - two words are anywhere
            return None
        words = self._indexed()
        votes: Counter[int] = Counter()
        looked_for = sorted(range(len(wanted)), key=lambda n: len(self._places.get(wanted[n], ())))
        for number in looked_for[:_WORDS]:
            for place in self._places.get(wanted[number], ())[:_RARE]:
                votes[place - number] += 1
        best: tuple[float, Spot] | None = None
        for first in _crowds(votes):
            found = _likeness(wanted, words, first)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
        return best[1] if best is not None and best[0] >= _LIKE else None

    def _indexed(self) -> list[tuple[str, int, int]]:
        """Answer the words with their places, made once."""
        if self._words is None:
            self._words = []
            at = 0
            for token in split_words(self._text):
                if token[0].isalnum():
                    word = token.casefold()
                    self._places.setdefault(word, []).append(len(self._words))
                    self._words.append((word, at, at + len(token)))
                at += len(token)
        return self._words


def _crowds(votes: Counter[int]) -> list[int]:
    """Answer the beginnings that most words speak for; neighbours count together."""
    places = sorted(votes)
    weights: list[tuple[int, int]] = []
    for place in places:
        low, high = bisect_left(places, place - 3), bisect_left(places, place + 4)
        weights.append((-sum(votes[near] for near in places[low:high]), place))
    return [place for _, place in sorted(weights)[:3]]


def _likeness(
    wanted: list[str], words: list[tuple[str, int, int]], first: int
) -> tuple[float, Spot] | None:
    """Answer how alike the passage and the words from `first` on are, and where exactly."""
    slack = 3 + len(wanted) // 4
    low = max(0, first - slack)
    window = words[low : first + len(wanted) + slack]
    matcher = SequenceMatcher(None, wanted, [word for word, _, _ in window], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return None
    start, last = blocks[0].b, blocks[-1].b + blocks[-1].size - 1
    same = sum(len(wanted[block.a + n]) for block in blocks for n in range(block.size))
    here = sum(len(word) for word, _, _ in window[start : last + 1])
    ratio = 2 * same / (sum(map(len, wanted)) + here)
    return ratio, Spot(start=window[start][1], end=window[last][2], found="fuzzy")


def _common(one: str, other: str) -> int:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length
