"""What calls to action announce."""

from octavo.kernel.events import Event


class CtaChanged(Event, frozen=True, kw_only=True):
    """A call to action reads or leads differently. `piece_ids` are those it stands on."""

    cta_id: int
    piece_ids: tuple[int, ...]


class PieceCtasChanged(Event, frozen=True, kw_only=True):
    """A piece has other calls to action, or has them in another order."""

    piece_id: int
