"""Pictures made here, with what cameras write into them."""

import io
from typing import Any

from PIL import Image

WHERE = b"GPS-41-23-N"


def photo(
    width: int = 1000,
    height: int = 700,
    *,
    form: str = "JPEG",
    turned: int = 1,
    seed: int = 1,
    **options: Any,
) -> bytes:
    """A noisy picture that says where it was taken; `turned` is its EXIF orientation."""
    noise = Image.effect_noise((width // 4 + seed, height // 4 + 1), 60).convert("RGB")
    picture = noise.resize((width, height))
    exif = Image.Exif()
    exif[0x0112] = turned
    exif[0x010E] = WHERE.decode()
    place = exif.get_ifd(0x8825)
    place[1], place[2] = "N", (41.0, 23.0, 1.0)
    file = io.BytesIO()
    picture.save(file, form, exif=exif, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture
