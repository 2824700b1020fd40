"""Pictures are known by their bytes; drawings run nothing."""

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.content.media.images import recognise
from octavo.content.media.svg import UnsafeSvgError, sanitise

DATA = Path(__file__).parents[3] / "shared" / "data"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 480) + b"rest"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc2\x00\x11\x08" + struct.pack(">HH", 7, 9) + b"\x03" * 12
)
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8X" + b"\x00" * 8 + b"\x09\x00\x00\x13\x00\x00"


@pytest.mark.parametrize(
    ("data", "mime", "width", "height"),
    [
        (PNG, "image/png", 640, 480),
        (b"GIF89a" + struct.pack("<HH", 5, 6) + b"x", "image/gif", 5, 6),
        (JPEG, "image/jpeg", 9, 7),
        (WEBP, "image/webp", 10, 20),
        (b"\x00\x00\x00\x1cftypavif", "image/avif", None, None),
        (b'<?xml version="1.0"?><svg xmlns="x"/>', "image/svg+xml", None, None),
    ],
)
def test_pictures_are_recognised_with_their_size(data, mime, width, height):
    picture = recognise(data)

    assert picture is not None
    assert (picture.mime, picture.width, picture.height) == (mime, width, height)


@pytest.mark.parametrize(
    "data", [b"", b"<html><svg>", b"MZ\x90", b"GIF", b"%PDF-1.4", b"RIFFxxxxWAVE"]
)
def test_anything_else_is_no_picture(data):
    assert recognise(data) is None


@given(
    st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF1234WEBP", b"GIF89a"]),
    st.binary(),
)
def test_damaged_pictures_are_recognised_without_trouble(head, rest):
    assert recognise(head + rest) is not None


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<SCRIPT>alert(1)</SCRIPT>",
        '<g onload="alert(1)"/>',
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<a xlink:href=" JaVaScRiPt:alert(1)"><text>x</text></a>',
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'>x</body></foreignObject>",
        "<foreignObject><iframe src='javascript:alert(1)'/></foreignObject>",
        '<use href="data:image/svg+xml,evil#x"/>',
        '<use xlink:href="https://evil.example/x.svg#a"/>',
        '<image href="https://evil.example/x.png"/>',
        '<image href="data:image/svg+xml;base64,AAAA"/>',
        '<set attributeName="onmouseover" to="alert(1)"/>',
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        '<animate attributeName="xlink:href" to="javascript:alert(1)"/>',
        "<style>@import url(https://evil.example/x.css);</style>",
        "<style>g{background:url('https://evil.example/x')}</style>",
        '<rect style="background:url(//evil.example/x)"/>',
        '<rect fill="url(https://evil.example/x#y)"/>',
        '<handler type="text/javascript">alert(1)</handler>',
        '<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
    ],
)
def test_a_drawing_keeps_its_shapes_and_loses_what_runs_or_reaches_out(evil):
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'{evil}<path d="M0 0"/></svg>'
    )
    clean = sanitise(drawing.encode()).decode().lower()

    assert "path" in clean
    for word in ("script", "onload", "onmouseover", "evil", "foreignobject", "iframe", "alert",
                 "@import", "svg+xml", "handler"):  # fmt: skip
        assert word not in clean


@pytest.mark.parametrize(
    "drawing",
    [
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>',
        '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>',
        "<svg><unclosed></svg>",
        "<html/>",
        "",
        "<svg xmlns='http://www.w3.org/2000/svg'>" + "<g>" * 100_000,
        "<svg xmlns='http://www.w3.org/2000/svg'>" + "<g>" * 300 + "</g>" * 300 + "</svg>",
    ],
)
def test_a_drawing_that_cannot_be_trusted_is_refused(drawing):
    with pytest.raises(UnsafeSvgError):
        sanitise(drawing.encode())


def test_gradients_text_and_plain_doctypes_survive():
    drawing = (
        '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">'
        '<svg xmlns="http://www.w3.org/2000/svg" width="5"><defs><linearGradient id="g"/></defs>'
        '<style>.a{fill:red}</style><rect fill="url(#g)"/>'
        '<text class="a">a <tspan>b</tspan> c</text>'
        '<use href="#g"/></svg>'
    )
    clean = sanitise(drawing.encode()).decode()

    for part in (
        'fill="url(#g)"',
        ".a{fill:red}",
        "a <tspan>b</tspan> c",
        'href="#g"',
        'width="5"',
    ):
        assert part in clean


@pytest.mark.skipif(not DATA.is_dir(), reason=f"THE PAYLOADS ARE NOT AT {DATA}")
def test_collected_payloads_are_refused_or_made_harmless():
    with zipfile.ZipFile(DATA / "payloads" / "svg.zip") as archive:
        drawings = [archive.read(name) for name in archive.namelist() if not name.endswith("/")]
    assert drawings
    for drawing in drawings:
        try:
            clean = sanitise(drawing).lower()
        except UnsafeSvgError:
            continue
        for word in (b"<script", b"javascript:", b"onload", b"foreignobject", b"<!entity"):
            assert word not in clean
