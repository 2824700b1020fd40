"""The Piccolo app `publishing`."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from octavo.publishing.tables import (
    CardRow,
    LivePieceRow,
    PreviewLinkRow,
    RenditionRow,
    SiteChangeRow,
)

APP_CONFIG = AppConfig(
    app_name="publishing",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[SiteChangeRow, LivePieceRow, PreviewLinkRow, RenditionRow, CardRow],
    migration_dependencies=[],
)
