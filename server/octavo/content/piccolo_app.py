"""The Piccolo app `content`."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from octavo.content.bulk.tables import BULK_TABLES
from octavo.content.exporters.runs.tables import EXPORT_TABLES
from octavo.content.importers.runs.tables import RUN_TABLES
from octavo.content.review.tables import REVIEW_TABLES
from octavo.content.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="content",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[*TABLES, *REVIEW_TABLES, *BULK_TABLES, *RUN_TABLES, *EXPORT_TABLES],
    migration_dependencies=["octavo.strategy.piccolo_app"],
)
