"""A piece as its page would be: the same renderer, sanitiser and theme; nothing is stored."""

import base64
import contextlib
import sqlite3
from pathlib import Path

import msgspec

from octavo.publishing.building.makers import make
from octavo.publishing.errors import PreviewRefusedError
from octavo.publishing.pages.maker import PageMaker
from octavo.publishing.pages.settings import SiteSettings
from octavo.publishing.read_model.facts import PieceSource
from octavo.publishing.read_model.model import Model
from octavo.publishing.read_model.plan import HOME, Touched
from octavo.publishing.read_model.prepared import prepare
from octavo.publishing.read_model.state import State, StateLostError
from octavo.publishing.serving.headers import media_type
from octavo.publishing.text.markdown import BodyRefusedError
from octavo.publishing.theme.templates import Theme

__all__ = ["render_alone", "render_sample"]


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
        model = _Alone(state, zone=settings.zone, front=settings.front)
        model.put(prepared, Touched())
        made = make(PageMaker(model, theme, settings), f"piece:{source.piece.id}")
        if not made.files:
            raise PreviewRefusedError("; ".join(made.problems) or "there is no page of it")
        return made.files[0].data.decode()
    finally:
        state.close()


def render_sample(what: str, theme: Theme, settings: SiteSettings, state_file: Path) -> str:
    """Render the front page or the newest post from the site as it was built, with other settings.

    Raises:
        ThemeError: the theme cannot render it.
    """
    with contextlib.suppress(sqlite3.Error, StateLostError):
        if state_file.exists():
            state = State.open_to_read(state_file)
            try:
                return _self_contained(_sample_from(state, what, theme, settings), theme)
            finally:
                state.close()
    state = State.in_memory()
    try:
        return _self_contained(_sample_from(state, what, theme, settings), theme)
    finally:
        state.close()


def _sample_from(state: State, what: str, theme: Theme, settings: SiteSettings) -> str:
    model = Model(state, zone=settings.zone)
    count = model.count(HOME)
    page = f"list:{HOME}"
    if what == "post" and count:
        (newest,) = model.slice(HOME, count - 1, 1)
        page = f"piece:{newest}"
    made = make(PageMaker(model, theme, settings), page)
    return made.files[0].data.decode()


def _self_contained(html: str, theme: Theme) -> str:
    """Put the style sheets and chosen pictures into the page: the site need not have them."""
    for name in theme.asset_names:
        if not (name.endswith(".css") or name.startswith("chosen/")):
            continue
        asset = theme.asset(name)
        if name.endswith(".css"):
            sheet = asset.data.decode().replace("</", "<\\/")
            html = html.replace(
                f'<link rel="stylesheet" href="/{asset.path}">', f"<style>{sheet}</style>"
            )
        else:
            kind = media_type(asset.path)
            data = base64.b64encode(asset.data).decode()
            html = html.replace(f'"/{asset.path}"', f'"data:{kind};base64,{data}"')
    return html
