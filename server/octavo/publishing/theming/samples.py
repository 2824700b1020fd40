"""Every template of the contract in its states, with made-up contents that try to break it.

`octavo theme check` renders a theme with them, and so do the tests of the default theme. A new template
or a new field of a context gets its sample here.
"""

from typing import Any

from markupsafe import Markup

from octavo.publishing.text.markdown import render_body
from octavo.publishing.theme.contexts import (
    AlternateLink,
    ArchiveMonth,
    ArchiveYear,
    AuthorLink,
    AuthorView,
    CardView,
    ContactView,
    CtaView,
    DateView,
    EpisodeView,
    FeedRef,
    NavItem,
    PageView,
    PictureView,
    PostRef,
    PostView,
    PressView,
    QuoteView,
    RecordingView,
    SeriesLink,
    SeriesView,
    SiteView,
    SourceView,
    TagLink,
    TagRef,
    TocEntry,
    TrackView,
    TranslationLink,
)

__all__ = ["Sample", "sample_cta", "sample_site", "samples"]

Sample = tuple[str, dict[str, Any]]
"""A template, and what it is given beside `site`."""

_BASE = "https://blog.example"
_FOREIGN = 5  # the sample in another language
_HOSTILE = '<script>alert(1)</script> & "quoted"'
_BODY = """
When a compiler *refuses* a program, it makes a promise.[^1] See [the rules](/rules/#h-all).

<!-- cta: letter -->

## What changed & why

> A quotation.

```python
def count(words: list[str]) -> int:  # a comment
    return len(words)
```

| Release | Errors |
|:--|--:|
| 1.88 | 1,204 |

### A part

> [!WARNING]
> Mind the gap.

- [x] Write
- [ ] Ship

## The end

<details><summary>More</summary>Press <kbd>Esc</kbd>.</details>

[^1]: A note.
"""
_BARE: dict[str, Any] = {
    "updated": None,
    "toc": [],
    "ctas_after": [],
    "newer": None,
    "older": None,
    "tags": [],
    "authors": [],
    "source": "",
    "cover": None,
    "series": None,
    "related": [],
    "card": None,
}
_SERIES = SeriesView(title="Salt", description="Six parts.", url="/series/salt/", count=6)


def _feeds(path: str) -> list[FeedRef]:
    return [
        FeedRef(title="RSS", url=f"{path}feed.xml", type="application/rss+xml"),
        FeedRef(title="Atom", url=f"{path}atom.xml", type="application/atom+xml"),
        FeedRef(title="JSON Feed", url=f"{path}feed.json", type="application/feed+json"),
    ]


def _page(kind: str, url: str, **given: Any) -> PageView:
    fields: dict[str, Any] = {
        "title": "" if kind == "home" else f"A {kind}",
        "description": "What this page is about.",
        "url": url,
        "absolute_url": _BASE + url,
        "kind": kind,
        "language": "en",
        "words": "en",
        "feeds": _feeds("/"),
    }
    return PageView(**(fields | given))


def _date(day: str) -> DateView:
    return DateView(iso=f"{day}T09:00:00+01:00", day=day, text="22 November 2026", year=2026)


def _ref(number: int, **given: Any) -> PostRef:
    fields: dict[str, Any] = {
        "title": f"Post {number}: {_HOSTILE}",
        "url": f"/post-{number}/",
        "excerpt": f"The first words of it. {_HOSTILE}",
        "published": _date("2026-11-22"),
        "authors": [AuthorLink(name="Ana Ruiz", url="/authors/ana-ruiz/")],
        "tags": [TagLink(name="Rust", url="/tags/rust/"), TagLink(name="R&D", url="/tags/r-d/")],
        "reading_minutes": number,
        "kind": "post",
        "language": "ar" if number == _FOREIGN else "en",
        "cover": _picture() if number % 4 == 0 else None,
        "cites": "",
    }
    return PostRef(**(fields | given))


def _picture(**given: Any) -> PictureView:
    fields: dict[str, Any] = {
        "url": "/media/ab/harbour.jpg",
        "alt": f"Boats {_HOSTILE}",
        "caption": f"The harbour {_HOSTILE}",
        "credit": "Ana Ruiz",
        "licence": "CC BY 4.0",
        "width": 1600,
        "height": 900,
        "focus": "50% 20%",
        "focus_class": "focus-x-50 focus-y-25",
        "srcset": "/media/ab/harbour-800.jpg 800w",
        "sources": [SourceView(type="image/webp", srcset="/media/ab/harbour-800.webp 800w")],
    }
    return PictureView(**(fields | given))


