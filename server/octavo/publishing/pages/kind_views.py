"""The views of what a kind shows beside its text. Pure."""

from typing import Any

from markupsafe import Markup

from octavo.publishing.read_model.facts import FileFacts
from octavo.publishing.read_model.kinds import KindDetail
from octavo.publishing.read_model.pictures import fallback_set, modern_sets
from octavo.publishing.theme.contexts import (
    ContactView,
    EpisodeView,
    PictureView,
    PressView,
    QuoteView,
    RecordingView,
    SourceView,
    TrackView,
)

__all__ = ["duration_text", "kind_views", "picture_view"]

_NOTHING: dict[str, Any] = {
    "pictures": [],
    "video": None,
    "audio": None,
    "episode": None,
    "press": None,
    "quote": None,
    "preheader": "",
}


def kind_views(kind: str, parts: KindDetail | None) -> dict[str, Any]:
    """Answer the fields of a `PostView` that its kind fills."""
    if parts is None:
        return _NOTHING
    recording = _recording(parts)
    return {
        "pictures": [picture_view(file) for file in parts.pictures],
        "video": recording if kind == "video" else None,
        "audio": recording if kind == "audio" else None,
        "episode": _episode(parts),
        "press": _press(parts),
        "quote": _quote(parts),
        "preheader": parts.preheader,
    }


def picture_view(file: FileFacts) -> PictureView:
    """Answer a picture with all its sizes."""
    return PictureView(
        url=file.url,
        alt=file.alt,
        caption=file.caption,
        credit=file.credit,
        licence=file.licence,
        width=file.width,
        height=file.height,
        focus=f"{file.focus[0]:g}% {file.focus[1]:g}%" if file.focus else "",
        focus_class=_focus_class(file.focus) if file.focus else "",
        srcset=fallback_set(file),
        sources=[SourceView(type=mime, srcset=srcset) for mime, srcset in modern_sets(file)],
    )


def duration_text(seconds: int) -> str:
    """Answer a length of time as players show it: 3725 is `1:02:05`, 65 is `1:05`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _focus_class(focus: tuple[float, float]) -> str:
    x, y = (min(100, max(0, round(part / 25) * 25)) for part in focus)
    return f"focus-x-{x} focus-y-{y}"


def _recording(parts: KindDetail) -> RecordingView | None:
    file = parts.recording
    if file is None:
        return None
    return RecordingView(
        url=file.url,
        type=file.mime,
        size_bytes=file.size_bytes,
        duration=duration_text(parts.duration_s) if parts.duration_s else "",
        poster=picture_view(parts.poster) if parts.poster else None,
        tracks=[TrackView(language=t.language, url=t.file.url) for t in parts.tracks],
        transcript=Markup(parts.transcript),  # noqa: S704 - sanitised by `kind_detail`
    )


def _episode(parts: KindDetail) -> EpisodeView | None:
    if parts.episode is None:
        return None
    one = parts.episode
    return EpisodeView(
        episode=one.episode, season=one.season, kind=one.episode_type, explicit=one.explicit
    )


def _press(parts: KindDetail) -> PressView | None:
    if parts.press is None:
        return None
    contacts = [ContactView(name=n, email=e, phone=p) for n, e, p in parts.press.contacts]
    boilerplate = Markup(parts.press.boilerplate)  # noqa: S704 - sanitised by `kind_detail`
    return PressView(dateline=parts.press.dateline, boilerplate=boilerplate, contacts=contacts)


def _quote(parts: KindDetail) -> QuoteView | None:
    if parts.quote is None:
        return None
    quote = parts.quote
    return QuoteView(
        paragraphs=[text for line in quote.text.split("\n\n") if (text := line.strip())],
        source_title=quote.source_title,
        source_author=quote.source_author,
    )
