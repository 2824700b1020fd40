"""The language of a piece beside it, and which pieces are translations of each other."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T21:18:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "translations of pieces"

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
        table_class_name="PieceRow",
        tablename="piece",
        column_name="language",
        db_column_name="language",
        column_class_name="Varchar",
        column_class=Varchar,
        params={"length": 16, "default": "", "null": False, **_COLUMN},
        schema=None,
    )
    manager.add_column(
        table_class_name="PieceRow",
        tablename="piece",
        column_name="translation_group",
        db_column_name="translation_group",
        column_class_name="Varchar",
        column_class=Varchar,
        params={"length": 16, "default": None, "null": True, **_COLUMN},
        schema=None,
    )
    return manager
