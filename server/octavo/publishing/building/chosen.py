"""The files behind the pictures that the settings of the theme name."""

import hashlib
from collections.abc import Sequence

from octavo.kernel.errors import OctavoError
from octavo.kernel.storage import open_storage
from octavo.publishing.pages.settings import SiteSettings
from octavo.publishing.read_model.facts import FileFacts

__all__ = ["find_pictures"]

_SHOWN = {"image/png", "image/jpeg", "image/webp", "image/avif", "image/gif"}
_LIMIT_BYTES = 2_000_000


def find_pictures(settings: SiteSettings, files: Sequence[FileFacts]) -> dict[str, tuple[str, str]]:
    """Answer, by setting, the file of each picture that there is and the hash of what is in it."""
    by_url = {file.url: file for file in files} | {f"/media/{file.path}": file for file in files}
    storage = open_storage(settings.media_folder)
    found: dict[str, tuple[str, str]] = {}
    for name, value in sorted(settings.theme.items()):
        facts = by_url.get(value)
        if facts is None or facts.mime not in _SHOWN or facts.size_bytes > _LIMIT_BYTES:
            continue
        try:
            file = storage.local_file(facts.path)
            if file is not None:
                digest = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
                found[name] = (str(file), digest)
        except (OctavoError, OSError):
            continue  # the page goes without; the file may come back
    return found
