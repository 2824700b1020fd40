"""A draft as its page would be: the same renderer, sanitiser and theme; nothing is stored."""

from collections.abc import Sequence
from datetime import datetime

from octavo.content.schemas import PublishedPiece, TagRef
from octavo.kernel.text import slugify
from octavo.publishing.errors import PreviewRefusedError
from octavo.publishing.facts import CtaSpec, PieceSource
from octavo.publishing.makers import make
from octavo.publishing.markdown import BodyRefusedError
from octavo.publishing.model import Model
from octavo.publishing.pages import PageMaker
from octavo.publishing.plan import Touched
from octavo.publishing.prepared import prepare
from octavo.publishing.schemas import PreviewIn
from octavo.publishing.state import State
from octavo.publishing.templates import Theme
from octavo.publishing.views import SiteSettings

__all__ = ["render_draft"]


def render_draft(
    draft: PreviewIn, ctas: Sequence[CtaSpec], theme: Theme, settings: SiteSettings, now: datetime
) -> str:
    """Render a page from a model that holds this one piece.

    Raises:
        PreviewRefusedError: the text is beyond the limits.
        ThemeError: the theme cannot render it.
    """
    piece = PublishedPiece(
        id=draft.piece_id or 0,
        kind=draft.kind,
        revision_id=0,
        title=draft.title or "…",
        slug="preview",
        path="/preview/",
        body=draft.body,
        excerpt=draft.excerpt,
        language=draft.language,
        published_at=now,
        updated_at=None,
        tags=[
            TagRef(id=i, name=name, slug=slugify(name))
            for i, name in enumerate(draft.tags, start=1)
        ],
        authors=[],
        canonical_url=None,
        source=None,
    )
    try:
        prepared = prepare(PieceSource(piece=piece, ctas=ctas))
    except BodyRefusedError as exc:
        raise PreviewRefusedError(str(exc)) from exc
    state = State.in_memory()
    try:
        model = Model(state, zone=settings.zone)
        model.put(prepared, Touched())
        made = make(PageMaker(model, theme, settings), f"piece:{piece.id}")
        return made.files[0].data.decode()
    finally:
        state.close()
