"""The app registry, and the engine that Piccolo's migration commands look at.

`kernel.db.Database` binds the tables; `kernel.migrations` points `DB` at the database it migrates.
"""

from piccolo.conf.apps import AppRegistry

from octavo.kernel.engines import Engine, PooledSQLite

# Opens no file until the first query, and none is ever sent to it.
DB: Engine = PooledSQLite("octavo-unbound.db")

APPS = (
    "kernel",
    "accounts",
    "strategy",
    "tracking",
    "content",
    "cta",
    "publishing",
    "distribution",
    "deploying",
    "reading",
    "webhooks",
)

# Apps whose tables get an SQLite file of their own, and its stem.
SIDE_APPS = {"tracking": "track"}

# Tables that are left empty in copies: a copy of the salts would outlive their destruction.
NEVER_COPIED = ("trk_salt",)

APP_REGISTRY = AppRegistry(apps=[f"octavo.{app}.piccolo_app" for app in APPS])
