"""The files of the old site: known by many names, stored once.

A picture is shown in sizes of its own (`-300x200`), scaled (`-scaled`), through a proxy (`i0.wp.com`)
or with a query; all of them are the original. It is looked for in the library first (an import that
is run again fetches nothing twice), then in an uploads folder, then on the old host.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
import msgspec

from octavo.content.errors import MediaTooLargeError, NotMediaRefusedError
from octavo.content.importers.sources import Source, UnreadableError
from octavo.content.importers.wordpress.shortcodes import Attachment
from octavo.content.importers.wordpress.site import Site
from octavo.content.media import service as library
from octavo.content.media.store import MediaStore
from octavo.content.tables import MediaRow
from octavo.kernel.errors import OctavoError
from octavo.kernel.http import GuardedClient
from octavo.kernel.text import without_forbidden_characters

_RESIZED = re.compile(r"-\d{2,5}x\d{2,5}(?=\.[A-Za-z0-9]{2,5}$)")
_SCALED = re.compile(r"-scaled(?=\.[A-Za-z0-9]{2,5}$)")
_PROXY = re.compile(r"^i\d\.wp\.com$")
_UPLOADS = re.compile(r"/(?:wp-content/uploads|wp-content/blogs\.dir/\d+/files|files)/")
_HOSTED = ".files.wordpress.com"
_OK = 200
_PATIENCE = 3
_AT_ONCE = 4
_ROWS_AT_ONCE = 2_000
_MAX_NAME = 200


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the old site that is in the library now."""

    url: str
    media_id: int | None
    is_new: bool


