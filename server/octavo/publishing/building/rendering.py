"""The work that a build hands out: preparing pieces and making pages, here or in worker processes.

Everything that crosses the border is a Struct in msgpack.
"""

from collections.abc import Callable
from pathlib import Path

import msgspec

from octavo.publishing.building.makers import make
from octavo.publishing.building.output import Output, file_hash, file_size
from octavo.publishing.pages.maker import File, PageError, PageMaker
from octavo.publishing.pages.settings import SiteSettings
from octavo.publishing.read_model.facts import PieceSource
from octavo.publishing.read_model.prepared import Prepared, prepare
from octavo.publishing.read_model.reader import ModelReader
from octavo.publishing.read_model.state import State
from octavo.publishing.text.markdown import BodyRefusedError
from octavo.publishing.theme.templates import Theme, ThemeError

__all__ = [
    "Bench", "MadePage", "PageJob", "PieceOutcome", "PrepareJob", "StagedFile", "make_page", "prepare_pieces",
]  # fmt: skip


class PrepareJob(msgspec.Struct, frozen=True, tag="prepare"):
    """Render these pieces."""

    pieces: list[PieceSource]
    small: bool = True


class PieceOutcome(msgspec.Struct, frozen=True, array_like=True):
    """A prepared piece, or why there is none."""

    piece_id: int
    prepared: Prepared | None
    problem: str


class PageJob(msgspec.Struct, frozen=True, tag="pages"):
    """Make these pages from the state file and stage what differs from the site's folder.

    `fresh` says that the folder holds nothing to compare with.
    """

    build: str
    state_file: str
    output: str
    settings: SiteSettings
    number: int
    pages: list[str]
    fresh: bool


class StagedFile(msgspec.Struct, frozen=True, array_like=True):
    """A file of a page; `staged` None means that the site has it already, `WHOLE` that it comes with all."""

    path: str
    hash: bytes
    size: int
    staged: str | None


class MadePage(msgspec.Struct, frozen=True, array_like=True):
    """A page that was made; `failed` means that its old files stay."""

    page: str
    files: list[StagedFile]
    reads: list[str]
    problems: list[str]
    failed: bool


def prepare_pieces(job: PrepareJob) -> list[PieceOutcome]:
    """Render pieces; one that cannot be rendered is reported, and the others go on."""
    return [_prepare_one(source, small=job.small) for source in job.pieces]


def _prepare_one(source: PieceSource, *, small: bool) -> PieceOutcome:
    piece = source.piece
    try:
        prepared = prepare(source, small=small)
    except BodyRefusedError as exc:
        return PieceOutcome(piece_id=piece.id, prepared=None, problem=str(exc))
    except Exception as exc:  # noqa: BLE001 - one bad piece never stops the site
        message = f"cannot be rendered: {type(exc).__name__}: {exc}"
        return PieceOutcome(piece_id=piece.id, prepared=None, problem=message[:500])
    if prepared.problem:
        return PieceOutcome(piece_id=piece.id, prepared=None, problem=prepared.problem)
    return PieceOutcome(piece_id=piece.id, prepared=prepared, problem="")


def make_page(maker: PageMaker, page: str, stage: Callable[[File], StagedFile]) -> MadePage:
    """Make a page and stage its files; one that cannot be made is reported."""
    try:
        made = make(maker, page)
        files = [stage(file) for file in made.files]
    except (PageError, ThemeError, OSError) as exc:
        return MadePage(page=page, files=[], reads=[], problems=[str(exc)], failed=True)
    except Exception as exc:  # noqa: BLE001 - one bad page never stops the site
        message = f"cannot be made: {type(exc).__name__}: {exc}"[:500]
        return MadePage(page=page, files=[], reads=[], problems=[message], failed=True)
    return MadePage(
        page=page, files=files, reads=sorted(made.reads), problems=made.problems, failed=False
    )


class Bench:
    """What a process keeps between the page jobs of one build."""

    def __init__(self) -> None:
        self._build = ""
        self._state: State | None = None
        self._maker: PageMaker | None = None

    def make_pages(self, job: PageJob) -> list[MadePage]:
        """Make the pages of a job, comparing with what the site's folder holds."""
        maker = self._maker_for(job)
        output = Output(Path(job.output))
        counter = 0

        def stage(file: File) -> StagedFile:
            nonlocal counter
            name: str | None = None
            if job.fresh:
                name = output.stage_whole(file)
            elif not output.holds(file):
                name = f"{job.number}/{counter}"
                counter += 1
                output.stage(file, name)
            return StagedFile(
                path=file.path, hash=file_hash(file), size=file_size(file), staged=name
            )

        return [make_page(maker, page, stage) for page in job.pages]

    def _maker_for(self, job: PageJob) -> PageMaker:
        if self._maker is None or self._build != job.build:
            self.close()
            self._state = State.open_to_read(Path(job.state_file))
            # One look at the model for all pages: a lock for each read would cost as much as it.
            self._state.db.execute("BEGIN")
            theme = Theme(
                *(Path(folder) for folder in job.settings.theme_folders),
                chosen=job.settings.theme,
                pictures=job.settings.chosen_pictures(),
            )
            model = ModelReader(
                self._state, zone=job.settings.zone, front=job.settings.front, still=True
            )
            self._maker = PageMaker(model, theme, job.settings)
            self._build = job.build
        return self._maker

    def close(self) -> None:
        if self._state is not None:
            self._state.close()
        self._state = self._maker = None
