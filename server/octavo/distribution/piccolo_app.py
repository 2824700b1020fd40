"""The Piccolo app `distribution`."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from octavo.distribution.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="distribution",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=TABLES,
    migration_dependencies=["octavo.kernel.piccolo_app"],
)
