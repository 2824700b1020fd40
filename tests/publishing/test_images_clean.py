"""What a camera writes into a picture reaches no reader; the picture does, unchanged."""

import io
import struct
import time

import pytest
from PIL import Image, ImageCms, ImageOps
from tests.publishing.image_samples import WHERE, opened, photo

from octavo.publishing.images.clean import cleaned

FORMS = ["JPEG", "PNG", "WEBP", "AVIF"]


def pixels(data: bytes) -> bytes:
    return ImageOps.exif_transpose(opened(data)).tobytes()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("turned", [1, 6])
def test_nothing_of_the_camera_is_left_and_the_picture_is_the_same(form: str, turned: int) -> None:
    data = photo(120, 80, form=form, turned=turned)
    assert WHERE in data
    clean = cleaned(data)
    assert WHERE not in clean
    picture = opened(clean)
    assert dict(picture.getexif().get_ifd(0x8825)) == {}
    assert set(picture.getexif()) <= {0x0112}
    assert pixels(clean) == pixels(data)
    assert cleaned(clean) is clean


@pytest.mark.parametrize("form", FORMS)
def test_one_without_metadata_is_the_same_object(form: str) -> None:
    file = io.BytesIO()
    Image.effect_noise((90, 60), 50).convert("RGB").save(file, form)
    data = cleaned(file.getvalue())
    assert cleaned(data) is data


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_colour_profile_stays(form: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    clean = cleaned(photo(120, 80, form=form, icc_profile=profile))
    assert opened(clean).info["icc_profile"] == profile


def test_remarks_xmp_and_what_stands_behind_a_jpeg_go() -> None:
    data = photo(120, 80, progressive=True, comment=b"taken at home")
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"
    data = data[:2] + struct.pack(">HH", 0xFFE1, len(xmp) + 2) + xmp + data[2:]
    data += photo(60, 40)  # as cameras hide a second picture
    clean = cleaned(data)
    assert b"taken at home" not in clean
    assert b"xmpmeta" not in clean
    assert WHERE not in clean
    assert opened(clean).size == (120, 80)


def test_remarks_of_a_png_go() -> None:
    from PIL.PngImagePlugin import PngInfo

    said = PngInfo()
    said.add_text("Author", "Ana of the mill")
    said.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta/>", zip=True)
    clean = cleaned(photo(120, 80, form="PNG", pnginfo=said) + b"behind")
    assert b"Ana" not in clean
    assert b"xmp" not in clean
    assert clean.endswith(b"IEND\xaeB`\x82")


def assert_cleaned_once_is_cleaned(data: bytes) -> None:
    clean = cleaned(data)
    assert len(clean) <= len(data) + 1  # a chunk of a WebP is filled up to an even length
    assert cleaned(clean) is clean


@pytest.mark.parametrize("form", FORMS)
def test_bytes_that_break_off_anywhere_never_fail(form: str) -> None:
    data = photo(40, 30, form=form, turned=6)
    for length in [*range(0, min(len(data), 600), 7), *range(600, len(data), 97)]:
        assert_cleaned_once_is_cleaned(data[:length])


def test_a_length_that_leads_out_of_the_file_never_fails() -> None:
    data = bytearray(photo(40, 30, form="AVIF"))
    for place in range(600):
        broken = bytes(data[:place]) + b"\xff\xff" + bytes(data[place + 2 :])
        assert_cleaned_once_is_cleaned(broken)


@pytest.mark.parametrize("sizes", [0x0000, 0x4000, 0x0400, 0x4400])
def test_an_avif_that_names_the_same_part_again_and_again_is_no_trap(sizes: int) -> None:
    """Without bounds, the second would take hours."""

    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I4s", len(body) + 8, kind) + body

    infe = box(b"infe", b"\x02\0\0\0" + struct.pack(">HH4s", 1, 0, b"Exif") + b"\0")
    item = struct.pack(">HHH", 1, 0, 65_535)
    iloc = b"\0\0\0\0" + struct.pack(">HH", sizes, 20_000) + item * 20_000
    iloc += struct.pack(">II", 0, 200_000) * 100_000
    meta = b"\0" * 4 + box(b"iinf", b"\0" * 6 + infe) + box(b"iloc", iloc)
    data = box(b"ftyp", b"avif\0\0\0\0") + box(b"meta", meta)
    began = time.perf_counter()
    cleaned(data)
    assert time.perf_counter() - began < 2
