"""The storage of media together with what may come into it; one per process, from the settings."""

from dataclasses import dataclass, field

from octavo.content.media.limits import MediaLimits, parse_limits
from octavo.kernel.settings import Settings, SettingsError
from octavo.kernel.storage import Storage, open_storage, storage_address


@dataclass(frozen=True, kw_only=True)
class MediaStore:
    """Where media lie, and how large they may be. `base_url` stands before their addresses."""

    storage: Storage
    limits: MediaLimits = field(default_factory=MediaLimits)
    base_url: str = ""


def media_store(settings: Settings) -> MediaStore:
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
    )