def _recording(**given: Any) -> RecordingView:
    fields: dict[str, Any] = {
        "url": "/media/ab/talk.mp4",
        "type": "video/mp4",
        "size_bytes": 4_000_000,
        "duration": "1:02:05",
        "poster": _picture(),
        "tracks": [TrackView(language="en", url="/media/ab/talk.vtt")],
        "transcript": Markup("<p>Well, hello.</p>"),
    }
    return RecordingView(**(fields | given))


def _translation(language: str, name: str) -> TranslationLink:
    url = f"/{language}/post-7/"
    return TranslationLink(language=language, name=name, url=url, absolute_url=_BASE + url)


def _kinds() -> dict[str, PostView]:
    """A piece of each kind that shows something of its own."""
    press = PressView(
        dateline=f"PORTO, 22 November {_HOSTILE}",
        boilerplate=Markup("<p>A small press.</p>"),
        contacts=[
            ContactView(name=f"Ana {_HOSTILE}", email="ana@press.example", phone="+351 22 123"),
            ContactView(name="Rui", email="", phone=""),
        ],
    )
    episode = EpisodeView(episode=3, season=1, kind="full", explicit=False)
    quote = QuoteView(
        paragraphs=[f"First {_HOSTILE}", "Second."], source_title="The source", source_author="Eve"
    )
    audio = _recording(url="/media/ab/talk.mp3", type="audio/mpeg", poster=None, tracks=[])
    alone = _picture(
        width=None, height=None, srcset="", sources=[], caption="", credit="", licence=""
    )
    return {
        "press release": _post(kind="press_release", press=press, cover=_picture()),
        "video": _post(kind="video", video=_recording()),
        "video, bare": _post(
            kind="video",
            video=_recording(poster=None, tracks=[], transcript=Markup(""), duration="", type=""),
        ),
        "audio": _post(kind="audio", audio=audio, episode=episode, cover=_picture()),
        "picture": _post(kind="picture", pictures=[_picture(), alone]),
        "newsletter": _post(kind="newsletter", preheader="What to know this week"),
        "link": _post(kind="link", quote=quote, cites=f"Eve, The source {_HOSTILE}"),
        "update": _post(kind="update", title="A few words", cover=None),
    }


def sample_cta(action: str) -> CtaView:
    """Answer a call to action."""
    return CtaView(
        slug="letter", label=f"Get one letter a month {_HOSTILE}", action=action, url="/go/a1"
    )


def _post(**given: Any) -> PostView:
    rendered = render_body(_BODY)
    ref = _ref(7)
    fields: dict[str, Any] = {name: getattr(ref, name) for name in ref.__struct_fields__} | {
        "html": Markup(rendered.html),  # noqa: S704 - our own text, sanitised
        "absolute_url": f"{_BASE}/post-7/",
        "canonical_url": "https://elsewhere.example/first/",
        "description": "A description.",
        "updated": _date("2026-12-01"),
        "language": "en",
        "source": "https://elsewhere.example/first/?a=1&b=2",
        "toc": rendered.toc,
        "ctas_after": [sample_cta("subscribe")],
        "newer": _ref(8),
        "older": _ref(6),
        "pictures": [],
        "video": None,
        "audio": None,
        "episode": None,
        "press": None,
        "quote": None,
        "preheader": "",
        "series": SeriesLink(
            title=f"Salt {_HOSTILE}", url="/series/salt/", number=2, previous=_ref(1), next=_ref(3)
        ),
        "related": [_ref(3), _ref(2)],
        "translations": [_translation("es", "Español"), _translation("ar", "العربية")],
        "alternates": [
            AlternateLink(hreflang=tag, absolute_url=f"{_BASE}/post-7/")
            for tag in ("en", "es", "ar", "x-default")
        ],
        "card": CardView(
            url=f"{_BASE}/media/cards/7.png", alt="A sheet & its folds", width=1200, height=630
        ),
        "cites": "",
        "json_ld": Markup('{"@context": "https://schema.org"}'),
    }
    return PostView(**(fields | given))


def _lists(**given: Any) -> dict[str, Any]:
    posts = [_ref(number) for number in range(9, 0, -1)]
    return {"posts": posts, "newer_url": None, "older_url": "/page/3/"} | given


