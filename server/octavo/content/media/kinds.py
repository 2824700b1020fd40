"""What a file is, by its bytes; and whether that is what it claims to be."""

import re
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from octavo.content.media.images import flaw_of, recognise_file
from octavo.kernel.text import has_forbidden_characters

MediaKind = Literal["image", "video", "audio", "document", "captions"]

_HEAD_BYTES = 4_096
_CAPTIONS_BYTES = 5_000_000

EXTENSIONS: dict[str, MediaKind] = {
    **dict.fromkeys(("png", "jpg", "jpeg", "jpe", "jfif", "gif", "webp", "avif", "svg"), "image"),
    **dict.fromkeys(("mp4", "m4v", "mov", "webm", "ogv"), "video"),
    **dict.fromkeys(("mp3", "m4a", "m4b", "aac", "ogg", "oga", "opus", "wav", "flac"), "audio"),
    "pdf": "document",
    "vtt": "captions",
    "srt": "captions",
}
"""What the end of a name claims."""

_ADVICE = (
    (b"BM", "a BMP picture: save it as PNG"),
    (b"II*\x00", "a TIFF picture: save it as JPEG or PNG"),
    (b"MM\x00*", "a TIFF picture: save it as JPEG or PNG"),
    (b"PK\x03\x04", "an archive or an office document: export it as PDF"),
    (b"\xd0\xcf\x11\xe0", "an office document: export it as PDF"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"#!", "a program"),
    (b"<?php", "a program"),
)
_MARKUP = re.compile(
    rb"<\s*(?:!doctype html|html|head|body|script|iframe|svg:|\?php)", re.IGNORECASE
)
_MP4 = {
    b"M4A ": ("audio/mp4", "m4a", "audio"),
    b"M4B ": ("audio/mp4", "m4a", "audio"),
    b"qt  ": ("video/quicktime", "mov", "video"),
}
_MP4_BRANDS = (b"isom", b"iso", b"mp4", b"avc1", b"M4V", b"M4VH", b"MSNV", b"dash", b"f4v", b"3gp")
_OGG = (
    (b"\x01vorbis", ("audio/ogg", "ogg", "audio")),
    (b"OpusHead", ("audio/ogg", "opus", "audio")),
    (b"\x7fFLAC", ("audio/ogg", "oga", "audio")),
    (b"Speex", ("audio/ogg", "oga", "audio")),
    (b"\x80theora", ("video/ogg", "ogv", "video")),
)
_CUE = re.compile(
    r"^(?:\d{1,3}:)?\d{2}:\d{2}[.,]\d{1,3}[ \t]+-->[ \t]+(?:\d{1,3}:)?\d{2}:\d{2}[.,]\d{1,3}",
    re.MULTILINE,
)
_BITRATES = 15
_RATES = (44_100, 48_000, 32_000)


class NotMediaError(Exception):
    """The file is none that may be stored; the message says why, beginning with a verb."""


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is. A size of None is not known, or makes no sense for the kind."""

    kind: MediaKind
    mime: str
    extension: str
    width: int | None = None
    height: int | None = None

    @property
    def article(self) -> str:
        """What people call it, such as `a PNG`."""
        name = self.extension.upper()
        return f"an {name}" if name[0] in "AEFHILMNORSX" else f"a {name}"


def recognise_head(head: bytes) -> MediaKind | None:
    """Answer the kind that the first 4 KB speak of; None when they do not say."""
    import io

    found = _recognise(io.BytesIO(head), head)
    return None if found is None else found.kind


def inspect(path: Path, *, max_pixels: int) -> Recognised:
    """Answer what a file is. Reads headers only, but for captions, which are text.

    Raises:
        NotMediaError: it is none of our kinds, it is damaged, or it has too many pixels.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        found = _recognise(file, head)
        if found is None:
            raise NotMediaError(_what_else(head))
        if found.kind == "image":
            picture = recognise_file(file)
            flaw = picture and flaw_of(picture, file, max_pixels=max_pixels)
            if flaw:
                raise NotMediaError(flaw)
        if found.kind == "captions":
            _check_captions(file, found)
    return found


def check_claim(found: Recognised, *, name: str, content_type: str = "") -> None:
    """Hold a file against its name and the type it was sent as.

    A picture of another format is only stored under its right name; a picture called `.html` is
    somebody's trick.

    Raises:
        NotMediaError: it claims to be of another kind.
    """
    extension = extension_of(name)
    if extension and not _agrees(EXTENSIONS.get(extension), found.kind):
        raise NotMediaError(f"is called .{extension[:20]}, but holds {found.article}")
    claimed = content_type.lower().partition(";")[0].strip()
    major = claimed.partition("/")[0]
    if major in {"image", "video", "audio"}:
        wrong = not _agrees(major, found.kind)
    else:
        wrong = "html" in claimed or "script" in claimed
        wrong = wrong or (claimed == "application/pdf" and found.kind != "document")
    if wrong:
        raise NotMediaError(f"was sent as {claimed[:60]}, but holds {found.article}")


