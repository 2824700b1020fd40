"""The Piccolo app `deploying`."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from octavo.deploying.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="deploying",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=TABLES,
    migration_dependencies=["octavo.kernel.piccolo_app"],
)
