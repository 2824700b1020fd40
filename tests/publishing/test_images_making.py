"""What is made of a picture, and what of bytes that are no good one."""

import io
import subprocess
import sys
import zlib
from pathlib import Path

import msgspec
import pytest
from PIL import Image
from tests.publishing.image_samples import WHERE, opened, photo

from octavo.content.media.images import recognise
from octavo.publishing.images import making
from octavo.publishing.images.making import Answer, Task
from octavo.publishing.images.sizes import Recipe

MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "AVIF": "image/avif"}


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    data = io.BytesIO()
    picture.save(data, form, **options)  # type: ignore[arg-type]
    return data.getvalue()


@pytest.fixture
def task(tmp_path: Path):  # type: ignore[no-untyped-def]
    def make(data: bytes, form: str = "JPEG", **given: object) -> Task:
        file = tmp_path / "original"
        file.write_bytes(data)
        fields: dict[str, object] = {
            "file": str(file), "mime": MIMES[form], "size_bytes": len(data),
            "folder": str(tmp_path), "recipe": Recipe(), "max_pixels": 60_000_000,
            "memory_bytes": 2 << 30, "cpu_s": 60,
        }  # fmt: skip
        return Task(**(fields | given))  # type: ignore[arg-type]

    return make


def apart(task: Task) -> Answer | None:
    """Ask the program itself; None when it ended without a word."""
    done = subprocess.run(
        [sys.executable, "-m", "octavo.publishing.images.making"],
        input=msgspec.json.encode(task), capture_output=True, check=False,
    )  # fmt: skip
    return msgspec.json.decode(done.stdout, type=Answer) if done.stdout else None


@pytest.mark.parametrize("form", MIMES)
def test_every_format_gets_smaller_files_without_metadata(task, tmp_path: Path, form: str) -> None:  # type: ignore[no-untyped-def]
    answer = making.make_sizes(task(photo(form=form, turned=8), form))
    assert (answer.width, answer.height) == (700, 1000)
    assert answer.files or answer.kept
    for one in answer.files:
        data = (tmp_path / one.file).read_bytes()
        assert opened(data).size == (one.width, one.height)
        assert len(data) == one.size_bytes < len(photo(form=form))
        assert WHERE not in data
        assert not opened(data).getexif()


@pytest.mark.parametrize("form", MIMES)
@pytest.mark.parametrize("turned", [1, 3, 5, 6, 8])
def test_the_size_known_on_arrival_is_the_one_that_is_shown(task, form: str, turned: int) -> None:  # type: ignore[no-untyped-def]
    data = photo(40, 24, form=form, turned=turned)
    found = recognise(data)
    assert found is not None

    answer = making.make_sizes(task(data, form))
    shown = (24, 40) if turned > 4 else (40, 24)
    assert (found.width, found.height) == (answer.width, answer.height) == shown
    for end in range(len(data)):
        recognise(data[:end])  # cut off anywhere, it is no trouble


def test_what_is_see_through_stays_so(task, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    shape = Image.effect_noise((1_000, 600), 80).convert("RGBA")
    shape.putalpha(Image.linear_gradient("L").resize(shape.size))
    answer = making.make_sizes(task(saved(shape, "PNG"), "PNG"))
    assert {one.mime for one in answer.files} == {"image/avif", "image/webp", "image/png"}
    assert {opened((tmp_path / one.file).read_bytes()).mode for one in answer.files} == {"RGBA"}


@pytest.mark.parametrize("mode", ["CMYK", "L", "I;16", "P", "1", "LA"])
def test_every_kind_of_colours_is_made_a_common_one(task, tmp_path: Path, mode: str) -> None:  # type: ignore[no-untyped-def]
    noise = Image.effect_noise((1_000, 700), 60)
    picture = noise.convert("RGB").convert(mode) if mode != "I;16" else noise.convert("I;16")
    form = "JPEG" if mode == "CMYK" else "PNG"
    answer = making.make_sizes(task(saved(picture, form), form))
    assert answer.failed == ""
    modes = {opened((tmp_path / one.file).read_bytes()).mode for one in answer.files}
    assert modes <= {"RGB", "RGBA"}


@pytest.mark.parametrize("form", ["WEBP", "PNG", "AVIF"])
def test_what_moves_stays_as_it_is(task, form: str) -> None:  # type: ignore[no-untyped-def]
    frames = [Image.effect_noise((300, 300), 90).convert("RGB") for _ in range(3)]
    data = saved(frames[0], form, save_all=True, append_images=frames[1:])
    answer = making.make_sizes(task(data, form))
    assert (answer.files, answer.kept) == ([], "a picture that moves stays as it is")


def test_a_bomb_is_refused_before_it_is_unpacked(task) -> None:  # type: ignore[no-untyped-def]
    data = saved(Image.new("L", (9_000, 9_000)), "PNG")
    answer = apart(task(data, "PNG"))
    assert answer is not None
    assert "too many" in answer.failed


def test_a_head_that_lies_about_the_size_is_refused(task) -> None:  # type: ignore[no-untyped-def]
    data = photo(form="PNG")
    at = data.index(b"IHDR") + 4
    head = (
        b"IHDR" + (50_000).to_bytes(4, "big") + (1_100).to_bytes(4, "big") + data[at + 8 : at + 13]
    )
    lying = data[: at - 4] + head + zlib.crc32(head).to_bytes(4, "big") + data[at + 13 + 4 :]
    answer = apart(task(lying, "PNG"))
    assert answer is not None
    assert "cannot be read as a picture" in answer.failed


def test_one_that_needs_more_memory_than_allowed_is_refused(task) -> None:  # type: ignore[no-untyped-def]
    answer = apart(task(photo(6_000, 5_000), memory_bytes=190 << 20))
    assert answer is None or answer.failed


def test_one_decoder_alone_is_tried(task) -> None:  # type: ignore[no-untyped-def]
    answer = apart(task(photo(form="PNG"), "JPEG"))
    assert answer is not None
    assert "cannot be read as a picture" in answer.failed
