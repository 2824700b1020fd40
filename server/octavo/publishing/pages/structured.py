"""What a page says of its piece to machines: JSON-LD in the words of schema.org."""

from collections.abc import Callable
from typing import Any

import msgspec
from markupsafe import Markup

from octavo.content.schemas import AuthorRef
from octavo.publishing.theme.contexts import (
    AuthorLink,
    DateView,
    RecordingView,
    TagLink,
)

__all__ = ["Described", "json_ld", "profile_ld"]

Absolute = Callable[[str], str]

_TYPES = {
    "page": "WebPage",
    "press_release": "NewsArticle",
    "video": "VideoObject",
    "audio": "PodcastEpisode",
    "picture": "ImageGallery",
    "update": "SocialMediaPosting",
}


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a piece; addresses are absolute but for those of views.

    `original` and `translations` are (language, address): a piece has one or the other.
    """

    kind: str
    title: str
    url: str
    description: str
    language: str
    published: DateView
    updated: DateView | None
    authors: list[AuthorLink]
    tags: list[TagLink]
    images: list[str]
    recording: RecordingView | None
    duration_s: int | None
    episode: int | None
    source: str
    series: tuple[str, str] | None
    original: tuple[str, str] | None = None
    translations: list[tuple[str, str]] = []


def json_ld(about: Described, *, site_name: str, base_url: str) -> Markup:
    """Answer the text of a script element: the piece, and the way to it."""

    def absolute(url: str) -> str:
        return base_url + url if url.startswith("/") else url

    piece = _piece(about, absolute, publisher=site_name)
    graph = [piece | _series(about, absolute) | _translations(about) | _recording(about, absolute)]
    if about.kind != "page":
        graph.append(_breadcrumbs(about, base_url=base_url, site_name=site_name))
    return _script({"@context": "https://schema.org", "@graph": graph})


def profile_ld(author: AuthorRef, *, url: str) -> Markup:
    """Answer the text of a script element: whose page this is. `url` is its absolute address."""
    person = {"@type": "Person", "@id": url, "name": author.name, "url": url}
    if author.bio:
        person["description"] = author.bio
    if author.website:
        person["sameAs"] = author.website
    return _script({"@context": "https://schema.org", "@type": "ProfilePage", "mainEntity": person})


def _piece(about: Described, absolute: Absolute, *, publisher: str) -> dict[str, Any]:
    said: dict[str, Any] = {
        "@type": _TYPES.get(about.kind, "BlogPosting"),
        "@id": about.url,
        "headline": about.title,
        "url": about.url,
        "mainEntityOfPage": about.url,
        "datePublished": about.published.iso,
        "inLanguage": about.language,
        "publisher": {"@type": "Organization", "name": publisher, "url": absolute("/")},
    }
    if about.description:
        said["description"] = about.description
    if about.updated:
        said["dateModified"] = about.updated.iso
    if about.authors:
        said["author"] = [
            {"@type": "Person", "name": a.name, "url": absolute(a.url)} for a in about.authors
        ]
    if about.tags:
        said["keywords"] = [tag.name for tag in about.tags]
    if about.images:
        said["image"] = [absolute(url) for url in about.images]
    if about.source and about.kind == "link":
        said["citation"] = about.source
    return said


def _series(about: Described, absolute: Absolute) -> dict[str, Any]:
    if about.series is None:
        return {}
    title, url = about.series
    if about.kind == "audio":
        return {"partOfSeries": {"@type": "PodcastSeries", "name": title, "url": absolute(url)}}
    return {"isPartOf": {"@type": "CreativeWorkSeries", "name": title, "url": absolute(url)}}


def _translations(about: Described) -> dict[str, Any]:
    if about.original:
        return {"translationOfWork": _work(*about.original)}
    if about.translations:
        return {"workTranslation": [_work(*other) for other in about.translations]}
    return {}


def _work(language: str, url: str) -> dict[str, str]:
    return {"@type": "CreativeWork", "@id": url, "url": url, "inLanguage": language}


def _recording(about: Described, absolute: Absolute) -> dict[str, Any]:
    recording = about.recording
    if recording is None:
        return {}
    media: dict[str, Any] = {"contentUrl": absolute(recording.url)}
    if recording.type:
        media["encodingFormat"] = recording.type
    duration = iso_duration(about.duration_s) if about.duration_s else ""
    if about.kind == "audio":
        said: dict[str, Any] = {"name": about.title}
        said["associatedMedia"] = {"@type": "MediaObject", **media}
        if about.episode is not None:
            said["episodeNumber"] = about.episode
        if duration:
            said["timeRequired"] = duration
        return said
    media |= {"name": about.title, "uploadDate": about.published.iso}
    if duration:
        media["duration"] = duration
    if recording.poster:
        media["thumbnailUrl"] = absolute(recording.poster.url)
    return media


def _breadcrumbs(about: Described, *, base_url: str, site_name: str) -> dict[str, Any]:
    steps = [(site_name, base_url + "/")]
    if about.series:
        steps.append((about.series[0], base_url + about.series[1]))
    elif about.tags:
        steps.append((about.tags[0].name, base_url + about.tags[0].url))
    steps.append((about.title, about.url))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": url}
            for place, (name, url) in enumerate(steps, start=1)
        ],
    }


def iso_duration(seconds: int) -> str:
    """Answer a length of time as ISO 8601 writes it: 3725 is `PT1H2M5S`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [
        f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if count
    ]
    return "PT" + ("".join(parts) or "0S")


def _script(value: dict[str, Any]) -> Markup:
    text = msgspec.json.encode(value).decode()
    for raw, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(raw, escaped)
    return Markup(text)  # noqa: S704 - nothing in it can end the script element
