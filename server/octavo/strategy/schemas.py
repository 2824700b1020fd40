"""What leaves this feature, and what may come in."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Metric = Literal[
    "subscriptions",
    "store_visits",
    "downloads",
    "contact_requests",
    "quote_requests",
    "reach",
    "custom",
]
CampaignKind = Literal["campaign", "contest", "promotion", "series"]

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Note = Annotated[str, Meta(max_length=20_000)]
Unit = Annotated[str, Meta(max_length=40)]
Id = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Version = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Target = Annotated[int, Meta(ge=1, le=10**15)]


class Objective(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be achieved by when. `unit` says what a custom metric counts."""

    id: int
    name: str
    metric: Metric
    unit: str
    target: int
    starts_on: date | None
    ends_on: date | None
    note: str
    version: int
    archived: bool
    created_at: datetime
    updated_at: datetime


class ObjectiveIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    metric: Metric
    target: Target
    unit: Unit = ""
    starts_on: date | None = None
    ends_on: date | None = None
    note: Note = ""


class ObjectivePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Version
    name: Name | UnsetType = UNSET
    metric: Metric | UnsetType = UNSET
    target: Target | UnsetType = UNSET
    unit: Unit | UnsetType = UNSET
    starts_on: date | UnsetType | None = UNSET
    ends_on: date | UnsetType | None = UNSET
    note: Note | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A time-boxed initiative."""

    id: int
    name: str
    kind: CampaignKind
    objective_id: int | None
    starts_on: date | None
    ends_on: date | None
    note: str
    version: int
    archived: bool
    created_at: datetime
    updated_at: datetime


class CampaignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    kind: CampaignKind = "campaign"
    objective_id: Id | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    note: Note = ""


class CampaignPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    version: Version
    name: Name | UnsetType = UNSET
    kind: CampaignKind | UnsetType = UNSET
    objective_id: Id | UnsetType | None = UNSET
    starts_on: date | UnsetType | None = UNSET
    ends_on: date | UnsetType | None = UNSET
    note: Note | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class CampaignFilter(msgspec.Struct, frozen=True, kw_only=True):
    objective_id: int | None = None
    kind: CampaignKind | None = None
    archived: bool = False
