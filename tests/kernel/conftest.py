"""Databases that nothing has touched, and an app of one's own to migrate."""

import itertools
import os
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from piccolo.conf.apps import AppRegistry

from octavo import piccolo_conf

_numbers = itertools.count(1)

HEAD = """
from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from octavo.kernel.db import bound, dialect, fetch
from octavo.kernel.migrations import rebuild_table

ID = "{name}_{number:03}"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="{name}", description="", wrap_in_transaction={wrapped}
    )
    manager.add_raw(step)
    return manager


async def step():
"""

APP = """
from pathlib import Path

from piccolo.conf.apps import AppConfig

APP_CONFIG = AppConfig(
    app_name="{name}",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[],
    migration_dependencies=[],
)
"""


class TestApp:
    """An app in a temporary folder, whose migrations a test writes as it goes."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        # Modules stay imported: every app and every edition of a migration has its own names.
        self.name = f"press{next(_numbers)}"
        self.package = folder / self.name
        (self.package / "piccolo_migrations").mkdir(parents=True)
        (self.package / "__init__.py").touch()
        (self.package / "piccolo_app.py").write_text(APP.format(name=self.name))

    def migration(self, number: int, step: str, *, wrapped: bool = True) -> str:
        """Write migration `number`, replacing an earlier edition of it; answers its id."""
        folder = self.package / "piccolo_migrations"
        for old in folder.glob(f"m{number}_*.py"):
            old.unlink()
        head = HEAD.format(name=self.name, number=number, wrapped=wrapped)
        body = textwrap.indent(textwrap.dedent(step).strip(), "    ")
        (folder / f"m{number}_{self.name}_{next(_numbers)}.py").write_text(head + body + "\n")
        return f"{self.name}_{number:03}"

    @contextmanager
    def registered(self) -> Iterator[None]:
        """Let this app be the only one there is."""
        before = piccolo_conf.APP_REGISTRY
        piccolo_conf.APP_REGISTRY = AppRegistry(apps=[f"{self.name}.piccolo_app"])
        try:
            yield
        finally:
            piccolo_conf.APP_REGISTRY = before


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty' / 'octavo.db'}"
        return
    server = request.getfixturevalue("postgres")
    name = f"empty_{os.getpid()}_{next(_numbers)}"
    server.sql(f"CREATE DATABASE {name}")
    yield server.url(name)
    server.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestApp]:
    folder = tmp_path / "apps"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    app = TestApp(folder)
    with app.registered():
        yield app
