"""What deploying answers and takes."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

__all__ = [
    "DeployIn",
    "DeployRun",
    "DeployTarget",
    "DeployTargetIn",
    "DeployTargetPatch",
    "DeployerInfo",
    "Reason",
    "RunState",
]

RunState = Literal["waiting", "running", "done", "failed"]
Reason = Literal["build", "hand", "command"]

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Settings = Annotated[dict[Annotated[str, Meta(max_length=60)], object], Meta(max_length=50)]
_Text = Annotated[str, Meta(max_length=10_000)]
Secrets = Annotated[dict[Annotated[str, Meta(max_length=60)], _Text], Meta(max_length=20)]
SecretsPatch = Annotated[
    dict[Annotated[str, Meta(max_length=60)], _Text | None], Meta(max_length=20)
]
Version = Annotated[int, Meta(ge=0, le=2**31 - 2)]


class DeployerInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of target. `reason` says why it cannot be used; then it has no settings.

    `atomic`: readers see a deployment at once, and nothing of one that failed.
    """

    id: str
    title: str
    available: bool
    reason: str | None
    atomic: bool
    settings_schema: dict[str, object]
    secret_names: list[str]


class DeployRun(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment. `same`: files that turned out to be there already; `size_bytes` of those put."""

    id: int
    target_id: int
    state: RunState
    reason: Reason
    is_full: bool
    to_put: int
    to_delete: int
    put: int
    same: int
    deleted: int
    size_bytes: int
    error: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class DeployTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A place that the site is copied to, without its secrets; `secrets_set` names those kept.

    `is_current`: it has the site as it stands. `not_before`: it failed, and is left alone until then.
    """

    id: int
    deployer: str
    name: str
    settings: dict[str, object]
    secrets_set: list[str]
    is_active: bool
    is_current: bool
    deployed_at: datetime | None
    failures: int
    not_before: datetime | None
    last_run: DeployRun | None
    version: int
    created_at: datetime
    updated_at: datetime


class DeployTargetIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    deployer: Annotated[str, Meta(min_length=1, max_length=40)]
    name: Name
    settings: Settings = {}
    secrets: Secrets = {}
    is_active: bool = True


class DeployTargetPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changed fields. `settings` replaces all of them; of `secrets` those named, null removes."""

    version: Version
    name: Name | UnsetType = UNSET
    settings: Settings | UnsetType = UNSET
    secrets: SecretsPatch | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class DeployIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`full`: ask the target for all it has, and compare everything."""

    full: bool = False
