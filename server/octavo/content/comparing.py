"""What two texts have in common, and what changed between them, by word. Pure, and bounded.

Lines that both texts have once are found first and hold the rest apart; what lies between them is
compared word by word. Every step burns fuel: two texts that have too little in common are told
apart by whole lines before anybody waits for them.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

__all__ = [
    "Difference",
    "Fuel",
    "Run",
    "compare_texts",
    "match_sequences",
    "split_lines",
    "split_words",
]

Op = Literal["same", "insert", "delete"]
Block = tuple[int, int, int]
"""`length` tokens from `start` of the one are those from `start` of the other."""

FUEL = 3_000_000
"""Steps for one comparison: about a second of one core."""

# A letter of a script without spaces is a word of its own; signs and emoji stay together.
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
    r"|[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
    r"|\n+|[^\S\n]+|[\x21-\x7e]|(?:[^\w\s]|_)+"
)
_GRAMS = 5  # three words and the spaces between them
_FEW = 400  # tokens that are compared at once, without looking for landmarks
_MOST_EDITS = 600
_LARGEST_GAP = 8_000_000  # characters without one common line
_TINY = 24  # characters that two changes may share without being told apart


class Fuel:
    """Steps that may still be taken. Deterministic, unlike a clock."""

    def __init__(self, steps: int = FUEL) -> None:
        self.left = steps

    def burn(self, steps: int) -> bool:
        """Take the steps; False when there are not enough of them left."""
        if steps > self.left:
            self.left = 0
            return False
        self.left -= steps
        return True


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of text that both have, or that only the newer or the older one has."""

    op: Op
    text: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """The way from one text to another.

    The `same` and `delete` runs are the older text, the `same` and `insert` runs the newer.
    `grain` is `line` where some lines were too different to be compared word by word.
    """

    grain: Literal["word", "line"]
    runs: list[Run]


def compare_texts(old: str, new: str, *, fuel: Fuel | None = None) -> Difference:
    """Answer what changed from the one text to the other."""
    if old == new:
        return Difference(grain="word", runs=[Run(op="same", text=old)] if old else [])
    fuel = fuel or Fuel()
    old_lines, new_lines = split_lines(old), split_lines(new)
    blocks = match_sequences(old_lines, new_lines, fuel=fuel)
    pieces: list[tuple[Op, str]] = []
    grain: Literal["word", "line"] = "word"
    at_old = at_new = 0
    for old_start, new_start, length in [*blocks, (len(old_lines), len(new_lines), 0)]:
        gap_old = "".join(old_lines[at_old:old_start])
        gap_new = "".join(new_lines[at_new:new_start])
        finer = _compare_words(gap_old, gap_new, fuel=fuel)
        if finer is None:
            grain = "line"
            finer = [("delete", gap_old), ("insert", gap_new)]
        pieces += finer
        pieces.append(("same", "".join(old_lines[old_start : old_start + length])))
        at_old, at_new = old_start + length, new_start + length
    return Difference(grain=grain, runs=_runs(_joined(pieces)))


def split_lines(text: str) -> list[str]:
    """Answer the lines with their ends, so that they join to the text."""
    *lines, last = text.split("\n")
    ended = [f"{line}\n" for line in lines]
    return [*ended, last] if last else ended


def split_words(text: str) -> list[str]:
    """Answer words, spaces and signs, which join to the text."""
    # One match at a time: `findall` would keep every other thread waiting.
    return [found[0] for found in _WORD.finditer(text)]


