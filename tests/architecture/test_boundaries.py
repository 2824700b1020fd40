"""Who may know whom: held from the first commit, because nobody adds walls to a house later."""

import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import grimp
import pytest
from piccolo.columns import ForeignKey

from octavo import piccolo_conf

ROOT = Path(__file__).parents[2]
# From the ground up; two in a tuple do not know each other.
LAYERS = [
    ("kernel",),
    ("accounts",),
    ("strategy", "tracking"),
    ("content",),
    ("cta",),
    ("publishing",),
    ("distribution", "deploying"),
    ("reading",),
    ("webhooks",),
]
FEATURES = [name for layer in LAYERS for name in layer if name != "kernel"]
# What a feature keeps to itself; the composition roots may mount and run it.
PRIVATE = {"tables", "api", "jobs", "piccolo_app"}
ROOTS = {
    "octavo.app",
    "octavo.worker",
    "octavo.runtime",
    "octavo.cli",
    "octavo.demo",
    "octavo.doctor",
    "octavo.serving",
    "octavo.api_schema",
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("octavo", cache_dir=None)


def level(app: str) -> int:
    return next(n for n, layer in enumerate(LAYERS) if app in layer)


def test_the_import_contracts_are_kept():
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert program is not None, "import-linter is not installed"
    ended = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stdout[-3000:]


def test_every_feature_has_its_place_in_the_layers():
    folders = {
        folder.name
        for folder in (ROOT / "server" / "octavo").iterdir()
        if (folder / "piccolo_app.py").is_file()
    }

    assert folders <= {name for layer in LAYERS for name in layer}


@pytest.mark.parametrize("feature", [*FEATURES, "kernel"])
def test_tables_are_private_to_their_feature(graph, feature):
    tables = f"octavo.{feature}.tables"
    modules = {tables, *graph.find_descendants(tables)} & set(graph.modules)
    outside = {
        importer
        for module in modules
        for importer in graph.find_modules_that_directly_import(module)
        if not importer.startswith(f"octavo.{feature}.")
    }

    assert outside == set()


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("part", sorted(PRIVATE - {"tables"}))
def test_no_other_feature_knows_the_face_or_the_jobs_of_this_one(graph, feature, part):
    module = f"octavo.{feature}.{part}"
    if module not in graph.modules:
        return
    importers = graph.find_modules_that_directly_import(module)
    foreign = {name for name in importers if not name.startswith(f"octavo.{feature}")}

    assert foreign - ROOTS == set()


def test_the_ground_knows_nothing_above_it(graph):
    above = {
        name
        for module in graph.modules
        if module.startswith("octavo.kernel")
        for name in graph.find_modules_directly_imported_by(module)
        if not name.startswith(("octavo.kernel", "octavo.sdk", "octavo.piccolo_conf"))
    }

    assert above == set()


def table_classes():
    for app in piccolo_conf.APPS:
        for table in import_module(f"octavo.{app}.piccolo_app").APP_CONFIG.table_classes:
            yield app, table


def owner_of(table: type) -> str:
    return table.__module__.split(".")[1]


def foreign_keys():
    for app, table in table_classes():
        for column in table._meta.foreign_key_columns:
            assert isinstance(column, ForeignKey)
            yield app, f"{table.__name__}.{column._meta.name}", column


def test_foreign_keys_point_down_and_never_across_databases():
    wrong = []
    for app, name, column in foreign_keys():
        target = owner_of(column._foreign_key_meta.resolved_references)
        sideways = target != app and level(target) >= level(app)
        # On SQLite a side app's tables lie in a file of their own.
        apart = piccolo_conf.SIDE_APPS.get(app) != piccolo_conf.SIDE_APPS.get(target)
        if sideways or apart:
            wrong.append(f"{name} -> {target}")

    assert wrong == []


def test_foreign_keys_say_what_happens_when_their_target_goes():
    unsaid = [
        name for _, name, column in foreign_keys() if column._foreign_key_meta.on_delete is None
    ]

    assert unsaid == []


def test_table_names_tell_whose_they_are_and_classes_that_they_are_rows():
    names = [(app, table._meta.tablename, table.__name__) for app, table in table_classes()]

    assert len({tablename for _, tablename, _ in names}) == len(names)
    assert [name for _, _, name in names if not name.endswith("Row")] == []
