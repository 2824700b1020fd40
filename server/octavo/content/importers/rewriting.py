"""One text on its way in: links point at where their targets are now, pictures at their copies."""

import re
from collections.abc import Collection, Iterable
from urllib.parse import urljoin

from octavo.content import rules
from octavo.content.importers import links
from octavo.content.importers.addresses import Addresses, Directory, candidates, is_external
from octavo.content.importers.fetching import RemotePictures
from octavo.content.importers.pictures import Pictures, is_other_file, is_picture

_ROOTS = ("", "static", "public", "content", "assets", "source")
_PELICAN = re.compile(r"[{|](static|attach|filename|tag|category|author|index)[}|]")
_MAX_LISTED = 8


class Rewriting:
    """The text of one file, and what was found wanting in it.

    With `remote`, pictures of other hosts are fetched, and files that are missing here from `site_url`:
    pictures, and others below `own_files`.
    """

    def __init__(
        self,
        *,
        file: str,
        old_url: str,
        files: Collection[str],
        directory: Directory,
        addresses: Addresses,
        pictures: Pictures,
        remote: RemotePictures | None = None,
        site_url: str = "",
        own_files: tuple[str, ...] = (),
    ) -> None:
        self._file = file
        self._old_url = old_url
        self._files = files
        self._directory = directory
        self._addresses = addresses
        self._pictures = pictures
        self._remote = remote
        self._site_url = site_url
        self._own_files = own_files
        self._wanted: dict[str, None] = {}
        self._wanted_remote: dict[str, None] = {}
        self._missing: dict[str, None] = {}
        self._lost: dict[str, None] = {}
        self._problems: list[str] = []

    async def rewrite(self, body: str) -> str:
        """Answer the text as it is stored; the pictures that it shows are stored by then."""
        rewritten = links.rewrite(body, link=self._link, reference=self._reference)
        if not self._wanted and not self._wanted_remote:
            return rewritten
        for url in self._wanted_remote:
            problem = None if self._remote is None else await self._remote.take(url)
            if problem is not None:
                self._problems.append(f"file {url[:200]} {problem}: its link stays as it is")
        for file in self._wanted:
            problem = await self._pictures.take(file)
            if problem is not None:
                self._problems.append(f"file {file} {problem}: its link stays as it is")
        # Only now do the pictures have addresses.
        return links.rewrite(body, link=self._link, reference=self._reference)

    async def picture(self, raw: str) -> str:
        """Answer where a picture that stands outside of the text is now; stored by then."""
        if self._link(raw) is None and not self._wanted and not self._wanted_remote:
            return raw
        await self.rewrite(f"![]({raw})")
        return self._link(raw) or raw

    def media_id(self, url: str) -> int | None:
        """Answer the file of the library that was stored under an address by this import."""
        remote = {} if self._remote is None else self._remote.ids
        return self._pictures.ids.get(url) or remote.get(url)

    def warnings(self, body: str) -> list[str]:
        """Answer what a person should look at."""
        warnings = list(self._problems)
        if names := links.shortcodes(body):
            warnings.append(f"shortcodes are kept as text: {_listed(names)}")
        if self._missing:
            warnings.append(f"files are not there: {_listed(self._missing)}")
        if self._lost:
            warnings.append(f"links lead to nothing that was imported: {_listed(self._lost)}")
        return warnings

    def _link(self, raw: str) -> str | None:
        if marked := _PELICAN.match(raw):
            return self._link(raw[marked.end() :]) or self._kept(raw, marked)
        if self._remote is not None and "://" in raw and is_picture(raw):
            return self._fetched(raw, self._remote)
        if is_external(raw) or not any(sign.isalnum() for sign in raw):
            return None
        if is_picture(raw):
            return self._picture(raw)
        if is_other_file(raw) and (self._place(raw) or raw.startswith(self._own_files)):
            return self._picture(raw)
        target = self._directory.find_link(raw, file=self._file, old_url=self._old_url)
        if target is None and not self._addresses.is_known(raw.partition("#")[0]):
            self._lost[raw] = None
        return target

    def _kept(self, raw: str, marked: re.Match[str]) -> str | None:
        """Answer what stands for a link of Pelican's whose target is not here: its plain path."""
        rest = raw[marked.end() :]
        if marked[1] in {"tag", "category"}:
            return f"/tags/{rules.tag_slug(rest)}/"
        return f"/authors/{rules.author_slug(rest)}/" if marked[1] == "author" else None

    def _picture(self, raw: str) -> str | None:
        found = self._place(raw)
        if found is None and self._remote is not None and self._site_url:
            return self._fetched(urljoin(self._site_url, raw), self._remote)
        if found is None:
            self._missing[raw] = None
            return None
        self._wanted[found] = None
        return self._pictures.url_of(found)

    def _place(self, raw: str) -> str | None:
        places = candidates(raw, file=self._file, roots=_ROOTS)
        return next((place for place in places if place in self._files), None)

    def _fetched(self, url: str, remote: RemotePictures) -> str | None:
        if not url.startswith(("http://", "https://")):
            return None
        self._wanted_remote[url] = None
        return remote.url_of(url)

    def _reference(self, raw: str) -> str | None:
        target = self._directory.find_reference(raw, file=self._file)
        if target is None:
            self._lost[raw] = None
        return target


def _listed(names: Iterable[str]) -> str:
    shown = [name[:80] for name in names]
    more = f" and {len(shown) - _MAX_LISTED} more" if len(shown) > _MAX_LISTED else ""
    return ", ".join(shown[:_MAX_LISTED]) + more