def match_sequences(old: Sequence[str], new: Sequence[str], *, fuel: Fuel) -> list[Block]:
    """Answer blocks that both have, in order and as long as can be; few when fuel runs out."""
    numbers: dict[str, int] = {}
    a = [numbers.setdefault(token, len(numbers)) for token in old]
    b = [numbers.setdefault(token, len(numbers)) for token in new]
    blocks: list[Block] = []
    todo = [(0, len(a), 0, len(b))]
    while todo:
        a0, a1, b0, b1 = todo.pop()
        a0, a1, b0, b1 = _trim(a, b, (a0, a1, b0, b1), blocks)
        if a0 == a1 or b0 == b1:
            continue
        size = a1 - a0 + b1 - b0
        if not fuel.burn(size):
            continue
        marks = _landmarks(a, b, (a0, a1, b0, b1)) if size > _FEW else []
        if not marks:
            blocks += _shortest_edit(a[a0:a1], b[b0:b1], offset=(a0, b0), fuel=fuel)
            continue
        for mark_a, mark_b in marks:
            todo.append((a0, mark_a, b0, mark_b))
            a0, b0 = mark_a, mark_b
        todo.append((a0, a1, b0, b1))  # begins with a landmark: trimming finds it
    return _merged(sorted(blocks))


def _trim(
    a: list[int], b: list[int], bounds: tuple[int, int, int, int], blocks: list[Block]
) -> tuple[int, int, int, int]:
    """Note what is the same at both ends; answer what lies between."""
    a0, a1, b0, b1 = bounds
    start = a0
    while a0 < a1 and b0 < b1 and a[a0] == b[b0]:
        a0, b0 = a0 + 1, b0 + 1
    if a0 > start:
        blocks.append((start, b0 - (a0 - start), a0 - start))
    end = a1
    while a0 < a1 and b0 < b1 and a[a1 - 1] == b[b1 - 1]:
        a1, b1 = a1 - 1, b1 - 1
    if a1 < end:
        blocks.append((a1, b1, end - a1))
    return a0, a1, b0, b1


def _landmarks(
    a: list[int], b: list[int], bounds: tuple[int, int, int, int]
) -> list[tuple[int, int]]:
    """Answer the places of tokens that stand once in either part, in the same order in both.

    Patience diff (Bram Cohen): the longest increasing run of the unique common tokens; where no
    token is unique, of a few tokens in a row.
    """
    a0, a1, b0, b1 = bounds
    for grams in (1, _GRAMS):
        places_b = _once(b, b0, b1 - grams + 1, grams)
        places_a = _once(a, a0, a1 - grams + 1, grams)
        pairs = [(place, places_b[token]) for token, place in places_a.items() if token in places_b]
        if pairs:
            break
    return _longest_chain(pairs)


def _longest_chain(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Answer the longest run of pairs that increases on both sides; they come by the first."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(tails, place)
        before.append(last[length - 1] if length else -1)
        if length == len(tails):
            tails.append(place)
            last.append(number)
        else:
            tails[length], last[length] = place, number
    chain: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _once(tokens: list[int], start: int, end: int, grams: int) -> dict[object, int]:
    """Answer token -> place of those that stand once in this part, by place."""
    places: dict[object, int] = {}
    often: set[object] = set()
    for place in range(start, end):
        token = tokens[place] if grams == 1 else tuple(tokens[place : place + grams])
        if token in places:
            often.add(token)
        places[token] = place
    return {token: place for token, place in places.items() if token not in often}


def _shortest_edit(
    a: list[int], b: list[int], *, offset: tuple[int, int], fuel: Fuel
) -> list[Block]:
    """Answer the blocks of a shortest edit script, or none if it is too long.

    The two begin and end differently: what they share at the ends is trimmed before.

    Greedy forward search: E. W. Myers, An O(ND) Difference Algorithm, 1986.
    """
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for edits in range(min(len(a) + len(b), _MOST_EDITS) + 1):
        trail.append(dict(furthest))
        for diagonal in range(-edits, edits + 1, 2):
            down = diagonal == -edits or (
                diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1]
            )
            x = furthest[diagonal + 1] if down else furthest[diagonal - 1] + 1
            start = x
            while x < len(a) and 0 <= x - diagonal < len(b) and a[x] == b[x - diagonal]:
                x += 1
            furthest[diagonal] = x
            if not fuel.burn(1 + x - start):
                return []
            if x >= len(a) and x - diagonal >= len(b):
                return _walked_back(trail, (len(a), len(b)), offset=offset)
        # The trail is copied once for each edit.
        if not fuel.burn(edits + 1):
            return []
    return []


