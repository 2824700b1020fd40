"""Which of two equal clock times a delivery stands at; null: stored before anybody kept it."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import SmallInt
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-23T18:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the fold of a delivery's wall time"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="distribution", description=DESCRIPTION)
    manager.add_column(
        table_class_name="DeliveryRow",
        tablename="delivery",
        column_name="send_fold",
        db_column_name="send_fold",
        column_class_name="SmallInt",
        column_class=SmallInt,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )
    return manager
