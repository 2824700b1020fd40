"""The Piccolo app `content`."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from octavo.content.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="content",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=TABLES,
    migration_dependencies=["octavo.strategy.piccolo_app"],
)
