"""The settings of the site, as a build and its workers have them."""

from pathlib import Path

import msgspec

from octavo.publishing.text.tongues import Front

__all__ = ["SiteSettings"]


class SiteSettings(msgspec.Struct, frozen=True, kw_only=True):
    """All that a page depends on beside the model and the theme. Crosses into worker processes.

    `theme` holds what is chosen of the theme's settings; `front_languages` is the one in force, whether
    chosen or the theme's default. `theme_pictures` are the files of chosen pictures with the hashes of
    what is in them.
    """

    base_url: str
    name: str
    tagline: str
    description: str
    locale: str
    zone: str
    nav: list[tuple[str, str]]
    theme: dict[str, str]
    theme_folders: list[str]
    media_folder: str
    front_languages: str = "own"
    theme_pictures: dict[str, tuple[str, str]] = {}
    indexnow_key: str = ""

    def chosen_pictures(self) -> dict[str, Path]:
        return {name: Path(file) for name, (file, _) in self.theme_pictures.items()}

    @property
    def front(self) -> Front:
        """What the front page shows; the theme's setting `front_languages` says so."""
        return Front(self.locale, self.front_languages == "all")
