"""What may be done to channels and deliveries: one verb per function."""

from octavo.distribution.service.channels import (
    TRACKING_OFFSET,
    create_channel,
    patch_channel,
    tracking_channel,
    verify_channel,
)
from octavo.distribution.service.deliveries import (
    cancel_delivery,
    is_live,
    on_piece_deleted,
    on_pieces_went_live,
    plan_delivery,
    preview_delivery,
    resolve_delivery,
    retry_delivery,
)

__all__ = [
    "TRACKING_OFFSET",
    "cancel_delivery",
    "create_channel",
    "is_live",
    "on_piece_deleted",
    "on_pieces_went_live",
    "patch_channel",
    "plan_delivery",
    "preview_delivery",
    "resolve_delivery",
    "retry_delivery",
    "tracking_channel",
    "verify_channel",
]
