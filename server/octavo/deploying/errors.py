"""How deploying says no."""

from octavo.kernel.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)


class DeployTargetNotFoundError(NotFoundError):
    code = "deploy_target_not_found"


class StaleDeployTargetError(ConflictError):
    code = "stale_version"


class InvalidDeployTargetError(InvalidInputError):
    code = "invalid_deploy_target"


class DeployerUnknownError(InvalidInputError):
    code = "deployer_unknown"


class DeployerUnavailableError(UnavailableError):
    code = "deployer_unavailable"


class DeployRunningError(UnavailableError):
    """Another process deploys to this target."""

    code = "deploy_running"


class DeployFailedError(RefusedError):
    """The target has not got everything; what it got is booked, and the next run goes on."""

    code = "deploy_failed"


class TooManyDeployTargetsError(RefusedError):
    code = "too_many_deploy_targets"
