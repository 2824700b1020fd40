"""Where a byline is at home on the web."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T22:23:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "websites of authors"

_COLUMN = {
    "primary_key": False,
    "unique": False,
    "index": False,
    "index_method": IndexMethod.btree,
    "choices": None,
    "db_column_name": None,
    "secret": False,
}


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="content", description=DESCRIPTION)
    manager.add_column(
        table_class_name="AuthorRow",
        tablename="author",
        column_name="website",
        db_column_name="website",
        column_class_name="Varchar",
        column_class=Varchar,
        params={"length": 2000, "default": "", "null": False, **_COLUMN},
        schema=None,
    )
    return manager
