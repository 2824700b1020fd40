"""What was found of one post or page, whatever the format: what importers hand to the intake."""

from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from octavo.content import rules
from octavo.content.importers.frontmatter import Value
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.text import RESERVED_SLUGS


class SkippedError(Exception):
    """The file is not taken; the message says why, `line` where."""

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class FoundCover(msgspec.Struct, frozen=True, kw_only=True):
    """The picture that stands for a piece: its address, and what is stored once it was fetched."""

    url: str
    media_id: int | None = None
    alt: str = ""
    caption: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One post or page as its file describes it. `fields` are those of its kind.

    Those that share a `translation_key` are one another's translations.
    """

    kind: str
    title: str
    slug_base: str
    published_at: datetime | None
    draft: bool
    language: str
    old_url: str
    warnings: list[str]
    modified_at: datetime | None = None
    tags: list[str] = []
    authors: list[str] = []
    excerpt: str = ""
    canonical_url: str | None = None
    source_url: str | None = None
    redirects: list[str] = []
    extra: dict[str, Value] = {}
    cover: FoundCover | None = None
    meta_title: str = ""
    meta_description: str = ""
    featured: bool = False
    fields: dict[str, Value] = {}
    series: str = ""
    series_position: int | None = None
    translation_key: str = ""


def checked_redirects(raws: list[str], *, old_url: str, warnings: list[str]) -> list[str]:
    """Answer the addresses that may lead to a piece; say of others, but the usual, why not."""
    redirects: list[str] = []
    for raw in raws:
        if not raw.strip() or "{" in raw:
            continue
        try:
            path = rules.check_redirect_path(rooted(raw))
        except (InvalidInputError, ValueError) as exc:
            if raw != old_url:
                warnings.append(f"no redirect from {raw[:80]!r}: {exc}")
            continue
        if path.strip("/").partition("/")[0].partition(".")[0] in RESERVED_SLUGS:
            warnings.append(f"no redirect from {path}: it is an address of Octavo's own")
        else:
            redirects.append(path)
    return list(dict.fromkeys(redirects))


def rooted(raw: str) -> str:
    """Answer an address from the root; a page that is no file ends with a slash."""
    path = urlsplit(raw).path if "://" in raw else raw
    path = "/" + path.strip().strip("/")
    last = path.rpartition("/")[2]
    return path if last.endswith((".html", ".htm")) or path == "/" else f"{path}/"