def extension_of(name: str) -> str:
    """Answer what follows the last dot of a name, in lower case; empty when nothing does."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def _agrees(claimed: str | None, kind: MediaKind) -> bool:
    # The same containers hold films and sound.
    return claimed == kind or {claimed, kind} == {"audio", "video"}


def _recognise(file: BinaryIO, head: bytes) -> Recognised | None:
    picture = recognise_file(file)
    if picture is not None:
        return Recognised(
            kind="image",
            mime=picture.mime,
            extension=picture.extension,
            width=picture.width,
            height=picture.height,
        )
    found = _container(head) or _sound(head) or _text(head)
    if found is None:
        return None
    mime, extension, kind = found
    return Recognised(kind=kind, mime=mime, extension=extension)  # type: ignore[arg-type]  # of the tables


def _container(head: bytes) -> tuple[str, str, str] | None:
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _MP4:
            return _MP4[brand]
        return ("video/mp4", "mp4", "video") if brand.startswith(_MP4_BRANDS) else None
    if head.startswith(b"\x1aE\xdf\xa3"):
        return ("video/webm", "webm", "video") if b"webm" in head[:64] else None
    if head.startswith(b"OggS"):
        return next((found for mark, found in _OGG if mark in head[:256]), None)
    if head.startswith(b"%PDF-"):
        return ("application/pdf", "pdf", "document")
    return None


def _sound(head: bytes) -> tuple[str, str, str] | None:
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return ("audio/wav", "wav", "audio")
    if head.startswith(b"fLaC"):
        return ("audio/flac", "flac", "audio")
    if head.startswith(b"ID3") and len(head) > 10 and head[3] < 5:  # noqa: PLR2004 - version 2.4
        return ("audio/mpeg", "mp3", "audio")
    if head[:2] in {b"\xff\xf1", b"\xff\xf9"} and _has_two_adts_frames(head):
        return ("audio/aac", "aac", "audio")
    if head[:2] in {b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2"} and _has_two_mp3_frames(
        head
    ):
        return ("audio/mpeg", "mp3", "audio")
    return None


def _has_two_mp3_frames(head: bytes) -> bool:
    """Two bytes alone say too little: the next frame must begin where this one ends."""
    bitrate, rate = head[2] >> 4, (head[2] >> 2) & 3
    if not 0 < bitrate < _BITRATES or rate == 3:  # noqa: PLR2004 - reserved
        return False
    if head[1] & 8:  # MPEG 1; the others carry half of it
        kilobits = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)[bitrate - 1]
        length = 144_000 * kilobits // _RATES[rate] + ((head[2] >> 1) & 1)
    else:
        kilobits = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)[bitrate - 1]
        length = 72_000 * kilobits // (_RATES[rate] // 2) + ((head[2] >> 1) & 1)
    return head[length : length + 2] == head[:2]


def _has_two_adts_frames(head: bytes) -> bool:
    length = ((head[3] & 3) << 11) | (head[4] << 3) | (head[5] >> 5) if len(head) > 6 else 0  # noqa: PLR2004
    return length > 7 and head[length : length + 2] == head[:2]  # noqa: PLR2004 - the header


def _text(head: bytes) -> tuple[str, str, str] | None:
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if re.match(rb"WEBVTT(?:[ \t\r\n]|\Z)", plain):
        return ("text/vtt", "vtt", "captions")
    if re.match(rb"\s*\d{1,6}[ \t]*\r?\n\d{2}:\d{2}:\d{2},\d{3}[ \t]+-->", plain):
        return ("application/x-subrip", "srt", "captions")
    return None


def _check_captions(file: BinaryIO, found: Recognised) -> None:
    file.seek(0)
    data = file.read(_CAPTIONS_BYTES + 1)
    if len(data) > _CAPTIONS_BYTES:
        raise NotMediaError("is far too long for captions")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise NotMediaError("holds captions that are not UTF-8: save them as UTF-8") from exc
    if has_forbidden_characters(text):
        raise NotMediaError("holds control characters, which captions do not have")
    if _MARKUP.search(data):
        raise NotMediaError("holds HTML, which captions do not have")
    if found.extension == "srt" and not _CUE.search(text):
        raise NotMediaError("holds no captions")


def _what_else(head: bytes) -> str:
    """Say what a file is that we do not take, and what could be done."""
    if not head:
        return "is empty"
    if _MARKUP.search(head):
        return "holds HTML, not a picture, a film, sound, a PDF or captions"
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc"}:
        return "is a HEIC picture, which few browsers show: save it as JPEG"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "is a Matroska film, which few browsers play: save it as WebM or MP4"
    for mark, advice in _ADVICE:
        if head.startswith(mark):
            return f"is {advice}"
    return (
        "is none of: PNG, JPEG, GIF, WebP, AVIF or SVG; MP4, WebM, MOV or Ogg;"
        " MP3, M4A, AAC, WAV or FLAC; PDF; WebVTT or SRT"
    )
