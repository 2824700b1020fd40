"""How large a file may be."""

import msgspec

from octavo.content.media.kinds import MediaKind
from octavo.kernel.settings import SettingsError

_MEGA = 1_000_000


class MediaLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The greatest size of each kind in megabytes, and of a picture in megapixels."""

    image: int = 25
    video: int = 500
    audio: int = 200
    document: int = 50
    captions: int = 2
    megapixels: int = 60

    @property
    def max_pixels(self) -> int:
        """Pixels of the largest picture that is taken."""
        return self.megapixels * _MEGA

    @property
    def largest_bytes(self) -> int:
        """The size that no file of any kind may have more than."""
        return max(self.image, self.video, self.audio, self.document, self.captions) * _MEGA

    def bytes_of(self, kind: MediaKind) -> int:
        """Answer the greatest size of a kind."""
        return int(getattr(self, kind)) * _MEGA


def parse_limits(text: str) -> MediaLimits:
    """Read limits such as `image=25,video=500`; what is not named keeps its default.

    Raises:
        SettingsError: a name is not known, or a number is none.
    """
    given: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = (side.strip() for side in part.partition("="))
        if name not in MediaLimits.__struct_fields__ or not _is_count(number):
            known = ", ".join(MediaLimits.__struct_fields__)
            msg = f"OCTAVO_MEDIA_LIMITS: {part!r} is not name=number; the names are {known}"
            raise SettingsError(msg)
        given[name] = int(number)
    return MediaLimits(**given)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text[:9]) <= 1_000_000  # noqa: PLR2004
