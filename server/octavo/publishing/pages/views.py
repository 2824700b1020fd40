"""What templates see of the model: views, with the keys that were read to make them.

A view is a function of the model, the theme and the settings, of nothing else: no clock, no disk,
no order of work. That is why step by step and in full come out the same.
"""

from functools import cached_property
from typing import Any

import msgspec
from markupsafe import Markup

from octavo.publishing.pages.kind_views import kind_views, picture_view
from octavo.publishing.pages.settings import SiteSettings
from octavo.publishing.pages.sharing import card_view
from octavo.publishing.pages.structured import Described, json_ld
from octavo.publishing.read_model.facts import CtaSpec
from octavo.publishing.read_model.places import answers_itself
from octavo.publishing.read_model.plan import HOME, has_feed
from octavo.publishing.read_model.prepared import PieceDetail, PieceRecord, url_path
from octavo.publishing.read_model.reader import ModelReader
from octavo.publishing.text import dates
from octavo.publishing.text.callouts import name_callouts
from octavo.publishing.text.deadlinks import unlink
from octavo.publishing.text.placing import place_ctas
from octavo.publishing.text.tongues import home_list, is_own, language_name
from octavo.publishing.theme.contexts import (
    AlternateLink,
    AuthorLink,
    CtaView,
    FeedRef,
    NavItem,
    PostRef,
    PostView,
    SeriesLink,
    SiteView,
    TagLink,
    TranslationLink,
)
from octavo.publishing.theme.templates import Theme

__all__ = ["Views"]

_FEEDS = (
    ("RSS", "feed.xml", "application/rss+xml"),
    ("Atom", "atom.xml", "application/atom+xml"),
    ("JSON Feed", "feed.json", "application/feed+json"),
)
_REF_CACHE = 12_000
_RELATED = 3
_ASSETS = "/assets/"
_NO_MARKUP = Markup("")


