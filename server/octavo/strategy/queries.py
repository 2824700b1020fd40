"""Reads of strategy. Rows in, Structs out."""

from typing import Any

import msgspec

from octavo.kernel.errors import FieldError
from octavo.kernel.pagination import Page, decode_cursor, encode_cursor
from octavo.strategy.errors import (
    CampaignNotFoundError,
    InvalidStrategyError,
    ObjectiveNotFoundError,
)
from octavo.strategy.schemas import Campaign, CampaignFilter, Objective
from octavo.strategy.tables import CampaignRow, ObjectiveRow


async def find_objective(objective_id: int) -> Objective | None:
    """Answer an objective, or None."""
    row = await ObjectiveRow.select().where(ObjectiveRow.id == objective_id).first()
    return None if row is None else _objective(row)


async def get_objective(objective_id: int) -> Objective:
    """Answer an objective.

    Raises:
        ObjectiveNotFoundError: there is none of that id.
    """
    objective = await find_objective(objective_id)
    if objective is None:
        raise ObjectiveNotFoundError(f"there is no objective {objective_id}")
    return objective


async def list_objectives(
    *, archived: bool = False, cursor: str | None = None, limit: int = 20
) -> Page[Objective]:
    """Answer a page of the objectives, newest first."""
    query = (
        ObjectiveRow.select()
        .where(_archived(ObjectiveRow, archived=archived))
        .order_by(ObjectiveRow.id, ascending=False)
        .limit(limit + 1)
    )
    if cursor:
        query = query.where(ObjectiveRow.id < _before(cursor))
    rows = await query
    return Page(items=[_objective(row) for row in rows[:limit]], next_cursor=_next(rows, limit))


async def find_campaign(campaign_id: int) -> Campaign | None:
    """Answer a campaign, or None."""
    row = await CampaignRow.select().where(CampaignRow.id == campaign_id).first()
    return None if row is None else _campaign(row)


async def get_campaign(campaign_id: int) -> Campaign:
    """Answer a campaign.

    Raises:
        CampaignNotFoundError: there is none of that id.
    """
    campaign = await find_campaign(campaign_id)
    if campaign is None:
        raise CampaignNotFoundError(f"there is no campaign {campaign_id}")
    return campaign


async def list_campaigns(
    wanted: CampaignFilter, *, cursor: str | None = None, limit: int = 20
) -> Page[Campaign]:
    """Answer a page of the campaigns, newest first."""
    query = (
        CampaignRow.select()
        .where(_archived(CampaignRow, archived=wanted.archived))
        .order_by(CampaignRow.id, ascending=False)
        .limit(limit + 1)
    )
    if wanted.objective_id is not None:
        query = query.where(CampaignRow.objective_id == wanted.objective_id)
    if wanted.kind is not None:
        query = query.where(CampaignRow.kind == wanted.kind)
    if cursor:
        query = query.where(CampaignRow.id < _before(cursor))
    rows = await query
    return Page(items=[_campaign(row) for row in rows[:limit]], next_cursor=_next(rows, limit))


async def all_campaigns() -> list[Campaign]:
    """Answer every campaign, archived ones last: they are few."""
    found: list[Campaign] = []
    for archived in (False, True):
        cursor, more = None, True
        while more:
            wanted = CampaignFilter(archived=archived)
            page = await list_campaigns(wanted, cursor=cursor, limit=100)
            found += page.items
            cursor, more = page.next_cursor, page.next_cursor is not None
    return found


def _archived(table: type[ObjectiveRow] | type[CampaignRow], *, archived: bool) -> Any:
    return table.archived_at.is_not_null() if archived else table.archived_at.is_null()


def _before(cursor: str) -> int:
    values = decode_cursor(cursor)
    if len(values) != 1 or not isinstance(values[0], int) or not 0 <= values[0] < 2**31:
        raise InvalidStrategyError(
            "this cursor was not given out by this list",
            FieldError(field="cursor", message="not a cursor of this list", code="bad_cursor"),
        )
    return values[0]


def _next(rows: list[dict[str, Any]], limit: int) -> str | None:
    return encode_cursor((rows[limit - 1]["id"],)) if len(rows) > limit else None


def _objective(row: dict[str, Any]) -> Objective:
    return msgspec.convert({**row, "archived": row["archived_at"] is not None}, Objective)


def _campaign(row: dict[str, Any]) -> Campaign:
    return msgspec.convert({**row, "archived": row["archived_at"] is not None}, Campaign)
