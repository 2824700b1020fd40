"""Two sets of changes to one text, laid over each other: by line, then by word. Pure, and bounded.

What only one side changed is taken; what both changed alike is taken once; what both changed
differently is a conflict, and both texts are handed on. Nothing anybody wrote is dropped silently.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from octavo.content.comparing import FUEL, Fuel, match_sequences, split_words

__all__ = ["Clash", "Merged", "merge_names", "merge_texts"]


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """What both changed differently. `start` and `end` say where `mine` stands in the result."""

    start: int
    end: int
    base: str
    mine: str
    theirs: str


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The merged text; where the two clash it holds mine. Offsets count code points."""

    text: str
    clashes: list[Clash]


class _Chunk(NamedTuple):
    base: Sequence[str]
    mine: Sequence[str]
    theirs: Sequence[str]


_Part = str | _Chunk
"""Text that is settled, or what the three have in its place."""

_PARAGRAPH = 4  # lines
_LARGEST = 6_000_000  # characters, of three sides without one common line


def merge_texts(base: str, mine: str, theirs: str, *, fuel: Fuel | None = None) -> Merged:
    """Answer both changes to `base` in one text."""
    if mine in (theirs, base) or theirs == base:
        return Merged(text=theirs if mine == base else mine, clashes=[])
    fuel = fuel or Fuel(2 * FUEL)  # two comparisons
    whole = _Chunk(base.split("\n"), mine.split("\n"), theirs.split("\n"))
    parts: list[_Part] = []
    for chunk in _chunks(whole, fuel=fuel):
        settled = _settled(chunk)
        if settled is None:
            settled = _added_beside(chunk.base, chunk.mine, chunk.theirs)
        if parts and (chunk.mine if settled is None else settled):
            parts.append("\n")
        if settled is None:
            parts += _merge_lines(chunk, fuel=fuel)
        else:
            parts.append("\n".join(settled))
    return _put_together(parts)


def merge_names(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Answer a list of names (tags) with what either side added and without what either removed."""
    removed = (set(base) - set(mine)) | (set(base) - set(theirs))
    return [name for name in dict.fromkeys([*theirs, *mine]) if name not in removed]


def _merge_lines(chunk: _Chunk, *, fuel: Fuel) -> list[_Part]:
    """Answer lines that both sides changed: merged by word, or as a clash.

    A clash is shown with the paragraph around it; in a long stretch, which the two would only
    have to be read twice for, it is the words alone.
    """
    sides = ["\n".join(side) for side in chunk]
    whole = _Chunk(*sides)
    size = sum(map(len, sides))
    if not all(chunk) or size > _LARGEST or not fuel.burn(size // 8):
        return [whole]
    words = _Chunk(*map(split_words, sides))
    parts: list[_Part] = []
    for part in _chunks(words, fuel=fuel, is_apart=_keeps_apart):
        settled = _settled(part)
        if settled is None:
            parts.append(_Chunk(*map("".join, part)))
        else:
            parts.append("".join(settled))
    few = max(map(len, chunk)) <= _PARAGRAPH
    return [whole] if few and any(isinstance(part, _Chunk) for part in parts) else parts


def _put_together(parts: list[_Part]) -> Merged:
    text: list[str] = []
    clashes: list[Clash] = []
    at = 0
    for part in parts:
        if isinstance(part, str):
            words = part
        else:
            base, words, theirs = map(str, part)
            end = at + len(words)
            clashes.append(Clash(start=at, end=end, base=base, mine=words, theirs=theirs))
        text.append(words)
        at += len(words)
    return Merged(text="".join(text), clashes=clashes)


def _keeps_apart(tokens: Sequence[str]) -> bool:
    """Say whether changes on both sides of these unchanged tokens have nothing to do with another.

    A space alone does not: of `the cat`, one making it `a cat` and one making it `the dogs` clash.
    """
    return any(token[0].isalnum() or token[0] == "\n" for token in tokens)


def _settled(chunk: _Chunk) -> Sequence[str] | None:
    """Answer what becomes of a chunk that no two people changed differently."""
    if chunk.mine == chunk.base:
        return chunk.theirs
    if chunk.theirs in (chunk.base, chunk.mine):
        return chunk.mine
    return None


def _added_beside(
    base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]
) -> Sequence[str] | None:
    """Answer both when the one rewrote lines and the other only put paragraphs next to them.

    The blank line between belongs to either, so that no stable line may be left to part the two.
    """
    if not any(mine) and not any(theirs):  # one emptied the line that the other took out
        return max(mine, theirs, key=len)
    for rewritten, longer in ((mine, theirs), (theirs, mine)):
        size, more = len(base), len(longer) - len(base)
        if not base or not rewritten or len(rewritten) > size or more < 2:  # noqa: PLR2004 - blank and text
            continue
        if list(longer[:size]) == list(base) and not longer[size].strip():
            return [*rewritten, *longer[size:]]
        if list(longer[more:]) == list(base) and not longer[more - 1].strip():
            return [*longer[:more], *rewritten]
    return None


def _chunks(
    whole: _Chunk, *, fuel: Fuel, is_apart: Callable[[Sequence[str]], bool] | None = None
) -> Iterator[_Chunk]:
    """Part three texts at what all of them have: stable and changed chunks in turn.

    S. Khanna, K. Kunal, B. C. Pierce, A Formal Investigation of Diff3, 2007.
    """
    at = (0, 0, 0)
    for start, in_mine, in_theirs, length in _stable(whole, fuel=fuel):
        tokens = whole.base[start : start + length]
        if is_apart is not None and not is_apart(tokens):
            continue
        changed = _Chunk(
            whole.base[at[0] : start], whole.mine[at[1] : in_mine], whole.theirs[at[2] : in_theirs]
        )
        if any(changed):
            yield changed
        yield _Chunk(tokens, tokens, tokens)
        at = (start + length, in_mine + length, in_theirs + length)
    rest = _Chunk(whole.base[at[0] :], whole.mine[at[1] :], whole.theirs[at[2] :])
    if any(rest):
        yield rest


def _stable(whole: _Chunk, *, fuel: Fuel) -> Iterator[tuple[int, int, int, int]]:
    """Answer the runs of base tokens that both sides kept: their places, and how many."""
    to_mine = _places(match_sequences(whole.base, whole.mine, fuel=fuel))
    to_theirs = _places(match_sequences(whole.base, whole.theirs, fuel=fuel))
    run: tuple[int, int, int, int] | None = None
    for place in sorted(to_mine.keys() & to_theirs.keys()):
        mine, theirs = to_mine[place], to_theirs[place]
        if run is not None:
            start, in_mine, in_theirs, length = run
            if (place, mine, theirs) == (start + length, in_mine + length, in_theirs + length):
                run = (start, in_mine, in_theirs, length + 1)
                continue
            yield run
        run = (place, mine, theirs, 1)
    if run is not None:
        yield run


def _places(blocks: list[tuple[int, int, int]]) -> dict[int, int]:
    return {a + n: b + n for a, b, length in blocks for n in range(length)}
