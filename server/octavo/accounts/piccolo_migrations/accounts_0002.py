from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Text

ID = "2026-11-23T17:14:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Which checks hold a piece back"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="accounts", description=DESCRIPTION)
    manager.add_column(
        table_class_name="OrganisationRow",
        tablename="organisation",
        column_name="blocking_checks",
        db_column_name="blocking_checks",
        column_class_name="Text",
        column_class=Text,
        params={"default": '["tk"]', "null": False},
    )
    return manager
