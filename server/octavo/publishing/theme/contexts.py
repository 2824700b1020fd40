"""What a template sees: these Structs and nothing else.

`site/CONTRACT.md` is written from this module (`python -m octavo.publishing.theme.contract`), and a test
holds the two together. Everything arrives ready: templates compare and print, they never compute.
"""

import msgspec
from markupsafe import Markup

__all__ = [
    "VARIABLES",
    "ArchiveMonth",
    "ArchiveYear",
    "AuthorLink",
    "AuthorView",
    "CardView",
    "ContactView",
    "CtaView",
    "DateView",
    "FeedRef",
    "NavItem",
    "PageView",
    "PostRef",
    "PostView",
    "SiteView",
    "TagLink",
    "TagRef",
    "TocEntry",
    "TranslationLink",
]


class NavItem(msgspec.Struct, frozen=True, kw_only=True):
    """One link of the main navigation."""

    label: str
    url: str


class FeedRef(msgspec.Struct, frozen=True, kw_only=True):
    """A feed to announce: `type` is its media type."""

    title: str
    url: str
    type: str


class SiteView(msgspec.Struct, frozen=True, kw_only=True):
    """The organisation as readers know it. `base_url` has no slash at its end."""

    name: str
    tagline: str
    description: str
    base_url: str
    locale: str
    nav: list[NavItem]
    feeds: list[FeedRef]
    theme: dict[str, str]


class TranslationLink(msgspec.Struct, frozen=True, kw_only=True):
    """The same in another language; `name` is what that calls itself, `url` a path."""

    language: str
    name: str
    url: str
    absolute_url: str


class PageView(msgspec.Struct, frozen=True, kw_only=True):
    """The page being shown; for `<title>`, `<link>` and `<meta>`.

    `title` is the site's name on the front page. `kind` is one of home, post, page, tag, tags, author,
    archive, month, series, series_list, language, search, 404, redirect. `language` is that of its text,
    `words` that of the theme's own words on it (`t`), and of dates: the same if the theme has them.
    """

    title: str
    description: str
    url: str
    absolute_url: str
    kind: str
    language: str
    words: str
    feeds: list[FeedRef]


class DateView(msgspec.Struct, frozen=True, kw_only=True):
    """A moment: `iso` (RFC 3339), `day` (2026-11-22), `text` (22 November 2026), `year`."""

    iso: str
    day: str
    text: str
    year: int


class TagLink(msgspec.Struct, frozen=True, kw_only=True):
    """A tag as a piece shows it: without a count, which would change with every new piece."""

    name: str
    url: str


class AuthorLink(msgspec.Struct, frozen=True, kw_only=True):
    """An author as a piece shows them."""

    name: str
    url: str


class TagRef(msgspec.Struct, frozen=True, kw_only=True):
    """A tag on its own pages. `count` is None on the older pages of its list: those stay as they are."""

    name: str
    url: str
    count: int | None


class AuthorView(msgspec.Struct, frozen=True, kw_only=True):
    """An author on their own pages. `count` is None on the older pages of the list.

    `website` is an absolute http address, empty when there is none; `json_ld` is for a script element.
    """

    name: str
    bio: str
    url: str
    website: str
    count: int | None
    json_ld: Markup


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """The sizes of a picture in one format, for `<source>`: `type` is its media type."""

    type: str
    srcset: str


class PictureView(msgspec.Struct, frozen=True, kw_only=True):
    """A picture. `url` is the file itself; `sources` its other formats, the best first.

    `width` and `height` (pixels) are None when they are not known; `focus` is a CSS position such as
    `50% 20%`, or empty, and `focus_class` the same in quarters as classes, for a page that may hold no
    style: `focus-x-50 focus-y-25`. `alt` is empty for decoration.
    """

    url: str
    alt: str
    caption: str
    credit: str
    licence: str
    width: int | None
    height: int | None
    focus: str
    focus_class: str = ""
    srcset: str
    sources: list[SourceView]


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """The picture that stands for a piece where its link is shared. `url` is absolute.

    `width` and `height` (pixels) are None when they are not known.
    """

    url: str
    alt: str
    width: int | None
    height: int | None


class PostRef(msgspec.Struct, frozen=True, kw_only=True):
    """A piece in a list. `url` is a path; `excerpt` is plain text.

    `cites` is whom a shared link passes on (author and title, else the host); empty for other kinds.

    `kind` is post, press_release, video, audio, picture, newsletter, update, link or page; `language`
    is that of its texts.
    """

    title: str
    url: str
    excerpt: str
    published: DateView
    authors: list[AuthorLink]
    tags: list[TagLink]
    reading_minutes: int
    kind: str
    language: str
    cover: PictureView | None
    cites: str


class TocEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A heading: `id` is its anchor, `text` is plain, `level` is 2 to 6."""

    id: str
    text: str
    level: int


class CtaView(msgspec.Struct, frozen=True, kw_only=True):
    """A call to action. `url` is the tracked link of the place where it stands."""

    slug: str
    label: str
    action: str
    url: str


class TrackView(msgspec.Struct, frozen=True, kw_only=True):
    """Captions of a video (WebVTT)."""

    language: str
    url: str


class RecordingView(msgspec.Struct, frozen=True, kw_only=True):
    """A video or an audio file. `type` is its media type, or empty; `duration` such as `1:02:03`.

    `size_bytes` is 0 when it is not known; `poster` stands for a video before it plays.
    """

    url: str
    type: str
    size_bytes: int
    duration: str
    poster: PictureView | None
    tracks: list[TrackView]
    transcript: Markup


class EpisodeView(msgspec.Struct, frozen=True, kw_only=True):
    """The number of an episode, and of its season; `kind` is full, trailer or bonus."""

    episode: int | None
    season: int | None
    kind: str
    explicit: bool


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the press may ask; mail and phone may be empty."""

    name: str
    email: str
    phone: str


class PressView(msgspec.Struct, frozen=True, kw_only=True):
    """The frame of a press release: where and when, what the organisation is, whom to ask."""

    dateline: str
    boilerplate: Markup
    contacts: list[ContactView]


class QuoteView(msgspec.Struct, frozen=True, kw_only=True):
    """What a shared link quotes, paragraph by paragraph, and of whom; names may be empty."""

    paragraphs: list[str]
    source_title: str
    source_author: str


class SeriesLink(msgspec.Struct, frozen=True, kw_only=True):
    """The series that a piece is a part of; `number` is None when its parts have none.

    `previous` and `next` are the parts beside it.
    """

    title: str
    url: str
    number: int | None
    previous: PostRef | None
    next: PostRef | None


class SeriesView(msgspec.Struct, frozen=True, kw_only=True):
    """A series on its own pages. `count` is None on the numbered pages of its list."""

    title: str
    description: str
    url: str
    count: int | None


class AlternateLink(msgspec.Struct, frozen=True, kw_only=True):
    """Where a piece is in a language; `hreflang` is a language tag or `x-default`."""

    hreflang: str
    absolute_url: str


class PostView(msgspec.Struct, frozen=True, kw_only=True):
    """A whole piece.

    `html` is safe and has the calls to action of the text in their places; `ctas_after` are those
    that the text has no place for. `newer` and `older` are None at the ends, and on standing pages.
    What its kind has not is None or empty: `pictures`, `video`, `audio` with `episode`, `press`,
    `quote`, `preheader`. `related` are older pieces on the same subjects.
    `translations` are the same in other languages, by name; `alternates` are the addresses of all of
    them with this one, for `<link rel="alternate" hreflang>`, `x-default` among them.
    `card` is what stands for it where its link is shared: its own picture, or one drawn for it.
    `json_ld` goes inside `<script type="application/ld+json">` as it is.
    """

    title: str
    url: str
    excerpt: str
    published: DateView
    authors: list[AuthorLink]
    tags: list[TagLink]
    reading_minutes: int
    html: Markup
    absolute_url: str
    canonical_url: str
    description: str
    updated: DateView | None
    language: str
    kind: str
    cites: str
    source: str
    toc: list[TocEntry]
    ctas_after: list[CtaView]
    newer: PostRef | None
    older: PostRef | None
    cover: PictureView | None
    pictures: list[PictureView]
    video: RecordingView | None
    audio: RecordingView | None
    episode: EpisodeView | None
    press: PressView | None
    quote: QuoteView | None
    preheader: str
    series: SeriesLink | None
    related: list[PostRef]
    translations: list[TranslationLink]
    alternates: list[AlternateLink]
    card: CardView | None
    json_ld: Markup


class ArchiveMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A month with at least one piece."""

    name: str
    url: str
    count: int


class ArchiveYear(msgspec.Struct, frozen=True, kw_only=True):
    """A year with its months, newest first."""

    year: int
    months: list[ArchiveMonth]


_LIST = (
    "`posts: list[PostRef]` (newest first), `newer_url: str \\| None`, `older_url: str \\| None`"
)

VARIABLES: dict[str, str] = {
    "home.html": f"{_LIST}, `languages: list[TranslationLink]` (the fronts of the other languages)",
    "post.html": "`post: PostView`",
    "page.html": "`post: PostView`",
    "tag.html": f"`tag: TagRef`, {_LIST}",
    "tags.html": "`tags: list[TagRef]` (by name)",
    "author.html": f"`author: AuthorView`, {_LIST}",
    "archive.html": "`years: list[ArchiveYear]` (newest first)",
    "month.html": f"`title: str`, {_LIST}",
    "series.html": "`series: SeriesView`, `posts: list[PostRef]` (the first part first),"
    " `newer_url: str \\| None`, `older_url: str \\| None`",
    "series_list.html": "`all_series: list[SeriesView]` (by title)",
    "search.html": "nothing more",
    "404.html": "nothing more",
    "redirect.html": "`target: str` (path or absolute address)",
    "partials/cta.html": "`cta: CtaView` (rendered by the builder where the text asks for it; no `page`)",
}
"""Each template that the builder renders, and its variables beside `site` and `page`."""
