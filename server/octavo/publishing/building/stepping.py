"""The build in process: what changed, and the pages that read it, in one transaction of the state."""

from collections.abc import Callable

import msgspec

from octavo.publishing.building.changes import Changes
from octavo.publishing.building.ledger import Ledger
from octavo.publishing.building.marks import keep_marks
from octavo.publishing.building.output import Output, file_hash, file_size
from octavo.publishing.building.rendering import PrepareJob, StagedFile, make_page, prepare_pieces
from octavo.publishing.building.site_theme import Dress
from octavo.publishing.pages.maker import File, PageMaker
from octavo.publishing.pages.settings import SiteSettings
from octavo.publishing.read_model.model import Model
from octavo.publishing.read_model.plan import Touched, rank_of_kind
from octavo.publishing.read_model.prepared import source_hash
from octavo.publishing.read_model.state import State
from octavo.publishing.theme.templates import Theme

__all__ = ["Applied", "apply_changes", "dirty_pages", "in_order", "make_in_process", "step"]


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """What the model took in: pages to make, and the pieces that are (still or newly) live."""

    pages: set[str]
    live: list[int]


def step(
    state: State,
    output: Output,
    changes: Changes,
    dress: Dress,
    progress: Callable[[int, int], None] | None,
) -> Ledger:
    """Build in process, in one transaction of the state."""
    settings = dress.settings
    model = Model(state, zone=settings.zone, front=settings.front)
    state.begin()
    try:
        applied = apply_changes(state, model, changes)
        ledger = make_in_process(
            state,
            model,
            output,
            applied.pages,
            theme=dress.theme,
            settings=settings,
            progress=progress,
        )
        state.add_announcements(applied.live)
        keep_marks(state, dress.marks)
        state.set_meta("files", str(int(state.meta("files") or 0) + ledger.added))
    except BaseException:
        state.rollback()
        raise
    state.commit()
    return ledger


def apply_changes(state: State, model: Model, changes: Changes) -> Applied:
    """Bring the model up to date; pieces that did not really change cost one look each."""
    touched = Touched()
    live: list[int] = []
    for source in changes.pieces:
        piece = source.piece
        if model.source(piece.id) == source_hash(source):
            live.append(piece.id)
            continue
        (outcome,) = prepare_pieces(PrepareJob(pieces=[source]))
        if outcome.prepared is None:
            # The last good version stays; there may be none.
            state.set_problems(f"source:{piece.id}", [outcome.problem])
            continue
        state.set_problems(f"source:{piece.id}", [])
        model.put(outcome.prepared, touched)
        live.append(piece.id)
    for piece_id in changes.gone:
        state.set_problems(f"source:{piece_id}", [])
        model.remove(piece_id, touched)
    model.put_tags(changes.tags, touched)
    model.put_authors(changes.authors, touched)
    for path, target in changes.redirects.items():
        model.put_redirect(path, target, touched)
    for path in changes.media:
        touched.page(f"media:{path}")
    return Applied(pages=dirty_pages(state, model, touched), live=live)


def dirty_pages(state: State, model: Model, touched: Touched) -> set[str]:
    """Answer every page that a change touches: by its place, by what it read, by its address."""
    # Links to an address appear and disappear with whoever stands there.
    addresses = {f"at:{path.rstrip('/')}" for path in touched.paths}
    pages = touched.pages | state.pages_reading(touched.keys | addresses)
    for path in touched.paths:
        pages.update(f"piece:{i}" for i in model.at_path(path))
        for variant in {path, path.rstrip("/")}:
            if model.redirect(variant) is not None:
                pages |= {f"redirect:{variant}", "redirects"}
    return pages


def in_order(pages: set[str]) -> list[str]:
    """Sort pages so that each comes after those it links to."""
    return sorted(pages, key=lambda page: (rank_of_kind(page), page))


def make_in_process(
    state: State,
    model: Model,
    output: Output,
    pages: set[str],
    *,
    theme: Theme,
    settings: SiteSettings,
    progress: Callable[[int, int], None] | None,
) -> Ledger:
    """Make pages one after the other, staging the files whose content is new."""
    maker = PageMaker(model, theme, settings)
    ledger = Ledger(state, made_anew=pages)
    staged = 0

    def stage(file: File) -> StagedFile:
        nonlocal staged
        digest, name = file_hash(file), None
        known = state.artifact(file.path)
        if known is None or known.hash != digest:
            name = f"0/{staged}"
            staged += 1
            output.stage(file, name)
        return StagedFile(path=file.path, hash=digest, size=file_size(file), staged=name)

    for done, page in enumerate(in_order(pages)):
        ledger.take([make_page(maker, page, stage)])
        if progress and done % 100 == 0:
            progress(done, len(pages))
    ledger.finish()
    return ledger