def _walked_back(
    trail: list[dict[int, int]], end: tuple[int, int], *, offset: tuple[int, int]
) -> list[Block]:
    x, y = end
    blocks: list[Block] = []
    for edits in range(len(trail) - 1, -1, -1):
        furthest, diagonal = trail[edits], x - y
        down = diagonal == -edits or (
            diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1]
        )
        before = diagonal + 1 if down else diagonal - 1
        start_x = furthest[before]
        start_y = start_x - before
        entered_x = start_x if down else start_x + 1
        if x > entered_x:
            length = x - entered_x
            blocks.append((entered_x + offset[0], y - length + offset[1], length))
        x, y = start_x, start_y
    return blocks


def _merged(blocks: list[Block]) -> list[Block]:
    whole: list[Block] = []
    for a, b, length in blocks:
        if whole and (whole[-1][0] + whole[-1][2], whole[-1][1] + whole[-1][2]) == (a, b):
            whole[-1] = (whole[-1][0], whole[-1][1], whole[-1][2] + length)
        else:
            whole.append((a, b, length))
    return whole


def _compare_words(old: str, new: str, *, fuel: Fuel) -> list[tuple[Op, str]] | None:
    """Answer the change between two stretches by word; None when they are too different."""
    if not old or not new:
        return [("delete", old), ("insert", new)]
    if len(old) + len(new) > _LARGEST_GAP or not fuel.burn((len(old) + len(new)) // 8):
        return None
    old_words, new_words = split_words(old), split_words(new)
    blocks = match_sequences(old_words, new_words, fuel=fuel)
    if not blocks and not fuel.left:
        return None
    pieces: list[tuple[Op, str]] = []
    at_old = at_new = 0
    for old_start, new_start, length in [*blocks, (len(old_words), len(new_words), 0)]:
        pieces.append(("delete", "".join(old_words[at_old:old_start])))
        pieces.append(("insert", "".join(new_words[at_new:new_start])))
        pieces.append(("same", "".join(old_words[old_start : old_start + length])))
        at_old, at_new = old_start + length, new_start + length
    return pieces


def _joined(pieces: Iterable[tuple[Op, str]]) -> list[tuple[Op, str]]:
    """Answer pieces of which no two neighbours say the same: one deletion, then one insertion."""
    joined: list[tuple[Op, str]] = []
    changed: dict[Op, list[str]] = {"delete": [], "insert": []}
    same: list[str] = []

    def put_down() -> None:
        for op in ("delete", "insert"):
            if text := "".join(changed[op]):
                joined.append((op, text))
            changed[op].clear()

    for op, text in pieces:
        if not text:
            continue
        if op == "same":
            put_down()
            same.append(text)
            continue
        if same:
            joined.append(("same", "".join(same)))
            same.clear()
        changed[op].append(text)
    if same:
        joined.append(("same", "".join(same)))
    put_down()
    return joined


def _runs(pieces: list[tuple[Op, str]]) -> list[Run]:
    """Answer the runs; what little stands between two larger changes belongs to the change.

    A lone space or article that two rewritten sentences share would only tear them to shreds.
    """
    loose: list[tuple[Op, str]] = []
    for number, (op, text) in enumerate(pieces):
        if op == "same" and len(text) <= _TINY and 0 < number < len(pieces) - 1:
            before, after = _weight(pieces, number - 1, -1), _weight(pieces, number + 1, 1)
            if not any(map(str.isalnum, text)) or len(text) < min(before, after) // 2:
                loose += [("delete", text), ("insert", text)]
                continue
        loose.append((op, text))
    return [Run(op=op, text=text) for op, text in _joined(loose)]


def _weight(pieces: list[tuple[Op, str]], number: int, step: int) -> int:
    """Answer the characters of the larger side of the change that begins or ends here."""
    weight = 0
    while 0 <= number < len(pieces) and pieces[number][0] != "same":
        weight = max(weight, len(pieces[number][1]))
        number += step
    return weight
