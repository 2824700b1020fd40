"""The app registry, and the engine that Piccolo's migration commands look at.

`kernel.db.Database` binds the tables; `kernel.migrations` points `DB` at the database it migrates.
"""

from pathlib import Path

from piccolo.conf.apps import AppRegistry

from octavo.kernel.engines import Engine, PooledSQLite

# Opens no file until the first query, and none is ever sent to it.
DB: Engine = PooledSQLite("octavo-unbound.db")

_KNOWN = (
    "kernel",
    "accounts",
    "strategy",
    "tracking",
    "content",
    "cta",
    "publishing",
    "distribution",
)
APPS = tuple(app for app in _KNOWN if (Path(__file__).parent / app / "piccolo_app.py").is_file())

# Apps whose tables get an SQLite file of their own, and its stem.
SIDE_APPS = {"tracking": "track"}

APP_REGISTRY = AppRegistry(apps=[f"octavo.{app}.piccolo_app" for app in APPS])
