"""How strategy says no."""

from octavo.kernel.errors import ConflictError, InvalidInputError, NotFoundError


class ObjectiveNotFoundError(NotFoundError):
    code = "objective_not_found"


class CampaignNotFoundError(NotFoundError):
    code = "campaign_not_found"


class StaleStrategyError(ConflictError):
    """The objective or campaign moved since it was read; `current` holds it as it is."""

    code = "stale_version"


class StillInUseError(ConflictError):
    """Something else points at it."""

    code = "still_in_use"


class InvalidStrategyError(InvalidInputError):
    code = "invalid_strategy"