class Uploads:
    """The files of one import.

    Args:
        folder: the uploads folder (or .zip), if the user has one.
        http: fetches what is not in it; None: nothing is fetched.
    """

    def __init__(
        self,
        site: Site,
        *,
        media: MediaStore,
        folder: Source | None,
        http: GuardedClient | None,
        dry_run: bool,
        now: datetime,
    ) -> None:
        self._site = site
        self._media = media
        self._folder = folder
        self._http = http
        self._dry_run = dry_run
        self._now = now
        self._originals: dict[str, Attachment] | None = None
        self._places: dict[str, str] | None = None
        self._stored: dict[str, Kept] = {}
        self._kept: dict[str, Kept] = {}
        self._problems: dict[str, str] = {}
        self._silent: Counter[str] = Counter()

    @property
    def is_wanted(self) -> bool:
        """Say whether files are to be brought along at all."""
        return self._folder is not None or self._http is not None

    @property
    def mode(self) -> str:
        """Say in a word how files come: items that show some change with it."""
        return f"{self._folder is not None}{self._http is not None}"

    async def load(self) -> None:
        """Read which files of other imports are in the library."""
        after = 0
        while rows := await _media_after(after):
            after = rows[-1]["id"]
            for row in rows:
                kept = Kept(url=f"/media/{row['path']}", media_id=row["id"], is_new=False)
                self._stored[_key(row["source"])] = kept

    def original(self, url: str) -> str | None:
        """Answer the original of what an address shows; None if it is no file of the old site."""
        parts = _split(url)
        if parts is None:
            return None
        host, path = parts
        known = self._known()
        for candidate in _candidates(path):
            found = known.get(f"{host.removeprefix('www.')}{candidate}") or known.get(candidate)
            if found is not None:
                return found.url
        ours = not host or host in self._site.hosts or host.endswith(_HOSTED)
        if not (ours and (_UPLOADS.search(path) or host.endswith(_HOSTED))):
            return None
        base = host or next(iter(sorted(self._site.hosts)), "")
        return f"https://{base}{path}" if url.startswith("https") else f"http://{base}{path}"

    def kept(self, url: str) -> Kept | None:
        """Answer what became of an original; None as long as it is not in the library."""
        return self._kept.get(url)

    def problem(self, url: str) -> str | None:
        """Answer why an original is not in the library, if that was tried."""
        return self._problems.get(url)

    async def take(self, urls: Iterable[str]) -> None:
        """Bring originals into the library, as far as they can be had."""
        fresh = [url for url in dict.fromkeys(urls) if url not in self._kept]
        wanted = [url for url in fresh if url not in self._problems and not self._is_stored(url)]
        remote = [url for url in wanted if not await self._from_folder(url)]
        for start in range(0, len(remote), _AT_ONCE):
            await self._from_host(remote[start : start + _AT_ONCE])

    def _is_stored(self, url: str) -> bool:
        """Say whether an earlier import stored it."""
        for candidate in _candidates(_key(url)):
            if (kept := self._stored.get(candidate)) is not None:
                self._kept[url] = kept
                return True
        return not self.is_wanted

    async def _from_folder(self, url: str) -> bool:
        """Store a file of the uploads folder; False when it is not there."""
        if self._folder is None:
            return False
        file = self._place(url)
        if file is None:
            if self._http is None:
                self._problems[url] = "is not in the uploads folder"
                return True
            return False
        try:
            limit = self._media.limits.largest_bytes
            data = await asyncio.to_thread(self._folder.read, file, limit=limit)
        except UnreadableError as exc:
            self._problems[url] = str(exc)
        else:
            await self._store(url, data)
        return True

    async def _from_host(self, urls: Sequence[str]) -> None:
        if self._http is None:
            return
        if self._dry_run:
            for url in urls:
                self._kept[url] = Kept(url=f"/media/{_name(url)}", media_id=None, is_new=True)
            return
        answers = await asyncio.gather(*(self._fetch(url) for url in urls))
        for url, answer in zip(urls, answers, strict=True):
            if isinstance(answer, str):
                self._problems[url] = answer
            else:
                await self._store(url, answer)

    async def _fetch(self, url: str) -> bytes | str:
        """Answer the bytes, or why there are none; prefers the original over what was shown."""
        problem = "is not an address"
        if self._http is None:
            return problem
        limit = self._media.limits.largest_bytes
        for candidate in _candidates(url):
            host = urlsplit(candidate).netloc
            if self._silent[host] >= _PATIENCE:
                return f"was not fetched: {host} does not answer"
            try:
                fetched = await self._http.fetch(candidate, max_bytes=limit)
            except httpx.RequestError as exc:
                self._silent[host] += 1
                return f"could not be fetched: {str(exc)[:200] or type(exc).__name__}"
            if fetched.status == _OK:
                return fetched.body
            problem = f"could not be fetched: its host answered {fetched.status}"
        return problem

    async def _store(self, url: str, data: bytes) -> None:
        name = _name(url)
        try:
            if self._dry_run:
                await library.check_file(data, name, store=self._media)
                kept = Kept(url=f"/media/{name}", media_id=None, is_new=True)
            else:
                stored = await library.store_file(
                    data,
                    name,
                    store=self._media,
                    origin=url,
                    is_named=False,
                    alt=self._alt(url),
                    now=self._now,
                )
                address = f"/media/{stored.media.path}"
                kept = Kept(url=address, media_id=stored.media.id, is_new=stored.is_new)
        except NotMediaRefusedError as exc:
            self._problems[url] = exc.reason
        except (MediaTooLargeError, OctavoError) as exc:
            self._problems[url] = str(exc)
        else:
            self._kept[url] = kept

    def _alt(self, url: str) -> str:
        attachment = self._known().get(_key(url))
        return "" if attachment is None else without_forbidden_characters(attachment.alt)

    def _known(self) -> dict[str, Attachment]:
        """Answer all attachments by the keys of their addresses, made when first asked for."""
        if self._originals is None:
            self._originals = {}
            for attachment in self._site.attachments.values():
                self._note(attachment, self._originals)
        return self._originals

    def _note(self, attachment: Attachment, known: dict[str, Attachment]) -> None:
        parts = _split(attachment.url)
        if parts is None:
            return
        host, path = parts
        for candidate in dict.fromkeys((path, _SCALED.sub("", path))):
            known.setdefault(f"{host.removeprefix('www.')}{candidate}", attachment)
            if host in self._site.hosts:
                known.setdefault(candidate, attachment)

    def _place(self, url: str) -> str | None:
        """Answer the file of the uploads folder, which may begin anywhere above the years."""
        if self._folder is None:
            return None
        if self._places is None:
            self._places = {}
            for file in sorted(self._folder.files):
                parts = file.split("/")
                for start in range(max(0, len(parts) - 4), len(parts)):
                    self._places.setdefault("/".join(parts[start:]), file)
        split = _split(url)
        path = "" if split is None else split[1]
        inside = _UPLOADS.split(path)[-1].lstrip("/")
        for candidate in _candidates(inside):
            if candidate in self._places:
                return self._places[candidate]
        return None


def _candidates(address: str) -> list[str]:
    """Answer the originals that an address may show, the likeliest first, itself last."""
    plain = _RESIZED.sub("", address)
    scaled = re.sub(r"(\.[A-Za-z0-9]{2,5})$", r"-scaled\1", _SCALED.sub("", plain))
    return list(dict.fromkeys([_SCALED.sub("", plain), plain, scaled, address]))


def _split(url: str) -> tuple[str, str] | None:
    """Answer host (lower case; empty for an address of the site's own) and path, decoded."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if parts.scheme not in {"", "http", "https"} or not parts.path.startswith("/"):
        return None
    path = unquote(parts.path)
    if _PROXY.match(host):
        host, _, rest = path.lstrip("/").partition("/")
        path = f"/{rest}"
    return host, path


def _key(url: str) -> str:
    parts = _split(url)
    return "" if parts is None else f"{parts[0].removeprefix('www.')}{parts[1]}"


def _name(url: str) -> str:
    return (unquote(urlsplit(url).path).rpartition("/")[2] or "file")[-_MAX_NAME:]


async def _media_after(after: int) -> list[dict[str, Any]]:
    wanted = (MediaRow.id, MediaRow.path, MediaRow.source)
    query = MediaRow.select(*wanted).where((MediaRow.id > after) & MediaRow.source.like("http%"))
    return await query.order_by(MediaRow.id).limit(_ROWS_AT_ONCE)
