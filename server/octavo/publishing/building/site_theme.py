"""The theme of the installation as it is now, and the settings that its pages are made with."""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote

import msgspec

from octavo.accounts.schemas import Organisation
from octavo.kernel.settings import Settings
from octavo.kernel.storage import storage_address
from octavo.publishing.building.chosen import find_pictures
from octavo.publishing.building.library import Library
from octavo.publishing.building.marks import BUILD_VERSION, file_stats, marks_of
from octavo.publishing.errors import BuildFailedError
from octavo.publishing.pages.maker import TEMPLATES
from octavo.publishing.pages.settings import SiteSettings
from octavo.publishing.pages.sharing import SHARE_PICTURE
from octavo.publishing.read_model.facts import FileFacts
from octavo.publishing.text.markdown import RENDERER_VERSION
from octavo.publishing.theme.templates import Theme, ThemeError

__all__ = ["Dress", "SiteTheme"]


class Dress(msgspec.Struct, frozen=True, kw_only=True):
    """What one build makes its pages with; the marks tell it from what another one had."""

    theme: Theme
    settings: SiteSettings
    marks: dict[str, str]

    async def check(self) -> None:
        """See to it that every page can be made.

        Raises:
            BuildFailedError: it cannot; the message says why.
        """
        try:
            await asyncio.to_thread(self.theme.check, list(TEMPLATES), self.settings.locale)
        except ThemeError as exc:
            raise BuildFailedError(str(exc)) from exc


class SiteTheme:
    """Reads the theme's files when they or what is chosen changed, and not otherwise."""

    def __init__(self, settings: Settings, library: Library, folders: Sequence[Path]) -> None:
        self._settings = settings
        self._library = library
        self._folders = list(folders)
        self._theme: tuple[object, Theme] | None = None

    @property
    def base_url(self) -> str:
        """The site's public address, without a slash at its end."""
        return self._settings.base_url.rstrip("/")

    def plain(self) -> Theme:
        """Answer the theme as its files are now, with nothing chosen.

        Raises:
            ThemeError: it cannot be read.
        """
        return Theme(*self._folders)

    def current(self, settings: SiteSettings) -> Theme:
        """Answer the theme as it is now, read anew when a file of it changed or a setting."""
        seen = (file_stats(self._folders), settings.theme, settings.theme_pictures)
        if self._theme is None or self._theme[0] != seen:
            pictures = settings.chosen_pictures()
            self._theme = (seen, Theme(*self._folders, chosen=settings.theme, pictures=pictures))
        return self._theme[1]

    def dress(self, settings: SiteSettings) -> Dress:
        """Answer the theme of now, and what tells it from that of an earlier build.

        Raises:
            BuildFailedError: it cannot be used.
        """
        try:
            theme = self.current(settings)
            return Dress(theme=theme, settings=settings, marks=marks_of(theme, settings))
        except ThemeError as exc:
            raise BuildFailedError(str(exc)) from exc

    def mark(self) -> str:
        """Answer what moves when the same pieces would give other pages. Blocks."""
        seen = (BUILD_VERSION, RENDERER_VERSION, self.base_url, file_stats(self._folders))
        return hashlib.sha256(repr(seen).encode()).hexdigest()

    async def settings_for(self, organisation: Organisation) -> SiteSettings:
        """Answer all that pages depend on beside the pieces and the theme."""
        settings = SiteSettings(
            base_url=self.base_url,
            name=organisation.name,
            tagline=organisation.tagline,
            description=organisation.description,
            locale=organisation.locale,
            zone=organisation.zone,
            nav=[(link.label, link.url) for link in organisation.nav],
            theme=dict(organisation.theme),
            theme_folders=[str(folder) for folder in self._folders],
            media_folder=storage_address(self._settings),
            indexnow_key=_indexnow_key(self._settings.secret_key),
        )
        card = await self._library.site_card()
        if card and not settings.theme.get(SHARE_PICTURE):
            chosen = settings.theme | {SHARE_PICTURE: f"/media/{card}"}
            settings = msgspec.structs.replace(settings, theme=chosen)
        wanted = [
            unquote(value.removeprefix("/media/"))
            for value in settings.theme.values()
            if value.startswith("/media/")
        ]
        if not wanted:
            return self._with_front(settings)
        files = list(await self._library.files([], wanted))
        if card:  # no file of the library
            files.append(FileFacts(url=f"/media/{card}", path=card, mime="image/png"))
        pictures = await asyncio.to_thread(find_pictures, settings, files)
        return self._with_front(msgspec.structs.replace(settings, theme_pictures=pictures))

    def _with_front(self, settings: SiteSettings) -> SiteSettings:
        """Say what the front page shows: what is chosen, else what the theme has by itself."""
        try:
            values = self.current(settings).in_force
        except ThemeError:  # whoever builds with it is told
            return settings
        front = values.get("front_languages", settings.front_languages)
        return msgspec.structs.replace(settings, front_languages=front)


def _indexnow_key(secret: str) -> str:
    """Answer the key of this installation: 32 hexadecimal digits that tell nothing of the secret."""
    return hmac.new(secret.encode(), b"indexnow", hashlib.sha256).hexdigest()[:32]
