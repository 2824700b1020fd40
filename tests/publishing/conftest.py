from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.publishing.fakes import Desk
from tests.publishing.house import House

from octavo.content.schemas import PublishedPiece
from octavo.kernel.db import Database

if TYPE_CHECKING:
    from tests.conftest import FrozenClock


@pytest.fixture
def make_desk(tmp_path: Path) -> Callable[..., Desk]:
    """A desk in a folder of its own; `workers=0` builds in this process."""

    def make(*pieces: PublishedPiece, name: str = "home", workers: int = 0) -> Desk:
        home = tmp_path / name
        home.mkdir(exist_ok=True)
        return Desk(home, pieces, workers=workers)

    return make


@pytest.fixture
async def house(database: Database, tmp_path: Path, clock: "FrozenClock") -> House:
    """An installation on a real database: library, builder and worker."""
    del database
    return House(tmp_path, clock)
