"""A real database for every test that asks: a fresh SQLite file, or a fresh PostgreSQL database.

`database` is bound and migrated; `database_url` is only its address, for tests that start
processes. Both are parametrised, so such a test runs once on each engine. PostgreSQL is started as
a user other than root, on the loopback, and thrown away; without its binaries, skipped loudly.
"""

import asyncio
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from argon2 import PasswordHasher

from octavo import piccolo_conf
from octavo.accounts import passwords
from octavo.accounts import service as accounts
from octavo.accounts.schemas import SYSTEM
from octavo.kernel.db import Database
from octavo.kernel.migrations import migrate
from octavo.kernel.settings import load_settings

pytest.register_assert_rewrite("octavo.sdk.testing")

FOUNDER = {
    "organisation_name": "The Press",
    "zone": "Europe/Madrid",
    "name": "Ada Lovelace",
    "email": "ada@example.org",
    "password": "correct horse battery",
}
"""What the first owner says of herself and her press."""

_TEMPLATE = "octavo_template"
_skipped: set[str] = set()


class FrozenClock:
    """A clock that stands still until it is told to move."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant

    def move(self, **by: float) -> datetime:
        self.instant += timedelta(**by)
        return self.instant


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 6, 15, 10, 30, tzinfo=UTC)


@pytest.fixture
def clock(now: datetime) -> FrozenClock:
    return FrozenClock(now)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    getaddrinfo = socket.getaddrinfo

    def check(address: object) -> None:
        host = address[0] if isinstance(address, tuple) else "unix"
        if host not in {"unix", "localhost", "::1"} and not str(host).startswith("127."):
            pytest.fail(f"a test tried to reach {host}")

    def found(host: str | bytes | None, *args: object, **named: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host or "localhost"
        if name != "localhost" and not name.replace(".", "").isdigit() and ":" not in name:
            raise socket.gaierror(socket.EAI_NONAME, f"tests ask no name server for {name}")
        return getaddrinfo(host, *args, **named)  # type: ignore[arg-type]

    def guarded(self: socket.socket, address: object) -> None:
        check(address)
        connect(self, address)  # type: ignore[arg-type]

    def guarded_ex(self: socket.socket, address: object) -> int:
        check(address)
        return connect_ex(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_ex)
    monkeypatch.setattr(socket, "getaddrinfo", found)


def make_database(url: str) -> Database:
    """Bind every table there is to the database at `url`."""
    tables, side = [], {}
    for app in piccolo_conf.APPS:
        members = import_module(f"octavo.{app}.piccolo_app").APP_CONFIG.table_classes
        stem = piccolo_conf.SIDE_APPS.get(app)
        (side.setdefault(stem, []) if stem else tables).extend(members)
    return Database(url, tables=tables, side=side)


def _migrate(url: str) -> None:
    async def run() -> None:
        database = make_database(url)
        await database.open()
        try:
            await migrate(database)
        finally:
            await database.close()

    asyncio.run(run())


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sqlite-template")
    _migrate(f"sqlite:///{folder / 'octavo.db'}")
    return folder


# A run that is killed cannot stop its server: this ends it when the process $1 is gone.
_WATCH = """
while kill -0 "$1" 2>/dev/null; do sleep 1; done
kill -QUIT "$(head -n 1 "$2/data/postmaster.pid")"
sleep 1
rm -rf "$2"
"""


class PostgresServer:
    """A throw-away PostgreSQL on a free port of the loopback."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._watcher: subprocess.Popen[bytes] | None = None
        # Not under pytest's folder: every other run of pytest closes that to other accounts.
        self.folder = Path(tempfile.mkdtemp(prefix="octavo-postgres-"))
        # PostgreSQL refuses to run as root; any other account of the machine will do.
        self._account = _other_account() if os.geteuid() == 0 else None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def url(self, name: str) -> str:
        return f"postgresql://octavo@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        data = self.folder / "data"
        if self._account:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        self._run(
            "initdb", "-D", str(data), "-U", "octavo", "-A", "trust", "-E", "UTF8", "--no-sync"
        )
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": 200,
        }
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(data), "-l", log, "-o", options, "-w", "start")
        self._watcher = subprocess.Popen(
            ["sh", "-c", _WATCH, "sh", str(os.getpid()), str(self.folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def stop(self) -> None:
        if self._watcher is not None:
            self._watcher.kill()
            self._watcher.wait()
        with suppress(RuntimeError):  # it never started
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        account = self._account
        ended = subprocess.run(
            [str(self._binaries / program), *arguments],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # the server inherits it: a pipe would never end
            stderr=subprocess.PIPE,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            cwd=self.folder,
            env=_plain_env(),
        )
        if ended.returncode != 0:
            raise RuntimeError(f"{program}: {ended.stderr.decode(errors='replace')}")

    def sql(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self.url("postgres"))
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        asyncio.run(run())


def _other_account() -> pwd.struct_passwd:
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    return accounts.get("postgres") or accounts["nobody"]


def _postgres_binaries() -> Path | None:
    """Find the folder of initdb and pg_ctl: on the PATH, or where distributions hide them."""
    on_path = shutil.which("pg_ctl")
    folders = [Path(on_path).parent] if on_path else []
    for pattern in (
        "/usr/lib/postgresql/*/bin",
        "/usr/pgsql-*/bin",
        "/opt/homebrew/opt/postgresql*/bin",
    ):
        folders += sorted(Path("/").glob(pattern.removeprefix("/")), reverse=True)
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


def _plain_env() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "HOME": "/tmp"}


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    binaries = _postgres_binaries()
    if binaries is None:
        if os.environ.get("CI"):
            pytest.fail("the tests need PostgreSQL: initdb and pg_ctl were not found")
        _skipped.add("POSTGRESQL RUNS SKIPPED: initdb and pg_ctl were not found")
        pytest.skip("PostgreSQL is not installed")
    server = PostgresServer(binaries)
    try:
        server.start()
        server.sql(f"CREATE DATABASE {_TEMPLATE}")
        _migrate(server.url(_TEMPLATE))
        yield server
    finally:
        server.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("_sqlite_template")
        folder = tmp_path / "database"
        folder.mkdir()
        for file in template.glob("*.db"):
            shutil.copy(file, folder / file.name)
        yield f"sqlite:///{folder / 'octavo.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"octavo_{os.getpid()}_{time.monotonic_ns()}"
    server.sql(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE}")
    yield server.url(name)
    with suppress(asyncpg.PostgresError):
        server.sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database that every table is bound to."""
    database = make_database(database_url)
    await database.open()
    yield database
    await database.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in sorted(_skipped):
        terminalreporter.write_line(line, yellow=True, bold=True)


class Installation:
    """One whole Octavo in this process: its runtime, and clients that speak to its front door."""

    def __init__(self, runtime: Any, front: Any) -> None:
        self.runtime = runtime
        self.front = front

    def client(self, **headers: str) -> httpx.AsyncClient:
        """A browser, or a program: it keeps its own cookies."""
        transport = httpx.ASGITransport(self.front, raise_app_exceptions=False)
        base = self.runtime.settings.base_url
        return httpx.AsyncClient(transport=transport, base_url=base, headers=headers)

    async def owner(self) -> httpx.AsyncClient:
        """Found the organisation and answer its owner's signed-in browser."""
        token = await accounts.invite_first_owner(actor=SYSTEM, now=self.runtime.clock())
        client = self.client()
        answer = await client.post(
            "/api/v1/setup",
            json={"token": token, **FOUNDER},
        )
        assert answer.status_code == 201, answer.text
        client.headers["x-csrf-token"] = answer.json()["csrf_token"]
        return client

    async def member(self, role: str) -> httpx.AsyncClient:
        """Answer the signed-in browser of a new user in this role."""
        now, bus = self.runtime.clock(), self.runtime.bus
        email, password = f"{role}@example.org", "correct horse battery"
        await accounts.create_user(email, role=role, password=password, now=now, bus=bus)
        client = self.client()
        answer = await client.post("/api/v1/session", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        client.headers["x-csrf-token"] = answer.json()["csrf_token"]
        return client


@pytest.fixture
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with the cheapest parameters: the real ones take a fifth of a second on purpose."""
    monkeypatch.setattr(
        passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=32, parallelism=1)
    )


@pytest.fixture
def environment() -> dict[str, str]:
    """What a test wants in the environment of its installation, beside what every one has."""
    return {}


@pytest.fixture
async def installation(
    database_url: str,
    tmp_path: Path,
    clock: FrozenClock,
    environment: dict[str, str],
    _quick_passwords: None,
) -> AsyncIterator[Installation]:
    """A whole installation on a fresh database, with a clock that stands still."""
    settings = load_settings(
        {
            "OCTAVO_HOME": str(tmp_path / "home"),
            "OCTAVO_DATABASE_URL": database_url,
            "OCTAVO_BASE_URL": "http://blog.test",
            **environment,
        }
    )
    from octavo.app import create_app
    from octavo.runtime import build_runtime

    runtime = build_runtime(settings, clock=clock)
    async with runtime.opened(clicks=True):
        yield Installation(runtime, create_app(runtime))


class Repository:
    """The checkout that the tests run in."""

    root = Path(__file__).parents[1]

    def has(self, name: str) -> bool:
        return (self.root / name).is_file()

    def json(self, name: str) -> Any:
        return json.loads((self.root / name).read_text())


@pytest.fixture
def repository() -> Repository:
    return Repository()
