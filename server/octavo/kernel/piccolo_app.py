"""The Piccolo app `kernel`."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from octavo.kernel.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="kernel",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=TABLES,
    migration_dependencies=[],
)
