"""The Piccolo app `strategy`."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from octavo.strategy.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="strategy",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=TABLES,
    migration_dependencies=["octavo.accounts.piccolo_app"],
)
