"""The Piccolo app `reading`."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from octavo.reading.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="reading",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=TABLES,
    migration_dependencies=["octavo.kernel.piccolo_app"],
)
