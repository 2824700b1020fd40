"""Pictures and other files that lie beside posts: each is stored once, and known by its file from then on."""

from datetime import datetime

from octavo.content.errors import MediaTooLargeError, NotMediaRefusedError
from octavo.content.importers.sources import Source, UnreadableError
from octavo.content.media import service as library
from octavo.content.media.store import MediaStore

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg")
_OTHERS = (".mp3", ".m4a", ".ogg", ".oga", ".wav", ".mp4", ".m4v", ".webm", ".mov", ".vtt", ".pdf")


def is_picture(address: str) -> bool:
    """Say whether an address, by its end, is one of a picture."""
    return _path(address).endswith(_PICTURES)


def is_other_file(address: str) -> bool:
    """Say whether an address, by its end, is one of audio, video or a document."""
    return _path(address).endswith(_OTHERS)


def _path(address: str) -> str:
    return address.lower().partition("#")[0].partition("?")[0]


class Pictures:
    """The files of one import. `ids` are those of the library, by the address there."""

    def __init__(self, source: Source, *, media: MediaStore, dry_run: bool, now: datetime) -> None:
        self.ids: dict[str, int] = {}
        self._source = source
        self._media = media
        self._dry_run = dry_run
        self._now = now
        self._urls: dict[str, str] = {}
        self._problems: dict[str, str] = {}

    def url_of(self, file: str) -> str | None:
        """Answer where readers fetch a picture that was taken; None before, or if it was not."""
        return self._urls.get(file)

    async def take(self, file: str) -> str | None:
        """Store a picture; answer what is wrong with it, or None."""
        if file in self._urls:
            return None
        if file not in self._problems:
            try:
                await self._store(file)
            except NotMediaRefusedError as exc:
                self._problems[file] = exc.reason
            except (UnreadableError, MediaTooLargeError) as exc:
                self._problems[file] = str(exc)
        return self._problems.get(file)

    async def _store(self, file: str) -> None:
        data = self._source.read(file, limit=self._limit(file))
        name = file.rpartition("/")[2]
        if self._dry_run:
            await library.check_file(data, name, store=self._media)
            self._urls[file] = f"/media/{name}"
            return
        stored = await library.store_file(
            data, name, store=self._media, origin=file, is_named=False, now=self._now
        )
        url = f"/media/{stored.media.path}"
        self._urls[file], self.ids[url] = url, stored.media.id

    def _limit(self, file: str) -> int:
        limits = self._media.limits
        return limits.bytes_of("image") if is_picture(file) else limits.largest_bytes
