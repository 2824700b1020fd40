"""The Piccolo app `cta`."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from octavo.cta.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="cta",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=TABLES,
    migration_dependencies=[],
)
