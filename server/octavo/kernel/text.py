"""Text as people type it: slugs made of it, and what may not be stored."""

import re
import unicodedata

from octavo.kernel.errors import FieldError, InvalidInputError

__all__ = [
    "RESERVED_SLUGS",
    "clean_text",
    "has_forbidden_characters",
    "slugify",
    "without_forbidden_characters",
]

# Every first segment that the server answers itself: `docs/` and the tests hold them together.
RESERVED_SLUGS = frozenset(
    {
        "404", "admin", "api", "archive", "assets", "atom", "authors", "f", "feed", "ghost", "go",
        "healthz", "languages", "llms", "media", "metrics", "p", "page", "podcast", "readyz", "robots",
        "search", "series", "sitemap", "sitemaps", "t", "tags",
    }
)  # fmt: skip

# XML 1.0 allows tab, line feed and carriage return of the C0 range, and no surrogates.
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_MAX_SLUG = 80


def slugify(text: str) -> str:
    """Answer a lower-case path segment of at most 80 characters; empty when nothing can be kept.

    Latin letters lose their accents; other scripts are kept as they are, vowel signs included.
    """
    lowered = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    slug = ""
    for char in lowered:
        plain = _without_accent(char)
        if plain.isalnum():
            slug += plain
        elif unicodedata.category(char) in {"Mn", "Mc"}:
            # The vowel signs of Hindi, Thai and others belong to the letter that they stand on.
            slug += char if slug and not slug[-1].isascii() else ""
        elif slug and not slug.endswith("-"):
            slug += "-"
    return unicodedata.normalize("NFC", slug)[:_MAX_SLUG].rstrip("-")


def _without_accent(char: str) -> str:
    """Take the accent off a letter only where a plain ASCII letter remains."""
    base = unicodedata.normalize("NFKD", char)
    ascii_only = "".join(part for part in base if part.isascii())
    return ascii_only if ascii_only and ascii_only.isalnum() else char


def has_forbidden_characters(text: str) -> bool:
    """Say whether the text holds NUL or another character that XML 1.0 cannot carry."""
    return _FORBIDDEN.search(text) is not None


def without_forbidden_characters(text: str) -> str:
    """Answer the text without the characters that `clean_text` refuses; for what is imported."""
    return _FORBIDDEN.sub("", text)


def clean_text(text: str, *, field: str) -> str:
    """Answer the text if it can be stored and published as it is.

    Raises:
        InvalidInputError: it holds NUL or a control character; names the field and the place.
    """
    found = _FORBIDDEN.search(text)
    if found is None:
        return text
    where = text.count("\n", 0, found.start()) + 1
    raise InvalidInputError(
        f"{field} holds a control character (U+{ord(found[0]):04X}) on line {where}",
        FieldError(
            field=field, message=f"control character on line {where}", code="control_character"
        ),
    )
