"""A piece as its page would be: the same renderer, sanitiser and theme; nothing is stored."""

import msgspec

from octavo.publishing.errors import PreviewRefusedError
from octavo.publishing.facts import PieceSource
from octavo.publishing.makers import make
from octavo.publishing.markdown import BodyRefusedError
from octavo.publishing.model import Model
from octavo.publishing.pages import PageMaker
from octavo.publishing.plan import Touched
from octavo.publishing.prepared import prepare
from octavo.publishing.state import State
from octavo.publishing.templates import Theme
from octavo.publishing.views import SiteSettings

__all__ = ["render_alone"]


class _Alone(Model):
    """A model of one piece: what its text links to stands elsewhere, and is taken to be there."""

    def redirect(self, path: str) -> str | None:
        return path


def render_alone(source: PieceSource, theme: Theme, settings: SiteSettings) -> str:
    """Render a page from a model that holds this one piece.

    Raises:
        PreviewRefusedError: the text is beyond the limits, or no page can be made of it.
        ThemeError: the theme cannot render it.
    """
    if not source.piece.title:
        named = msgspec.structs.replace(source.piece, slug="…")
        source = msgspec.structs.replace(source, piece=named)
    try:
        prepared = prepare(source)
    except BodyRefusedError as exc:
        raise PreviewRefusedError(str(exc)) from exc
    state = State.in_memory()
    try:
        model = _Alone(state, zone=settings.zone)
        model.put(prepared, Touched())
        made = make(PageMaker(model, theme, settings), f"piece:{source.piece.id}")
        if not made.files:
            raise PreviewRefusedError("; ".join(made.problems) or "there is no page of it")
        return made.files[0].data.decode()
    finally:
        state.close()
