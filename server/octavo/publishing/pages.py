"""Makes one page from the model: its files, and the keys that it read on the way.

A page is a function of the model, the theme and the settings, of nothing else: no clock, no disk,
no order of work. That is why step by step and in full come out the same.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from markupsafe import Markup

from octavo.publishing import dates
from octavo.publishing.contexts import (
    ArchiveMonth,
    ArchiveYear,
    AuthorLink,
    AuthorView,
    CtaView,
    FeedRef,
    NavItem,
    PageView,
    PostRef,
    PostView,
    SiteView,
    TagLink,
    TagRef,
)
from octavo.publishing.deadlinks import unlink
from octavo.publishing.library import CtaSpec
from octavo.publishing.markdown import shorten
from octavo.publishing.model import Model
from octavo.publishing.placing import place_ctas
from octavo.publishing.plan import (
    HOME,
    front_start,
    has_feed,
    numbered_pages,
    page_size,
)
from octavo.publishing.prepared import PieceDetail, PieceRecord, file_path, url_path
from octavo.publishing.templates import Theme

__all__ = ["TEMPLATES", "File", "Made", "PageError", "PageMaker", "SiteSettings"]

TEMPLATES = ("home.html", "post.html", "page.html", "tag.html", "tags.html", "author.html", "archive.html",
             "month.html", "404.html", "redirect.html", "partials/cta.html")  # fmt: skip
_FEEDS = (
    ("RSS", "feed.xml", "application/rss+xml"),
    ("Atom", "atom.xml", "application/atom+xml"),
    ("JSON Feed", "feed.json", "application/feed+json"),
)
_REF_CACHE = 4_000


class PageError(Exception):
    """The page cannot be made; the message says why. The last good one stays."""


# Answered by the site itself or by the server in front of it, whatever pieces there are.
_OWN_PLACES = ("/tags/", "/authors/", "/archive/", "/page/", "/assets/", "/media/", "/sitemaps/",
               "/go/", "/api/", "/admin/")  # fmt: skip
_OWN_FILES = {"/tags", "/archive", "/feed.xml", "/atom.xml", "/feed.json", "/sitemap.xml",
              "/robots.txt", "/admin"}  # fmt: skip


class SiteSettings(msgspec.Struct, frozen=True, kw_only=True):
    """All that a page depends on beside the model and the theme. Crosses into worker processes."""

    base_url: str
    name: str
    tagline: str
    description: str
    locale: str
    zone: str
    nav: list[tuple[str, str]]
    theme: dict[str, str]
    theme_folders: list[str]
    media_folder: str


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file to write: its bytes, or (media) the file that it is a link to."""

    path: str
    data: bytes = b""
    link_to: str | None = None


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """A page as it should be: no files means that there is no such page."""

    files: list[File]
    reads: set[str]
    problems: list[str]


