"""What all items of an export share: people, categories, files, reusable blocks, old addresses.

Filled by the first walk and read by the second; texts of posts are never in it.
"""

from datetime import datetime
from urllib.parse import unquote, urlsplit

import msgspec

from octavo.content.importers.wordpress.reader import Row
from octavo.content.importers.wordpress.shortcodes import Attachment

_MAX_BLOCK = 200_000
_MAX_BLOCKS = 5_000
_MAX_LISTS = 50_000


class Site:
    """The blog that an export is of. Several files of one export share one."""

    def __init__(self) -> None:
        self.channel: dict[str, str] = {}
        self.people: dict[str, str] = {}
        self.parents: dict[str, str] = {}
        self.attachments: dict[int, Attachment] = {}
        self.children: dict[int, list[int]] = {}
        self.blocks: dict[int, str] = {}
        self.old_urls: dict[int, str] = {}
        self.labels: dict[tuple[str, str], str] = {}
        self.bylines: dict[str, str] = {}

    @property
    def language(self) -> str:
        """The language of the blog, as it is written; empty when unknown."""
        return self.channel.get("language", "")

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts of the blog, with and without www."""
        urls = (self.channel.get(name, "") for name in ("base_blog_url", "base_site_url", "link"))
        plain = {(urlsplit(url).hostname or "").removeprefix("www.") for url in urls} - {""}
        return frozenset(plain | {f"www.{host}" for host in plain})

    @property
    def key(self) -> str:
        """What tells this blog apart from others: its address without scheme, else its title."""
        for name in ("base_blog_url", "link", "base_site_url"):
            url = self.channel.get(name, "").strip().rstrip("/").lower()
            if "://" in url:
                return url.partition("://")[2].removeprefix("www.")[:300]
        return self.channel.get("title", "").strip()[:300]

    def note_author(self, row: Row) -> None:
        """Remember the full name behind a login."""
        login = row.text("author_login")
        names = f"{row.text('author_first_name')} {row.text('author_last_name')}".strip()
        if login:
            self.people[login.casefold()] = (row.text("author_display_name") or names or login)[
                :120
            ]

    def note_term(self, row: Row) -> None:
        """Remember under which category another one stands."""
        slug = row.text("category_nicename") or row.text("term_slug")
        parent = row.text("category_parent") or row.text("term_parent")
        if slug and parent and slug != parent:
            self.parents[unquote(slug)] = unquote(parent)

    def note_attachment(self, row: Row) -> Attachment | None:
        """Remember a file; None when the export does not say where it is."""
        url = row.text("attachment_url") or row.text("guid")
        if not url.startswith(("http://", "https://")) or len(url) > 2_000:  # noqa: PLR2004
            return None
        meta = dict(row.meta)
        attachment = Attachment(
            url=url,
            alt=" ".join(meta.get("_wp_attachment_image_alt", "").split())[:1_000],
            caption=row.text("excerpt")[:5_000],
        )
        number = whole_number(row.text("post_id"))
        self.attachments[number] = attachment
        parent = whole_number(row.text("post_parent"))
        if parent:
            self.children.setdefault(parent, []).append(number)
        return attachment

    def note_block(self, row: Row) -> None:
        """Remember the text of a reusable block."""
        text = row.texts.get("content", "")
        if len(text) <= _MAX_BLOCK and len(self.blocks) < _MAX_BLOCKS:
            self.blocks[whole_number(row.text("post_id"))] = text

    def note_lists(self, row: Row) -> None:
        """Remember which lists a live post with an address of its own was in."""
        if "?" in row.text("link"):
            return
        for domain, slug, name in row.terms:
            if domain and len(self.labels) < _MAX_LISTS:
                self.labels.setdefault((domain, unquote(slug)), name)
        login = row.text("creator")
        if login and len(self.bylines) < _MAX_LISTS:
            self.bylines.setdefault(
                login.lower().replace(" ", "-"), self.people.get(login.casefold(), login)
            )

    def own_attachments(self, post_id: int) -> list[Attachment]:
        """Answer the files that belong to a post."""
        return [self.attachments[number] for number in self.children.get(post_id, [])]

    def ancestors(self, slug: str) -> list[str]:
        """Answer the categories above one, nearest first."""
        line: list[str] = []
        while (slug := self.parents.get(slug, "")) and slug not in line:
            line.append(slug)
        return line


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What the user wants of an export, beside what every import has."""

    now: datetime
    with_comments: bool = False


def whole_number(text: str) -> int:
    """Answer an id; 0 when it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 13 else 0  # noqa: PLR2004
