"""What a kind of piece shows beside its text, worked out once: its files found, its texts rendered."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from octavo.content.schemas import PublishedPiece
from octavo.publishing.read_model.facts import FileFacts
from octavo.publishing.text.markdown import plain_html

__all__ = [
    "Episode",
    "KindDetail",
    "Press",
    "Quote",
    "Track",
    "cites",
    "cover_of",
    "kind_detail",
    "links_of",
]

_HOST = re.compile(r"https?://(?:[^/?#@]*@)?([^/?#]+)")


class Track(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Captions of a video (WebVTT)."""

    language: str
    file: FileFacts


class Press(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The frame of a press release; `boilerplate` is safe HTML, contacts are (name, mail, phone)."""

    dateline: str
    boilerplate: str
    contacts: list[tuple[str, str, str]]


class Episode(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a podcast feed asks of an episode; `episode_type` is full, trailer or bonus."""

    episode: int | None
    season: int | None
    episode_type: str
    explicit: bool


class Quote(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a shared link quotes, and of whom."""

    text: str
    source_title: str
    source_author: str


class KindDetail(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The parts that its kind gives a piece; what it has not is None or empty.

    `transcript` is safe HTML; a recording is the video or the audio file.
    """

    cover: FileFacts | None = None
    pictures: list[FileFacts] = []
    recording: FileFacts | None = None
    poster: FileFacts | None = None
    tracks: list[Track] = []
    duration_s: int | None = None
    transcript: str = ""
    press: Press | None = None
    episode: Episode | None = None
    quote: Quote | None = None
    preheader: str = ""


def kind_detail(piece: PublishedPiece, files: Mapping[int, FileFacts]) -> KindDetail | None:
    """Answer what the piece shows beside its text; None when that is nothing.

    Files that are no longer in the library are left out.

    Raises:
        BodyRefusedError: a text of its fields is beyond the limits.
    """
    make = _MAKERS.get(piece.kind)
    parts: dict[str, Any] = make(piece.fields, files) if make else {}
    cover = cover_of(piece, files)
    if cover is None and not any(parts.values()):
        return None
    return KindDetail(cover=cover, **parts)


def cover_of(piece: PublishedPiece, files: Mapping[int, FileFacts]) -> FileFacts | None:
    """Answer the picture that stands for the piece."""
    if piece.cover is None:
        return None
    cover = msgspec.to_builtins(piece.cover)
    return _said(_file(cover, files), cover)


def cites(piece: PublishedPiece) -> str:
    """Answer whom a shared link passes on, in a line: author and title, else the host it leads to."""
    said = [piece.fields.get(name, "").strip() for name in ("source_author", "source_title")]
    host = _HOST.match(piece.source or "")
    return ", ".join(filter(None, said)) or (host[1] if host else "")


def links_of(detail: KindDetail | None) -> list[FileFacts]:
    """Answer the files that the page shows or plays."""
    if detail is None:
        return []
    tracks = [track.file for track in detail.tracks]
    found = [detail.cover, *detail.pictures, detail.recording, detail.poster, *tracks]
    return [file for file in found if file is not None]


def _file(ref: Mapping[str, Any] | None, files: Mapping[int, FileFacts]) -> FileFacts | None:
    if not ref:
        return None
    if ref.get("media_id") is not None:
        return files.get(ref["media_id"])
    return FileFacts(url=ref["url"]) if ref.get("url") else None


def _said(file: FileFacts | None, words: Mapping[str, Any]) -> FileFacts | None:
    """Answer the file with what this piece says of it, where it says something."""
    if file is None:
        return None
    own = {name: words[name] for name in ("alt", "caption") if words.get(name)}
    return msgspec.structs.replace(file, **own) if own else file


def _press(fields: Mapping[str, Any], _: Mapping[int, FileFacts]) -> dict[str, Any]:
    contacts = [(c["name"], c["email"], c["phone"]) for c in fields.get("contacts", ())]
    dateline, boilerplate = fields.get("dateline", ""), fields.get("boilerplate", "")
    if not (dateline or boilerplate or contacts):
        return {}
    html = plain_html(boilerplate) if boilerplate else ""
    return {"press": Press(dateline=dateline, boilerplate=html, contacts=contacts)}


def _video(fields: Mapping[str, Any], files: Mapping[int, FileFacts]) -> dict[str, Any]:
    tracks = [
        Track(language=track["language"], file=files[track["media_id"]])
        for track in fields.get("captions", ())
        if track["media_id"] in files
    ]
    poster = fields.get("poster_media_id")
    return {
        "recording": _file(fields.get("video"), files),
        "poster": files.get(poster) if poster else None,
        "tracks": tracks,
        **_spoken(fields),
    }


def _audio(fields: Mapping[str, Any], files: Mapping[int, FileFacts]) -> dict[str, Any]:
    return {
        "recording": _sized(_file(fields.get("audio"), files), fields.get("size_bytes")),
        "episode": Episode(
            episode=fields.get("episode"),
            season=fields.get("season"),
            episode_type=fields.get("episode_type", "full"),
            explicit=fields.get("explicit", False),
        ),
        **_spoken(fields),
    }


def _sized(file: FileFacts | None, stated: int | None) -> FileFacts | None:
    """Give a file elsewhere the size that its writer stated; of the library's own it is known."""
    if file is None or file.path or not stated:
        return file
    return msgspec.structs.replace(file, size_bytes=stated)


def _spoken(fields: Mapping[str, Any]) -> dict[str, Any]:
    transcript = fields.get("transcript", "")
    return {
        "duration_s": fields.get("duration_s"),
        "transcript": plain_html(transcript) if transcript.strip() else "",
    }


def _pictures(fields: Mapping[str, Any], files: Mapping[int, FileFacts]) -> dict[str, Any]:
    shown = [_said(_file(item, files), item) for item in fields.get("pictures", ())]
    return {"pictures": [file for file in shown if file is not None]}


def _link(fields: Mapping[str, Any], _: Mapping[int, FileFacts]) -> dict[str, Any]:
    words = [fields.get(name, "") for name in ("quote", "source_title", "source_author")]
    if not any(words):
        return {}
    return {"quote": Quote(text=words[0], source_title=words[1], source_author=words[2])}


def _newsletter(fields: Mapping[str, Any], _: Mapping[int, FileFacts]) -> dict[str, Any]:
    return {"preheader": fields.get("preheader", "")}


_MAKERS = {
    "press_release": _press,
    "video": _video,
    "audio": _audio,
    "picture": _pictures,
    "link": _link,
    "newsletter": _newsletter,
}
