"""Constructs that would work on one engine only, in one time zone only, or once only."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest
from piccolo.columns import Numeric, Real, Timestamp
from piccolo.columns.column_types import DoublePrecision, Time

from octavo import piccolo_conf
from octavo.kernel import errors

ROOT = Path(__file__).parents[2]
SERVER = ROOT / "server" / "octavo"
SOURCES = sorted(
    path
    for path in [*SERVER.rglob("*.py"), *(ROOT / "plugins").rglob("src/**/*.py")]
    if "piccolo_migrations" not in path.parts
)

# Piccolo's methods that behave differently on the two engines (measured), or that fail on one.
NOT_PORTABLE = {
    "batch": "fails on SQLite with a WHERE: page by keyset",
    "from_path": "fails on SQLite",
    "lock_rows": "fails on SQLite: claim by UPDATE … RETURNING",
    "ilike": "folds ASCII alone on SQLite: search a normalised column",
    "create_pydantic_model": "turns defaults into nulls: write Structs by hand",
}
# Each of these waits for its tasks and looks at how they ended.
WATCHERS = (
    "server/octavo/kernel/jobs.py",
    "server/octavo/publishing/building/rebuilding.py",
    "server/octavo/tracking/visitors.py",
    "server/octavo/sdk/testing/contract.py",
)
CLOCK_READERS = {"now", "utcnow", "today", "utcfromtimestamp"}


def trees():
    for path in SOURCES:
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(), filename=str(path))


def calls():
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield f"{path}:{node.lineno}", node


def test_there_is_something_to_look_at():
    assert len(SOURCES) > 50


@pytest.mark.parametrize("method", sorted(NOT_PORTABLE))
def test_no_query_uses_what_one_engine_does_not_have(method):
    found = [where for where, call in calls() if call.func.attr == method]

    assert found == [], NOT_PORTABLE[method]


def test_no_sql_uses_what_one_engine_does_not_have():
    pattern = re.compile(r"\bILIKE\b|\bSELECT\b.*::\w+|datetime\('now'\)|\bAUTOINCREMENT\b")
    found = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and pattern.search(node.value)
    ]

    assert found == []


def table_classes():
    for app in piccolo_conf.APPS:
        yield from import_module(f"octavo.{app}.piccolo_app").APP_CONFIG.table_classes


def test_columns_hold_exact_numbers_and_instants_with_a_zone():
    """Numeric goes through float on SQLite; a Timestamp without a zone is no instant."""
    inexact = (Numeric, Real, DoublePrecision, Timestamp, Time)
    found = [
        f"{table.__name__}.{column._meta.name}"
        for table in table_classes()
        for column in table._meta.columns
        # A Timestamptz is not a Timestamp in Piccolo's class tree.
        if type(column) in inexact
        and column._meta.name not in {"wall", "publish_at", "planned_for"}
    ]

    assert found == []


def test_tables_declare_no_constraints_that_sqlite_cannot_create():
    """Compound keys are raw unique indexes in the migration."""
    found = [
        f"{table.__name__}"
        for table in table_classes()
        if getattr(table._meta, "constraints", None)
    ]

    assert found == []


def test_only_the_clock_reads_the_time():
    found = [
        where
        for where, call in calls()
        if call.func.attr in CLOCK_READERS
        and isinstance(call.func.value, ast.Name | ast.Attribute)
        and ast.unparse(call.func.value).split(".")[-1] in {"datetime", "date"}
        and not where.startswith("server/octavo/kernel/clock.py")
    ]

    assert found == []


def test_no_task_is_started_that_nobody_watches():
    found = [
        where
        for where, call in calls()
        if call.func.attr in {"create_task", "ensure_future"}
        and ast.unparse(call.func.value) in {"asyncio", "asyncio.get_running_loop()", "loop"}
        and not where.startswith(WATCHERS)
    ]

    assert found == []


def test_nothing_is_unpickled_evaluated_or_run_through_a_shell():
    found = [
        where
        for where, call in calls()
        if ast.unparse(call.func)
        in {"pickle.loads", "pickle.load", "marshal.loads", "yaml.load", "os.system", "os.popen"}
    ]
    bare = [
        f"{path}:{node.lineno}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"eval", "exec"}
    ]

    assert found + bare == []


def test_every_client_of_other_servers_is_the_guarded_one():
    """Addresses that users give go through kernel.http; nobody else opens connections."""
    openers = {"httpx.AsyncClient", "httpx.Client", "httpx.get", "httpx.post", "httpx.stream"}
    found = [
        where
        for where, call in calls()
        if (ast.unparse(call.func) in openers or ast.unparse(call.func).endswith("urlopen"))
        and not where.startswith(
            (
                "server/octavo/kernel/http.py",
                "server/octavo/sdk/testing/",
                "server/octavo/sdk/buckets.py",
            )
        )
    ]

    assert found == []


def test_failures_are_called_errors_and_know_their_status():
    def below(kind):
        for sub in kind.__subclasses__():
            yield sub
            yield from below(sub)

    for path in SERVER.glob("*/errors.py"):
        import_module(f"octavo.{path.parent.name}.errors")
    kinds = list(below(errors.OctavoError))

    assert [kind.__name__ for kind in kinds if not kind.__name__.endswith("Error")] == []
    assert [kind.__name__ for kind in kinds if not 400 <= kind.status <= 503] == []


def test_pages_name_only_settings_that_exist():
    documented = set(re.findall(r"OCTAVO_[A-Z_]+", (ROOT / "docs" / "settings.md").read_text()))
    places = [*SOURCES, ROOT / "Makefile", ROOT / "hatch_build.py"]
    places += (ROOT / "tests").rglob("*.py")
    known = {name for path in places for name in re.findall(r"OCTAVO_[A-Z_]+", path.read_text())}

    assert documented <= known