class PageMaker:
    """Makes pages. One per build and process; it keeps what it looked up."""

    def __init__(self, model: Model, theme: Theme, settings: SiteSettings) -> None:
        self.model = model
        self.theme = theme
        self.settings = settings
        self.base_url = settings.base_url.rstrip("/")
        self.t = theme.translator(settings.locale)
        self.site = self._site_view()
        self.reads: set[str] = set()
        self.problems: list[str] = []
        self.feed_entries: dict[int, Any] = {}
        self._refs: dict[int, PostRef] = {}
        self._tags: dict[int, TagLink] = {}
        self._authors: dict[int, AuthorLink] = {}

    # --- pages of the theme

    def piece(self, rest: str) -> list[File]:
        piece_id = int(rest)
        found = self.model.find(piece_id)
        if found is None:
            return []
        record, detail = found
        owner = self.model.owner_of(record.path)
        if owner != piece_id:
            self.problems.append(f"the address {record.path} already belongs to piece {owner}")
            return []
        post = self.post_view(record, detail)
        template = "page.html" if detail.kind == "page" else "post.html"
        html = self._page(
            template,
            url=post.url,
            title=detail.meta_title or record.title,
            description=detail.description,
            kind="page" if detail.kind == "page" else "post",
            language=post.language,
            post=post,
        )
        return [File(path=file_path(record.path), data=html)]

    def list_page(self, rest: str) -> list[File]:
        name, _, number_text = rest.partition("#")
        number = int(number_text) if number_text else None
        count = self.model.count(name)
        last = numbered_pages(name, count)
        if (count == 0 and name != HOME) or (number is not None and not 1 <= number <= last):
            return []
        start = (number - 1) * page_size(name) if number else front_start(name, count)
        size = page_size(name) if number else count - start
        ids = self.model.slice(name, start, size)
        posts = [self.post_ref(i) for i in reversed(ids)]
        older, newer = self._list_links(name, number, last)
        variables = {"posts": posts, "older_url": older, "newer_url": newer}
        url = self.list_url(name, number)
        html = self._list_makers()[name.partition(":")[0]](name, number, count, url, variables)
        return [File(path=file_path(url), data=html)]

    def _list_makers(self) -> dict[str, Callable[..., bytes]]:
        return {
            "home": self._home,
            "tag": self._tag,
            "author": self._author,
            "month": self._month,
        }

    def _home(
        self, name: str, number: int | None, count: int, url: str, variables: dict[str, Any]
    ) -> bytes:
        del name, count
        title = f"{self.t('older_posts')} · {number}" if number else self.settings.name
        about = "" if number else self.settings.description or self.settings.tagline
        return self._page(
            "home.html", url=url, title=title, description=about, kind="home", **variables
        )

    def _tag(
        self, name: str, number: int | None, count: int, url: str, variables: dict[str, Any]
    ) -> bytes:
        link = self.tag_link(int(name[4:]))
        tag = TagRef(name=link.name, url=link.url, count=None if number else count)
        return self._page(
            "tag.html", url=url, title=_numbered(link.name, number), description="", kind="tag",
            feeds=self.feeds_of(name), tag=tag, **variables,
        )  # fmt: skip

    def _author(
        self, name: str, number: int | None, count: int, url: str, variables: dict[str, Any]
    ) -> bytes:
        link = self.author_link(int(name[7:]))
        bio = self.model.author(int(name[7:]))[2]
        author = AuthorView(name=link.name, url=link.url, bio=bio, count=None if number else count)
        return self._page(
            "author.html", url=url, title=_numbered(link.name, number), description=shorten(bio, 160),
            kind="author", feeds=self.feeds_of(name), author=author, **variables,
        )  # fmt: skip

    def _month(
        self, name: str, number: int | None, count: int, url: str, variables: dict[str, Any]
    ) -> bytes:
        del count
        title = dates.month_name(name[6:], self.settings.locale, with_year=True)
        return self._page(
            "month.html", url=url, title=_numbered(title, number), description="", kind="month",
            **(variables | {"page_title": title}),
        )  # fmt: skip

    def tags(self, rest: str) -> list[File]:
        del rest
        self.reads.add("tag:*")
        tags = [
            TagRef(name=name, url=f"/tags/{url_path(slug)}/", count=count)
            for _, name, slug, count in self.model.tags_by_name()
        ]
        html = self._page(
            "tags.html", url="/tags/", title=self.t("tags"), description="", kind="tags", tags=tags
        )
        return [File(path="tags/index.html", data=html)]

    def archive(self, rest: str) -> list[File]:
        del rest
        years: dict[int, list[ArchiveMonth]] = {}
        for name, count in reversed(self.model.listings("month:")):
            key = name.removeprefix("month:")
            month = ArchiveMonth(
                name=dates.month_name(key, self.settings.locale, with_year=False),
                url=self.list_url(name, None),
                count=count,
            )
            years.setdefault(int(key[:4]), []).append(month)
        view = [ArchiveYear(year=year, months=months) for year, months in years.items()]
        html = self._page(
            "archive.html", url="/archive/", title=self.t("archive"), description="", kind="archive",
            years=view,
        )  # fmt: skip
        return [File(path="archive/index.html", data=html)]

    def not_found(self, rest: str) -> list[File]:
        del rest
        html = self._page(
            "404.html", url="/404.html", title=self.t("not_found_title"), description="", kind="404"
        )
        return [File(path="404.html", data=html)]

    def redirect_page(self, target: str) -> bytes:
        return self.theme.render(
            "redirect.html", self.settings.locale, {"site": self.site, "target": target}
        ).encode()

    # --- views

    def post_ref(self, piece_id: int) -> PostRef:
        """Answer a piece as lists show it, and note that it was read.

        Its tags' and authors' names come with it: `Model` touches the refs of whoever bears a name
        that changes, so that a list of twenty pieces notes twenty keys and not a hundred.
        """
        self.reads.add(f"ref:{piece_id}")
        known = self._refs.get(piece_id)
        if known is None:
            if len(self._refs) > _REF_CACHE:
                self._refs.clear()
            reads, self.reads = self.reads, set()
            known = PostRef(**self._ref_fields(self.model.record(piece_id)))
            self._refs[piece_id], self.reads = known, reads
        return known

    def post_view(self, record: PieceRecord, detail: PieceDetail) -> PostView:
        """Answer a whole piece."""
        self.reads.update(
            [f"tag:{i}" for i in record.tag_ids], [f"author:{i}" for i in record.author_ids]
        )
        fields = self._ref_fields(record)
        html, looked_at = self.live_html(record)
        self.reads |= looked_at
        html, after = self._with_ctas(html, detail.ctas)
        older = newer = None
        if detail.kind != "page":
            older_id, newer_id = self.model.neighbours(record)
            older = self.post_ref(older_id) if older_id is not None else None
            newer = self.post_ref(newer_id) if newer_id is not None else None
        absolute = self.base_url + fields["url"]
        return PostView(
            **fields,
            html=Markup(html),  # noqa: S704 - sanitised by render_body; calls to action by our template
            absolute_url=absolute,
            canonical_url=detail.canonical_url or absolute,
            description=detail.description,
            updated=self._date(detail.updated) if detail.updated else None,
            language=detail.language or self.settings.locale,
            kind=detail.kind,
            source=detail.source,
            toc=detail.toc,
            ctas_after=after,
            newer=newer,
            older=older,
            json_ld=self._json_ld(fields, detail, absolute),
        )

    def live_html(self, record: PieceRecord) -> tuple[str, set[str]]:
        """Answer a piece's text without the links that lead nowhere, and the keys of that."""
        looked_at: set[str] = set()

        def leads(path: str) -> bool:
            place = path.rstrip("/")
            if not place or path.startswith(_OWN_PLACES) or place in _OWN_FILES:
                return True
            looked_at.add(f"at:{place}")
            return self._is_place(place)

        html = unlink(
            self.model.html(record.id),
            url=self.base_url + url_path(record.path),
            base_url=self.base_url,
            leads=leads,
        )
        return html, looked_at

    def _is_place(self, place: str) -> bool:
        """Say whether a piece or a redirect answers at `place`, with or without its slash."""
        if self.model.owner_of(place + "/") is not None:
            return True
        return any(self.model.redirect(known) is not None for known in (place, place + "/"))

    def tag_link(self, tag_id: int) -> TagLink:
        self.reads.add(f"tag:{tag_id}")
        if tag_id not in self._tags:
            name, slug = self.model.tag(tag_id)
            self._tags[tag_id] = TagLink(name=name, url=f"/tags/{url_path(slug)}/")
        return self._tags[tag_id]

    def author_link(self, author_id: int) -> AuthorLink:
        self.reads.add(f"author:{author_id}")
        if author_id not in self._authors:
            name, slug, _ = self.model.author(author_id)
            self._authors[author_id] = AuthorLink(name=name, url=f"/authors/{url_path(slug)}/")
        return self._authors[author_id]

    def list_url(self, name: str, number: int | None) -> str:
        """Answer the address of a list's front, or of one of its numbered pages."""
        kind, _, rest = name.partition(":")
        if kind == "tag":
            base = self.tag_link(int(rest)).url
        elif kind == "author":
            base = self.author_link(int(rest)).url
        elif kind == "month":
            base = f"/archive/{rest[:4]}/{rest[5:]}/"
        else:
            base = "/"
        return f"{base}page/{number}/" if number else base

    def feeds_of(self, name: str) -> list[FeedRef]:
        """Answer the feeds of a list, by their addresses."""
        if not has_feed(name):
            return []
        base = self.list_url(name, None)
        title = "" if name == HOME else self.list_title(name) + ": "
        return [
            FeedRef(title=title + what, url=base + file, type=kind) for what, file, kind in _FEEDS
        ]

    def list_title(self, name: str) -> str:
        kind, _, rest = name.partition(":")
        if kind == "tag":
            return self.tag_link(int(rest)).name
        return self.author_link(int(rest)).name if kind == "author" else self.settings.name

    # --- inside

    def _page(
        self,
        template: str,
        *,
        url: str,
        title: str,
        description: str,
        kind: str,
        language: str = "",
        feeds: list[FeedRef] | None = None,
        page_title: str | None = None,
        **variables: Any,
    ) -> bytes:
        page = PageView(
            title=title,
            description=description,
            url=url,
            absolute_url=self.base_url + url,
            kind=kind,
            language=language or self.settings.locale,
            feeds=feeds or [],
        )
        if page_title is not None:
            variables["title"] = page_title
        text = self.theme.render(
            template, self.settings.locale, {"site": self.site, "page": page, **variables}
        )
        return text.encode("utf-8", "replace")

    def _site_view(self) -> SiteView:
        s = self.settings
        return SiteView(
            name=s.name,
            tagline=s.tagline,
            description=s.description,
            base_url=s.base_url.rstrip("/"),
            locale=s.locale,
            nav=[NavItem(label=label, url=url) for label, url in s.nav],
            feeds=[FeedRef(title=what, url=f"/{file}", type=kind) for what, file, kind in _FEEDS],
            theme=self.theme.settings | s.theme,
        )

    def _ref_fields(self, record: PieceRecord) -> dict[str, Any]:
        return {
            "title": record.title,
            "url": url_path(record.path),
            "excerpt": record.excerpt,
            "published": self._date(record.published),
            "authors": [self.author_link(i) for i in record.author_ids],
            "tags": [self.tag_link(i) for i in record.tag_ids],
            "reading_minutes": record.reading_minutes,
        }

    def _date(self, micros: int) -> Any:
        return dates.date_view(micros, zone=self.settings.zone, locale=self.settings.locale)

    def _list_links(
        self, name: str, number: int | None, last: int
    ) -> tuple[str | None, str | None]:
        """Answer the addresses of the next older and the next newer page of a list."""
        older: str | None = None
        newer: str | None = None
        if number is None and last:
            older = self.list_url(name, last)
        elif number is not None:
            older = self.list_url(name, number - 1) if number > 1 else None
            newer = self.list_url(name, number + 1 if number < last else None)
        if name.startswith("month:"):
            before, after = self.model.month_around(name[6:])
            if older is None and before:
                older = self.list_url(f"month:{before}", None)
            if newer is None and after:
                newer = self.list_url(f"month:{after}", None)
        return older, newer

    def _with_ctas(self, html: str, ctas: list[CtaSpec]) -> tuple[str, list[CtaView]]:
        views = {
            c.slug: CtaView(slug=c.slug, label=c.label, action=c.action, url=c.blog_path)
            for c in ctas
        }
        if "<!--cta:" not in html:
            return html, list(views.values())

        def card(slug: str) -> str:
            return self.theme.render(
                "partials/cta.html", self.settings.locale, {"site": self.site, "cta": views[slug]}
            )

        html, placed, unknown = place_ctas(html, known=set(views), render=card)
        self.problems += [
            f"the text asks for the call to action {s}, which the piece has not" for s in unknown
        ]
        return html, [view for slug, view in views.items() if slug not in placed]

    def _json_ld(self, fields: dict[str, Any], detail: PieceDetail, absolute: str) -> Markup:
        about: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": "WebPage" if detail.kind == "page" else "BlogPosting",
            "headline": fields["title"],
            "url": absolute,
            "mainEntityOfPage": absolute,
            "datePublished": fields["published"].iso,
            "inLanguage": detail.language or self.settings.locale,
            "publisher": {
                "@type": "Organization",
                "name": self.settings.name,
                "url": self.base_url + "/",
            },
        }
        if detail.description:
            about["description"] = detail.description
        if detail.updated:
            about["dateModified"] = self._date(detail.updated).iso
        if fields["authors"]:
            about["author"] = [
                {"@type": "Person", "name": a.name, "url": self.base_url + a.url}
                for a in fields["authors"]
            ]
        if fields["tags"]:
            about["keywords"] = [tag.name for tag in fields["tags"]]
        text = msgspec.json.encode(about).decode()
        for raw, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
            text = text.replace(raw, escaped)
        return Markup(text)  # noqa: S704 - nothing in it can end the script element


def _numbered(title: str, number: int | None) -> str:
    return f"{title} · {number}" if number else title
