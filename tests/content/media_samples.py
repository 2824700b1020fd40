"""Small files of every kind, made here."""

import struct

from tests import pictures


def png(width: int = 4, height: int = 2, *, colour: int = 0) -> bytes:
    rows = (b"\0" + bytes([colour, 0, 0]) * min(width, 64)) * min(height, 64)
    return pictures.png(width, height, rows)


def gif(width: int = 3, height: int = 3) -> bytes:
    screen = struct.pack("<HH", width, height)
    return (
        b"GIF89a" + screen + b"\x80\0\0" + b"\0\0\0\xff\xff\xff"
        + b"!\xf9\x04\0\0\0\0\0" + b"," + b"\0\0\0\0" + screen + b"\0" + b"\x02\x02D\x01\0" + b";"
    )  # fmt: skip


def jpeg(width: int = 9, height: int = 7, *, exif_bytes: int = 0) -> bytes:
    exif = b""
    while exif_bytes > 0:
        part = min(exif_bytes, 60_000)
        exif += b"\xff\xe1" + struct.pack(">H", part + 2) + b"e" * part
        exif_bytes -= part
    frame = struct.pack(">HH", height, width)
    return (
        b"\xff\xd8" + b"\xff\xe0\x00\x04ab" + exif
        + b"\xff\xc2\x00\x11\x08" + frame + b"\x03" * 12 + b"\xff\xd9"
    )  # fmt: skip


def webp() -> bytes:
    return b"RIFF\x1e\x00\x00\x00WEBPVP8X" + b"\x00" * 8 + b"\x09\x00\x00\x13\x00\x00"


def avif(width: int = 20, height: int = 10) -> bytes:
    size = b"\x00\x00\x00\x14ispe\x00\x00\x00\x00" + struct.pack(">II", width, height)
    return b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + b"....meta" + size


def mp4(brand: bytes = b"isom") -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x02\x00" + b"isommp42" + b"\0" * 64


def webm() -> bytes:
    return b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"


def mp3() -> bytes:
    return b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"\xff\xfb\x90\x00" + b"\0" * 413


def bare_mp3() -> bytes:
    return (b"\xff\xfb\x90\x00" + b"\0" * 413) * 3


def wav() -> bytes:
    return b"RIFF\x24\x00\x00\x00WAVEfmt " + b"\0" * 32


def ogg(mark: bytes = b"\x01vorbis") -> bytes:
    return b"OggS\x00\x02" + b"\0" * 22 + mark + b"\0" * 20


def pdf() -> bytes:
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


VTT = b"WEBVTT\n\n00:01.000 --> 00:04.000\nGood morning.\n"
SRT = b"1\r\n00:00:01,000 --> 00:00:04,000\r\nGood morning.\r\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="5" height="5"><path d="M0 0h5"/></svg>'

EVERY_KIND = {
    "a.png": (png(), "image", "image/png"),
    "a.gif": (gif(), "image", "image/gif"),
    "a.jpg": (jpeg(), "image", "image/jpeg"),
    "a.webp": (webp(), "image", "image/webp"),
    "a.avif": (avif(), "image", "image/avif"),
    "a.svg": (SVG, "image", "image/svg+xml"),
    "a.mp4": (mp4(), "video", "video/mp4"),
    "a.mov": (mp4(b"qt  "), "video", "video/quicktime"),
    "a.webm": (webm(), "video", "video/webm"),
    "a.ogv": (ogg(b"\x80theora"), "video", "video/ogg"),
    "a.m4a": (mp4(b"M4A "), "audio", "audio/mp4"),
    "a.mp3": (mp3(), "audio", "audio/mpeg"),
    "b.mp3": (bare_mp3(), "audio", "audio/mpeg"),
    "a.ogg": (ogg(), "audio", "audio/ogg"),
    "a.opus": (ogg(b"OpusHead"), "audio", "audio/ogg"),
    "a.wav": (wav(), "audio", "audio/wav"),
    "a.flac": (b"fLaC\x00\x00\x00\x22" + b"\0" * 40, "audio", "audio/flac"),
    "a.pdf": (pdf(), "document", "application/pdf"),
    "a.vtt": (VTT, "captions", "text/vtt"),
    "a.srt": (SRT, "captions", "application/x-subrip"),
}
