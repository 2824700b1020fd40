"""Makes one page from the model: its files, and the keys that it read on the way.

A page is a function of the model, the theme and the settings, of nothing else: no clock, no disk,
no order of work. That is why step by step and in full come out the same.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from octavo.publishing.pages.settings import SiteSettings
from octavo.publishing.pages.structured import profile_ld
from octavo.publishing.pages.views import Views
from octavo.publishing.read_model.plan import HOME, front_start, numbered_pages, page_size
from octavo.publishing.read_model.prepared import file_path, url_path
from octavo.publishing.read_model.reader import ModelReader
from octavo.publishing.text import dates
from octavo.publishing.text.markdown import shorten
from octavo.publishing.theme.contexts import (
    ArchiveMonth,
    ArchiveYear,
    AuthorView,
    FeedRef,
    PageView,
    SeriesView,
    TagRef,
)
from octavo.publishing.theme.templates import Theme

__all__ = ["TEMPLATES", "File", "Made", "PageError", "PageMaker"]

TEMPLATES = ("home.html", "post.html", "page.html", "tag.html", "tags.html", "author.html", "archive.html",
             "month.html", "series.html", "series_list.html", "search.html", "404.html", "redirect.html",
             "partials/cta.html")  # fmt: skip


class PageError(Exception):
    """The page cannot be made; the message says why. The last good one stays."""


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

    def __init__(self, model: ModelReader, theme: Theme, settings: SiteSettings) -> None:
        self.model = model
        self.theme = theme
        self.settings = settings
        self.views = Views(model, theme, settings)
        self.base_url = self.views.base_url
        self.feed_entries: dict[int, Any] = {}

    # --- pages of the theme

    def piece(self, rest: str) -> list[File]:
        piece_id = int(rest)
        found = self.model.find(piece_id)
        if found is None:
            return []
        record, detail = found
        owner = self.model.owner_of(record.path)
        if owner != piece_id:
            self.views.problems.append(
                f"the address {record.path} already belongs to piece {owner}"
            )
            return []
        self.views.speak(record.language)
        post = self.views.post_view(record, detail)
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
        if name.startswith("language:"):
            self.views.speak(name[9:])
        start = (number - 1) * page_size(name) if number else front_start(name, count)
        size = page_size(name) if number else count - start
        ids = self.model.slice(name, start, size)
        if name.startswith("series:"):
            ids.reverse()  # read from the first part on
        posts = [self.views.post_ref(i) for i in reversed(ids)]
        older, newer = self._list_links(name, number, last)
        variables = {"posts": posts, "older_url": older, "newer_url": newer}
        url = self.views.list_url(name, number)
        html = self._list_makers()[name.partition(":")[0]](name, number, count, url, variables)
        return [File(path=file_path(url), data=html)]

    def _list_makers(self) -> dict[str, Callable[..., bytes]]:
        return {
            "home": self._home,
            "language": self._language,
            "tag": self._tag,
            "author": self._author,
            "month": self._month,
            "series": self._series,
        }

    def _home(
        self, name: str, number: int | None, count: int, url: str, variables: dict[str, Any]
    ) -> bytes:
        del name, count
        title = f"{self.views.t('older_posts')} · {number}" if number else self.settings.name
        about = "" if number else self.settings.description or self.settings.tagline
        return self._page(
            "home.html", url=url, title=title, description=about, kind="home",
            languages=[] if number else self.views.languages(but=url), **variables
        )  # fmt: skip

    def _language(
        self, name: str, number: int | None, count: int, url: str, variables: dict[str, Any]
    ) -> bytes:
        del count
        title = self.views.list_title(name)
        return self._page(
            "home.html", url=url, title=_numbered(title, number), description="", kind="language",
            language=name[9:], feeds=self.views.feeds_of(name),
            languages=[] if number else self.views.languages(but=url), **variables,
        )  # fmt: skip

    def _tag(
        self, name: str, number: int | None, count: int, url: str, variables: dict[str, Any]
    ) -> bytes:
        link = self.views.tag_link(int(name[4:]))
        tag = TagRef(name=link.name, url=link.url, count=None if number else count)
        return self._page(
            "tag.html", url=url, title=_numbered(link.name, number), description="", kind="tag",
            feeds=self.views.feeds_of(name), tag=tag, **variables,
        )  # fmt: skip

    def _author(
        self, name: str, number: int | None, count: int, url: str, variables: dict[str, Any]
    ) -> bytes:
        link = self.views.author_link(int(name[7:]))
        known = self.model.author(int(name[7:]))
        author = AuthorView(
            name=link.name,
            url=link.url,
            bio=known.bio,
            website=known.website,
            count=None if number else count,
            json_ld=profile_ld(known, url=self.base_url + link.url),
        )
        return self._page(
            "author.html", url=url, title=_numbered(link.name, number), description=shorten(known.bio, 160),
            kind="author", feeds=self.views.feeds_of(name), author=author, **variables,
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

    def _series(
        self, name: str, number: int | None, count: int, url: str, variables: dict[str, Any]
    ) -> bytes:
        view = self._series_view(int(name[7:]), None if number else count)
        return self._page(
            "series.html", url=url, title=_numbered(view.title, number),
            description=shorten(view.description, 160), kind="series", series=view, **variables,
        )  # fmt: skip

    def series_list(self, rest: str) -> list[File]:
        del rest
        self.views.reads.add("series:*")
        counts = self.model.listings("series:")
        if not counts:
            return []
        all_series = [self._series_view(int(name[7:]), count) for name, count in counts]
        html = self._page(
            "series_list.html", url="/series/", title=self.views.t("series"), description="",
            kind="series_list", all_series=sorted(all_series, key=lambda s: (s.title.casefold(), s.url)),
        )  # fmt: skip
        return [File(path="series/index.html", data=html)]

    def _series_view(self, series_id: int, count: int | None) -> SeriesView:
        series = self.model.series(series_id)
        return SeriesView(
            title=series.title if series else "",
            description=series.description if series else "",
            url=self.views.list_url(f"series:{series_id}", None),
            count=count,
        )

    def tags(self, rest: str) -> list[File]:
        del rest
        self.views.reads.add("tag:*")
        tags = [
            TagRef(name=name, url=f"/tags/{url_path(slug)}/", count=count)
            for _, name, slug, count in self.model.tags_by_name()
        ]
        html = self._page(
            "tags.html",
            url="/tags/",
            title=self.views.t("tags"),
            description="",
            kind="tags",
            tags=tags,
        )
        return [File(path="tags/index.html", data=html)]

    def archive(self, rest: str) -> list[File]:
        del rest
        years: dict[int, list[ArchiveMonth]] = {}
        for name, count in reversed(self.model.listings("month:")):
            key = name.removeprefix("month:")
            month = ArchiveMonth(
                name=dates.month_name(key, self.settings.locale, with_year=False),
                url=self.views.list_url(name, None),
                count=count,
            )
            years.setdefault(int(key[:4]), []).append(month)
        view = [ArchiveYear(year=year, months=months) for year, months in years.items()]
        html = self._page(
            "archive.html", url="/archive/", title=self.views.t("archive"), description="", kind="archive",
            years=view,
        )  # fmt: skip
        return [File(path="archive/index.html", data=html)]

    def not_found(self, rest: str) -> list[File]:
        del rest
        html = self._page(
            "404.html",
            url="/404.html",
            title=self.views.t("not_found_title"),
            description="",
            kind="404",
        )
        return [File(path="404.html", data=html)]

    def search(self) -> bytes:
        """Make the page of the search; see `octavo.publishing.search`."""
        return self._page(
            "search.html",
            url="/search/",
            title=self.views.t("search"),
            description="",
            kind="search",
        )

    def redirect_page(self, target: str) -> bytes:
        return self.theme.render(
            "redirect.html", self.settings.locale, {"site": self.views.site, "target": target}
        ).encode()

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
            words=self.views.words,
            feeds=feeds or [],
        )
        if page_title is not None:
            variables["title"] = page_title
        text = self.theme.render(
            template, self.views.words, {"site": self.views.site, "page": page, **variables}
        )
        return text.encode("utf-8", "replace")

    def _list_links(
        self, name: str, number: int | None, last: int
    ) -> tuple[str | None, str | None]:
        """Answer the addresses of the next older and the next newer page of a list."""
        older: str | None = None
        newer: str | None = None
        if number is None and last:
            older = self.views.list_url(name, last)
        elif number is not None:
            older = self.views.list_url(name, number - 1) if number > 1 else None
            newer = self.views.list_url(name, number + 1 if number < last else None)
        if name.startswith("month:"):
            before, after = self.model.month_around(name[6:])
            if older is None and before:
                older = self.views.list_url(f"month:{before}", None)
            if newer is None and after:
                newer = self.views.list_url(f"month:{after}", None)
        return older, newer


def _numbered(title: str, number: int | None) -> str:
    return f"{title} · {number}" if number else title