def samples() -> dict[str, Sample]:
    """Answer every template in its states, by the name of the state."""
    return {
        **_fronts(),
        **_posts(),
        **_lists_of_pieces(),
        **_overviews(),
        "search": ("search.html", {"page": _page("search", "/search/")}),
        "404": ("404.html", {"page": _page("404", "/404.html")}),
        "redirect": ("redirect.html", {"page": _page("redirect", "/old/"), "target": '/new/"><b>'}),
    }


def _fronts() -> dict[str, Sample]:
    page, older = _page("home", "/"), _page("home", "/page/3/", title="Posts, page 3")
    empty = _lists(posts=[], older_url=None)
    return {
        "home": (
            "home.html",
            {"page": page, "languages": [_translation("ar", "العربية")], **_lists()},
        ),
        "home, empty": ("home.html", {"page": page, "languages": [], **empty}),
        "home, older": ("home.html", {"page": older, "languages": [], **_last()}),
    }


def _posts() -> dict[str, Sample]:
    toc = [TocEntry(id="h-a", text=_HOSTILE, level=level) for level in (2, 3, 4, 6)]
    page, bare_page = _page("post", "/p/"), _page("post", "/post-7/", feeds=[], description="")
    arabic = _page("post", "/post-7/", language="ar")
    shown = {
        "post": (page, _post()),
        "post, bare": (bare_page, _post(**_BARE)),
        "post, contents": (page, _post(html=Markup('<p id="h-a">x</p>'), toc=toc)),
        "post, arabic": (arabic, _post(language="ar")),
        **{name: (page, post) for name, post in _kinds().items()},
    }
    about = {"page": _page("page", "/about/"), "post": _post(**_BARE)}
    return {
        **{name: ("post.html", {"page": p, "post": post}) for name, (p, post) in shown.items()},
        "page": ("page.html", about),
    }


def _lists_of_pieces() -> dict[str, Sample]:
    tag, old_tag = (TagRef(name="R&D", url="/tags/r-d/", count=count) for count in (1, None))
    tag_page = _page("tag", "/tags/r-d/", feeds=_feeds("/tags/r-d/"))
    author = AuthorView(
        name="Ana Ruiz",
        bio="Writes.\nGardens.",
        url="/authors/ana-ruiz/",
        website="https://ana.example/?a=1&b=2",
        count=12,
        json_ld=Markup('{"@type":"ProfilePage"}'),
    )
    month = _page("month", "/archive/2026/11/")
    part = {"page": _page("series", "/series/salt/"), "series": _SERIES}
    return {
        "tag": ("tag.html", {"page": tag_page, "tag": tag, **_lists()}),
        "tag, older": ("tag.html", {"page": tag_page, "tag": old_tag, **_last()}),
        "author": ("author.html", {"page": _page("author", "/a/"), "author": author, **_lists()}),
        "month": ("month.html", {"page": month, "title": "November 2026", **_last()}),
        "series": ("series.html", {**part, **_lists()}),
    }


def _overviews() -> dict[str, Sample]:
    tags, archive = _page("tags", "/tags/"), _page("archive", "/archive/")
    tag = TagRef(name="R&D", url="/tags/r-d/", count=1)
    months = [ArchiveMonth(name="November", url="/archive/2026/11/", count=3)]
    years = [ArchiveYear(year=2026, months=months)]
    all_series = {"page": _page("series_list", "/series/"), "all_series": [_SERIES]}
    return {
        "tags": ("tags.html", {"page": tags, "tags": [tag]}),
        "tags, empty": ("tags.html", {"page": tags, "tags": []}),
        "archive": ("archive.html", {"page": archive, "years": years}),
        "archive, empty": ("archive.html", {"page": archive, "years": []}),
        "series list": ("series_list.html", all_series),
    }


def _last() -> dict[str, Any]:
    return _lists(newer_url="/", older_url=None)


def sample_site(*, locale: str = "en", theme: dict[str, str] | None = None) -> SiteView:
    """Answer a site whose theme has these settings."""
    return SiteView(
        name="Tom & Jerry's",
        tagline="Notes on making things",
        description="A sample.",
        base_url=_BASE,
        locale=locale,
        nav=[NavItem(label="Tags", url="/tags/"), NavItem(label="About", url="/about/")],
        feeds=_feeds("/"),
        theme=theme or {},
    )