class Views:
    """Makes views and notes what they read. One per build and process; it keeps what it looked up."""

    def __init__(self, model: ModelReader, theme: Theme, settings: SiteSettings) -> None:
        self.model = model
        self.theme = theme
        self.settings = settings
        self.base_url = settings.base_url.rstrip("/")
        self.words = settings.locale
        self.site = self._site_view()
        self.reads: set[str] = set()
        self.problems: list[str] = []
        self._refs_in: dict[str, dict[int, PostRef]] = {}
        self._refs = self._refs_in.setdefault(self.words, {})
        self._tags: dict[int, TagLink] = {}
        self._authors: dict[int, AuthorLink] = {}

    def t(self, key: str, **values: object) -> str:
        """Answer a string of the theme in the language of the page."""
        return self.theme.translator(self.words)(key, **values)

    def speak(self, language: str) -> None:
        """Let the theme's words and dates be of a language, if it has them, else of the site's."""
        own = self.settings.locale
        words = language if language and language != own and self.theme.speaks(language) else own
        if words != self.words:
            self.words = words
            self._refs = self._refs_in.setdefault(words, {})

    def post_ref(self, piece_id: int) -> PostRef:
        """Answer a piece as lists show it, and note that it was read.

        Its tags' and authors' names come with it: `Model` touches the refs of whoever bears a name
        that changes, so that a list of twenty pieces notes twenty keys and not a hundred.
        """
        self.reads.add(f"ref:{piece_id}")
        return self._refs.get(piece_id) or self._ref_of(self.model.record(piece_id))

    def _ref_of(self, record: PieceRecord) -> PostRef:
        """Answer a piece as lists show it, made once; whoever asks says what that reads."""
        known = self._refs.get(record.id)
        if known is None:
            if len(self._refs) >= _REF_CACHE:
                self._refs.clear()
            reads, self.reads = self.reads, set()
            known = self._refs[record.id] = PostRef(**self._ref_fields(record))
            self.reads = reads
        return known

    def post_view(self, record: PieceRecord, detail: PieceDetail) -> PostView:
        """Answer a whole piece."""
        self.reads.update(
            [f"tag:{i}" for i in record.tag_ids], [f"author:{i}" for i in record.author_ids]
        )
        fields = msgspec.structs.asdict(self._ref_of(record))
        html, looked_at = self.live_html(record)
        self.reads |= looked_at
        html, after = self._with_ctas(html, detail.ctas)
        html = name_callouts(html, self.t)
        older = newer = None
        related: list[PostRef] = []
        if detail.kind != "page":
            older, newer = self._beside(record, home_list(record.language, self.model.front))
            if record.tag_ids and self.site.theme.get("related") == "on":
                related = [self.post_ref(i) for i in self.model.related(record, _RELATED)]
        absolute = self.base_url + fields["url"]
        family = self.family(record) if record.group else []
        view = PostView(
            **fields,
            html=Markup(html),  # noqa: S704 - sanitised by render_body; calls to action by our template
            absolute_url=absolute,
            canonical_url=detail.canonical_url or absolute,
            description=detail.description,
            updated=self.date_of(detail.updated) if detail.updated else None,
            source=detail.source,
            toc=detail.toc,
            ctas_after=after,
            newer=newer,
            older=older,
            series=self._series_link(record) if record.series_id is not None else None,
            related=related,
            translations=[link for link in family if link.url != fields["url"]],
            alternates=self.alternates(family),
            card=card_view(detail, title=fields["title"], base_url=self.base_url),
            json_ld=_NO_MARKUP,
            **kind_views(detail.kind, detail.parts),
        )
        return msgspec.structs.replace(view, json_ld=self._json_ld(view, detail))

    def family(self, record: PieceRecord) -> list[TranslationLink]:
        """Answer a piece and its live translations by the name of their language.

        Of two in one language, which only stand between two publications, it is itself, or the older.
        """
        self.reads.add(f"family:{record.group}")
        own = self.settings.locale
        found = {
            (each.language or own).lower(): each
            for each in [*reversed(self.model.family(record.group)), record]
        }
        if len(found) == 1:
            return []
        links = [self._translation(each) for each in found.values()]
        return sorted(links, key=lambda link: (link.name.casefold(), link.url))

    def _translation(self, record: PieceRecord) -> TranslationLink:
        language, url = record.language or self.settings.locale, url_path(record.path)
        return TranslationLink(
            language=language,
            name=language_name(language),
            url=url,
            absolute_url=self.base_url + url,
        )

    def alternates(self, family: list[TranslationLink]) -> list[AlternateLink]:
        """Answer the addresses of translations by language, and the one for everybody else."""
        if not family:
            return []
        links = [AlternateLink(hreflang=f.language, absolute_url=f.absolute_url) for f in family]
        first = self._original(family).absolute_url
        return [*links, AlternateLink(hreflang="x-default", absolute_url=first)]

    def _original(self, family: list[TranslationLink]) -> TranslationLink:
        """Answer the one in the site's own language, else the first."""
        own = (link for link in family if is_own(link.language, self.settings.locale))
        return next(own, family[0])

    def _beside(self, record: PieceRecord, name: str) -> tuple[PostRef | None, PostRef | None]:
        """Answer the pieces before and after this one in a list."""
        before, after = self.model.neighbours(record, name)
        return (
            self.post_ref(before) if before is not None else None,
            self.post_ref(after) if after is not None else None,
        )

    def _series_link(self, record: PieceRecord) -> SeriesLink | None:
        name = f"series:{record.series_id}"
        self.reads.add(name)
        series = self.model.series(record.series_id or 0)
        if series is None or record.kind == "page":
            return None
        previous, following = self._beside(record, name)
        return SeriesLink(
            title=series.title,
            url=self.list_url(name, None),
            number=record.series_position,
            previous=previous,
            next=following,
        )

    def languages(self, *, but: str = "") -> list[TranslationLink]:
        """Answer the fronts of the languages that the site has pieces in, its own first."""
        self.reads.add("languages:*")
        tags = [name.removeprefix("language:") for name, _ in self.model.listings("language:")]
        own = self.settings.locale
        links = [self._front_of(tag, f"/languages/{tag}/") for tag in tags]
        links.sort(key=lambda link: link.name.casefold())
        all_of_them = [self._front_of(own, "/"), *links] if links else []
        return [link for link in all_of_them if link.url != but]

    def _front_of(self, language: str, url: str) -> TranslationLink:
        return TranslationLink(
            language=language,
            name=language_name(language),
            url=url,
            absolute_url=self.base_url + url,
        )

    def _json_ld(self, post: PostView, detail: PieceDetail) -> Markup:
        about = Described(
            kind=post.kind,
            title=post.title,
            url=post.absolute_url,
            description=post.description,
            language=post.language,
            published=post.published,
            updated=post.updated,
            authors=post.authors,
            tags=post.tags,
            images=_images(post),
            recording=post.video or post.audio,
            duration_s=detail.parts.duration_s if detail.parts else None,
            episode=post.episode.episode if post.episode else None,
            source=post.source,
            series=(post.series.title, post.series.url) if post.series else None,
            **_works(post),
        )
        return json_ld(about, site_name=self.settings.name, base_url=self.base_url)

    def live_html(self, record: PieceRecord) -> tuple[str, set[str]]:
        """Answer a piece's text without the links that lead nowhere, and the keys of that."""
        looked_at: set[str] = set()

        def leads(path: str) -> bool:
            if path.startswith(_ASSETS):  # other generators keep pictures there
                return path in self._assets
            if answers_itself(path):
                return True
            place = path.rstrip("/")
            looked_at.add(f"at:{place}")
            return self._is_place(place)

        html = unlink(
            self.model.html(record.id),
            url=self.base_url + url_path(record.path),
            base_url=self.base_url,
            leads=leads,
        )
        return html, looked_at

    @cached_property
    def _assets(self) -> frozenset[str]:
        """The addresses of the theme's files."""
        return frozenset(f"/{self.theme.asset(name).path}" for name in self.theme.asset_names)

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
            author = self.model.author(author_id)
            url = f"/authors/{url_path(author.slug)}/"
            self._authors[author_id] = AuthorLink(name=author.name, url=url)
        return self._authors[author_id]

    def list_url(self, name: str, number: int | None) -> str:
        """Answer the address of a list's front, or of one of its numbered pages."""
        kind, _, rest = name.partition(":")
        if kind == "tag":
            base = self.tag_link(int(rest)).url
        elif kind == "author":
            base = self.author_link(int(rest)).url
        elif kind == "series":
            series = self.model.series(int(rest))
            self.reads.add(name)
            base = f"/series/{url_path(series.slug if series else rest)}/"
        elif kind == "language":
            base = f"/languages/{url_path(rest)}/"
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
        if kind == "language":
            return language_name(rest)
        if kind == "series":
            self.reads.add(name)
            series = self.model.series(int(rest))
            return series.title if series else ""
        return self.author_link(int(rest)).name if kind == "author" else self.settings.name

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
            theme=self.theme.in_force,
        )

    def _ref_fields(self, record: PieceRecord) -> dict[str, Any]:
        return {
            "title": record.title,
            "url": url_path(record.path),
            "excerpt": record.excerpt,
            "published": self.date_of(record.published),
            "authors": [self.author_link(i) for i in record.author_ids],
            "tags": [self.tag_link(i) for i in record.tag_ids],
            "reading_minutes": record.reading_minutes,
            "kind": record.kind,
            "language": record.language or self.settings.locale,
            "cover": picture_view(record.cover) if record.cover else None,
            "cites": record.cites,
        }

    def date_of(self, micros: int) -> Any:
        return dates.date_view(micros, zone=self.settings.zone, locale=self.words)

    def _with_ctas(self, html: str, ctas: list[CtaSpec]) -> tuple[str, list[CtaView]]:
        views = {
            c.slug: CtaView(slug=c.slug, label=c.label, action=c.action, url=c.blog_path)
            for c in ctas
        }
        if "<!--cta:" not in html:
            return html, list(views.values())

        def card(slug: str) -> str:
            return self.theme.render(
                "partials/cta.html", self.words, {"site": self.site, "cta": views[slug]}
            )

        html, placed, unknown = place_ctas(html, known=set(views), render=card)
        self.problems += [
            f"the text asks for the call to action {s}, which the piece has not" for s in unknown
        ]
        return html, [view for slug, view in views.items() if slug not in placed]


def _works(post: PostView) -> dict[str, Any]:
    """Answer which of its translations a piece is made from, or which are made from it."""
    if not post.translations:
        return {}
    original = post.alternates[-1].absolute_url  # x-default
    if original == post.absolute_url:
        return {"translations": [(t.language, t.absolute_url) for t in post.translations]}
    language = next(a.hreflang for a in post.alternates if a.absolute_url == original)
    return {"original": (language, original)}


def _images(post: PostView) -> list[str]:
    """Answer the addresses of a piece's own pictures, else that of its card."""
    own = [picture.url for picture in (post.cover, *post.pictures) if picture is not None]
    return own or ([post.card.url] if post.card else [])
