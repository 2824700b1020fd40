"""Pictures that still lie where the blog was: fetched once each, by the client that guards addresses.

A host that does not answer is asked three times, then no more: old hosts are often gone.
"""

from collections import Counter
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from octavo.content.errors import MediaTooLargeError, NotMediaRefusedError
from octavo.content.importers.pictures import is_other_file
from octavo.content.media import service as library
from octavo.content.media.store import MediaStore
from octavo.kernel.http import GuardedClient

_OK = 200
_PATIENCE = 3
_NAME = 200


class RemotePictures:
    """The pictures of one import that are fetched; in a dry run none is."""

    def __init__(
        self, http: GuardedClient, *, media: MediaStore, dry_run: bool, now: datetime
    ) -> None:
        self.wanted = 0
        self.ids: dict[str, int] = {}
        self._http = http
        self._media = media
        self._dry_run = dry_run
        self._now = now
        self._urls: dict[str, str] = {}
        self._problems: dict[str, str] = {}
        self._silent: Counter[str] = Counter()

    def url_of(self, url: str) -> str | None:
        """Answer where readers fetch a picture that was taken; None before, or if it was not."""
        return self._urls.get(url)

    async def take(self, url: str) -> str | None:
        """Fetch and store a picture; answer what is wrong with it, or None."""
        if url in self._urls or (self._dry_run and url not in self._problems):
            self.wanted += self._dry_run
            return None
        if url not in self._problems:
            problem = await self._fetch(url)
            if problem is not None:
                self._problems[url] = problem
        return self._problems.get(url)

    async def _fetch(self, url: str) -> str | None:
        host = urlsplit(url).netloc
        if self._silent[host] >= _PATIENCE:
            return f"was not fetched: {host} does not answer"
        try:
            limits = self._media.limits
            limit = limits.largest_bytes if is_other_file(url) else limits.bytes_of("image")
            fetched = await self._http.fetch(url, max_bytes=limit)
        except httpx.RequestError as exc:
            self._silent[host] += 1
            return f"could not be fetched: {str(exc)[:200] or type(exc).__name__}"
        if fetched.status != _OK:
            return f"could not be fetched: its host answered {fetched.status}"
        name = (urlsplit(url).path.rpartition("/")[2] or "picture")[-_NAME:]
        try:
            stored = await library.store_file(
                fetched.body,
                name,
                store=self._media,
                origin=url[:500],
                is_named=False,
                now=self._now,
            )
        except NotMediaRefusedError as exc:
            return exc.reason
        except MediaTooLargeError as exc:
            return str(exc)
        stored_url = f"/media/{stored.media.path}"
        self._urls[url], self.ids[stored_url] = stored_url, stored.media.id
        return None
