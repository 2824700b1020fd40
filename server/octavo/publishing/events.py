"""What publishing announces."""

from datetime import datetime

from octavo.kernel.events import Event


class PiecesWentLive(Event, frozen=True, kw_only=True):
    """Readers can open the pages of these pieces, in their present version.

    Announced at least once for every piece that was published, maybe more often; after a build from
    scratch for all that the builder did not know. `at` is when the build began.
    """

    piece_ids: list[int]
    at: datetime
