"""Texts as the networks see them: composing one, and counting how long it is.

A *grapheme* is what a reader calls a character: an emoji family, or a letter with its accents.
"""

from collections.abc import Callable, Iterable
from typing import Final

import regex

from octavo.sdk.shapes import Count, CountPart, CtaLink, Finding, Limits

__all__ = [
    "COUNTERS",
    "EMPTY",
    "compose",
    "count_codepoints",
    "count_graphemes",
    "count_mastodon",
    "count_utf16",
    "graphemes",
    "placeholders",
    "too_long",
]

_GRAPHEME = regex.compile(r"\X")
_PLACEHOLDER = regex.compile(r"\{(title|url|excerpt|cta:([\p{L}\p{N}_-]{1,120}))\}")

# A link needs a host with a dotted, alphabetic (or xn--) end; anything else is counted as written.
_URL = regex.compile(
    r"(?<![\p{L}\p{N}@#$_/])https?://"
    r"(?:[\p{L}\p{N}\p{M}](?:[\p{L}\p{N}\p{M}_-]*[\p{L}\p{N}\p{M}])?\.)+"
    r"(?:xn--[a-z0-9-]+|[\p{L}\p{M}]{2,63})(?::\d{1,5})?"
    r"(?:[/?#][^\s<>\"“”]*)?",
    regex.IGNORECASE,
)
_REMOTE_MENTION = regex.compile(
    r"(?<![\p{L}\p{N}_/=])(@[a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?)@[\p{L}\p{N}][\p{L}\p{N}.-]*[\p{L}\p{N}]",
    regex.IGNORECASE,
)
_BOUNDARY: Final = "\N{PARAGRAPH SEPARATOR}"
_TRAILING: Final = ".,:;!?'\"…"


def graphemes(text: str) -> int:
    """Count grapheme clusters (Unicode UAX 29, extended)."""
    return sum(1 for _ in _GRAPHEME.finditer(text))


def placeholders(template: str) -> list[str]:
    """List the placeholders of a template in order: `title`, `url`, `excerpt`, `cta:slug`."""
    return [match[1] for match in _PLACEHOLDER.finditer(template)]


def compose(
    template: str | None, *, title: str, url: str, excerpt: str, ctas: Iterable[CtaLink]
) -> str:
    """Fill in `{title}`, `{url}`, `{excerpt}` and `{cta:slug}`; other braces are text.

    None = the default: title, canonical URL, and one line `label: link` for each call to action.
    A placeholder of a call to action that the piece does not have becomes nothing. What is filled
    in is not looked at again, so a title may hold braces.
    """
    links = list(ctas)
    if template is None:
        lines = [title, "", url, *(f"{link.label}: {link.url}" for link in links)]
        return "\n".join(lines).strip()
    values = {"title": title, "url": url, "excerpt": excerpt}
    values |= {f"cta:{link.slug}": link.url for link in links}
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], ""), template).strip()


def count_graphemes(text: str, limits: Limits) -> Count:
    """Count graphemes; a link counts as `limits.url_length` where that is set."""
    return _weighted(text, limits, mentions=False)


def count_mastodon(text: str, limits: Limits) -> Count:
    """Count as Mastodon does: graphemes, links reserved, of `@user@host` only `@user`."""
    return _weighted(text, limits, mentions=True)


def count_codepoints(text: str, limits: Limits) -> Count:
    """Count Unicode code points."""
    return Count(used=len(text), maximum=limits.max_length)


def count_utf16(text: str, limits: Limits) -> Count:
    """Count UTF-16 code units."""
    return Count(used=len(text.encode("utf-16-le")) // 2, maximum=limits.max_length)


def too_long(count: Count) -> Finding:
    """Answer the finding for a count that does not fit."""
    over = count.used - (count.maximum or 0)
    why = "; ".join(f"{part.label}: {part.length}" for part in count.parts)
    return Finding(
        code="too_long",
        severity="error",
        field="text",
        message=f"the text has {count.used} characters, {over} more than {count.maximum}",
        hint=f"counted: {why}" if why else "",
    )


EMPTY: Final = Finding(
    code="empty", severity="error", field="text", message="there is no text to send"
)

COUNTERS: Final[dict[str, Callable[[str, Limits], Count]]] = {
    "graphemes": count_graphemes,
    "mastodon": count_mastodon,
    "codepoints": count_codepoints,
    "utf16": count_utf16,
}


def _weighted(text: str, limits: Limits, *, mentions: bool) -> Count:
    links = 0
    rest: list[str] = []
    end = 0
    for match in _URL.finditer(text) if limits.url_length is not None else ():
        url = _without_punctuation(match[0])
        rest += (text[end : match.start()], _BOUNDARY)
        end = match.start() + len(url)
        links += 1
    rest.append(text[end:])
    plain = "".join(rest)
    shown = _REMOTE_MENTION.sub(r"\1", plain) if mentions else plain
    # Each link left a boundary behind, which joins with nothing; it is counted out again.
    written = graphemes(shown) - links
    if not links or limits.url_length is None:
        return Count(used=written, maximum=limits.max_length)
    label = f"{links} link{'s' if links > 1 else ''}, {limits.url_length} each"
    parts = (
        CountPart(label="text", length=written),
        CountPart(label=label, length=links * limits.url_length),
    )
    return Count(used=written + links * limits.url_length, maximum=limits.max_length, parts=parts)


def _without_punctuation(url: str) -> str:
    while url:
        if url[-1] in _TRAILING or (url[-1] == ")" and url.count(")") > url.count("(")):
            url = url[:-1]
        else:
            break
    return url
