"""Makes the sizes of one picture, in a process of its own that may be killed at any time.

Reads a `Task` from standard input and writes an `Answer` to standard output, both JSON. The decoders
are handed bytes of anybody's making: only the one of the expected format is let near them, within
limits of pixels, memory and processor time that the process sets for itself before it opens anything.
"""

import contextlib
import io
import sys
import warnings
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image, ImageCms, ImageOps

from octavo.publishing.images.sizes import Recipe, Wanted, wanted_sizes, why_kept

__all__ = ["Answer", "MadeFile", "Task"]

_DECODERS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
_SAVING: dict[str, dict[str, Any]] = {
    "image/avif": {"format": "AVIF", "quality": 60, "speed": 8, "max_threads": 1},
    "image/webp": {"format": "WEBP", "quality": 80, "method": 4},
    "image/jpeg": {"format": "JPEG", "quality": 82, "optimize": True, "progressive": True},
    "image/png": {"format": "PNG", "optimize": True},
}
_GREATEST_SIDE = 16_383
"""WebP has no picture that is longer."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A picture, and where its sizes go; the limits are of pixels, bytes and seconds."""

    file: str
    mime: str
    size_bytes: int
    folder: str
    recipe: Recipe
    max_pixels: int
    memory_bytes: int
    cpu_s: int


class MadeFile(msgspec.Struct, frozen=True, kw_only=True):
    """A size that was made: `file` is its name in the folder of the task."""

    file: str
    mime: str
    width: int
    height: int
    size_bytes: int


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a picture: its size as it is shown, and its files, or why there are none."""

    width: int | None = None
    height: int | None = None
    files: list[MadeFile] = []
    kept: str = ""
    failed: str = ""


def make_sizes(task: Task) -> Answer:
    """Make what `wanted_sizes` says; a format that saves nothing is left out whole.

    Half of a format would be worse than none: browsers take what it has, however small.
    """
    Image.MAX_IMAGE_PIXELS = task.max_pixels
    with Image.open(task.file, formats=[_DECODERS[task.mime]]) as opened:
        if opened.width * opened.height > task.max_pixels:
            return Answer(failed=f"has {opened.width:,} x {opened.height:,} pixels: too many")
        turned = opened.getexif().get(0x0112, 1) in {5, 6, 7, 8}
        width, height = opened.size[::-1] if turned else opened.size
        moves = getattr(opened, "n_frames", 1) > 1
        if kept := why_kept(task.mime, task.size_bytes, moves=moves):
            return Answer(width=width, height=height, kept=kept)
        wanted = [
            one
            for one in wanted_sizes(task.mime, width, height, task.recipe)
            if one.height <= _GREATEST_SIDE
        ]
        if not wanted:
            return Answer(width=width, height=height, kept="small enough as it is")
        largest = max(wanted, key=lambda one: one.width)
        top = _upright(opened, (largest.width, largest.height), turned=turned)
    files = _made_formats(top, wanted, task)
    kept = "" if files else "no other format is smaller"
    return Answer(width=width, height=height, files=files, kept=kept)


def _upright(opened: Image.Image, size: tuple[int, int], *, turned: bool) -> Image.Image:
    """Answer the picture the right way up, as large as wanted, in plain colours."""
    stored = size[::-1] if turned else size
    profile = opened.info.get("icc_profile")
    opened.draft("RGB", stored)
    mode = opened.mode
    if mode.startswith("I"):  # 16 bits of grey
        picture = opened.point(lambda value: value / 256).convert("L").convert("RGB")
    elif mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in opened.info:
        picture = opened.convert("RGBA")
    elif mode == "CMYK" and profile:
        picture = opened.copy()
    else:
        picture = opened.convert("RGB")
    exif = opened.getexif()
    picture = picture.resize(stored, Image.Resampling.LANCZOS, reducing_gap=3.0)
    if profile:
        picture = _in_common_colours(picture, profile)
    if picture.mode == "CMYK":
        picture = picture.convert("RGB")
    picture.info = {}
    if exif.get(0x0112, 1) != 1:
        picture.getexif()[0x0112] = exif[0x0112]
        picture = ImageOps.exif_transpose(picture)
    # Without this, what was known of the original goes on into every file saved.
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    return clean


def _in_common_colours(picture: Image.Image, profile: bytes) -> Image.Image:
    """Answer the picture in sRGB; a profile that cannot be used is none."""
    with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        target = "RGBA" if picture.mode == "RGBA" else "RGB"
        changed = ImageCms.profileToProfile(
            picture,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode=target,
        )
        if changed is not None:
            return changed
    return picture


def _made_formats(top: Image.Image, wanted: list[Wanted], task: Task) -> list[MadeFile]:
    scaled = {top.size: top}
    files: list[MadeFile] = []
    dropped: set[str] = set()
    for one in wanted:
        if one.mime in dropped:
            continue
        size = (one.width, one.height)
        if size not in scaled:
            scaled[size] = top.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        made = _save(scaled[size], one, Path(task.folder))
        if made.size_bytes >= task.size_bytes:
            dropped.add(one.mime)
            files = [file for file in files if file.mime != one.mime]
        else:
            files.append(made)
    return files


def _save(picture: Image.Image, wanted: Wanted, folder: Path) -> MadeFile:
    options = _SAVING[wanted.mime]
    if wanted.mime == "image/jpeg" and picture.mode != "RGB":
        picture = picture.convert("RGB")
    file = folder / f"{wanted.width}.{options['format'].lower()}"
    picture.save(file, **options)
    return MadeFile(
        file=file.name,
        mime=wanted.mime,
        width=wanted.width,
        height=wanted.height,
        size_bytes=file.stat().st_size,
    )


def _limit(task: Task) -> None:
    """Bound this process, as far as the system lets it."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (task.cpu_s, task.cpu_s))
        resource.setrlimit(resource.RLIMIT_AS, (task.memory_bytes, task.memory_bytes))
    with contextlib.suppress(OSError, AttributeError):
        import os

        os.nice(10)


def main() -> None:
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    _limit(task)
    warnings.simplefilter("ignore")
    try:
        answer = make_sizes(task)
    except MemoryError:
        answer = Answer(failed="needs more memory than a picture may take")
    except Image.DecompressionBombError:
        answer = Answer(failed="has too many pixels")
    except Exception as exc:  # noqa: BLE001 - whatever a decoder says of bytes that are no picture
        answer = Answer(failed=f"cannot be read as a picture: {exc}"[:300])
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()
