"""The Piccolo app `tracking`."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from octavo.tracking.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="tracking",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=TABLES,
    migration_dependencies=[],
)
