"""The storage of media together with what may come into it; one per process, from the settings."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from octavo.content.media.limits import MediaLimits, parse_limits
from octavo.content.media.schemas import MediaStorage
from octavo.kernel.settings import Settings, SettingsError
from octavo.kernel.storage import Storage, open_storage, storage_address

Thumbnails = Callable[[Sequence[str]], Awaitable[dict[str, str]]]
"""Answers the path of the smallest size of pictures, by the SHA-256 of their bytes."""


async def _no_thumbnails(hashes: Sequence[str]) -> dict[str, str]:
    del hashes
    return {}


@dataclass(frozen=True, kw_only=True)
class MediaStore:
    """Where media lie, and how large they may be. `base_url` stands before their addresses.

    `thumbnails` comes from whoever makes sizes: the library itself makes none.
    """

    storage: Storage
    limits: MediaLimits = field(default_factory=MediaLimits)
    base_url: str = ""
    place: MediaStorage = field(default_factory=lambda: MediaStorage(kind="folder", place=""))
    thumbnails: Thumbnails = _no_thumbnails


def media_store(settings: Settings, *, thumbnails: Thumbnails = _no_thumbnails) -> MediaStore:
    """Open the store of an installation; nothing is reached before it is used.

    Raises:
        SettingsError: `OCTAVO_MEDIA_URL` or `OCTAVO_MEDIA_LIMITS` cannot be used.
    """
    try:
        storage = open_storage(storage_address(settings))
    except ValueError as exc:
        msg = f"OCTAVO_MEDIA_URL: {exc}"
        raise SettingsError(msg) from exc
    return MediaStore(
        storage=storage,
        limits=parse_limits(settings.media_limits),
        base_url=settings.base_url.rstrip("/"),
        place=place_of(settings),
        thumbnails=thumbnails,
    )


def place_of(settings: Settings) -> MediaStorage:
    """Answer where media lie, for people: of an address, only what is no secret."""
    if not settings.media_url.startswith("s3://"):
        return MediaStorage(kind="folder", place=settings.media_url or str(settings.media_dir))
    parts = urlsplit(settings.media_url)
    bucket = parts.netloc.rpartition("@")[2]
    endpoint = urlsplit(parse_qs(parts.query).get("endpoint", [""])[0])
    shown = f"{endpoint.scheme}://{endpoint.netloc.rpartition('@')[2]}" if endpoint.netloc else ""
    place = f"{bucket}/{parts.path.strip('/')}".rstrip("/")
    return MediaStorage(kind="bucket", place=place, endpoint=shown)
