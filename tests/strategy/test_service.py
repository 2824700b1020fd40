"""Objectives and campaigns through the service, on both engines."""

import asyncio
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.accounts.schemas import SYSTEM
from octavo.kernel.events import EventBus
from octavo.strategy import queries, rules
from octavo.strategy import service as strategy
from octavo.strategy.errors import InvalidStrategyError, StaleStrategyError, StillInUseError
from octavo.strategy.events import CampaignChanged, ObjectiveChanged
from octavo.strategy.schemas import (
    CampaignFilter,
    CampaignIn,
    CampaignPatch,
    ObjectiveIn,
    ObjectivePatch,
)


@pytest.fixture
def heard():
    return []


@pytest.fixture
def given_by(database, now, heard):
    bus = EventBus()

    async def hear(event):
        heard.append(event)

    bus.subscribe(ObjectiveChanged, hear)
    bus.subscribe(CampaignChanged, hear)
    return {"actor": SYSTEM, "now": now, "bus": bus}


async def make_objective(given_by, **fields):
    data = ObjectiveIn(**{"name": "Reach", "metric": "reach", "target": 10, **fields})
    return await strategy.create_objective(data, **given_by)


async def test_an_objective_is_kept_as_it_was_stated(given_by, heard):
    made = await make_objective(
        given_by, name=" Sign-ups ", metric="custom", unit="sign-ups", starts_on=date(2026, 7, 1)
    )

    assert made == await queries.get_objective(made.id)
    assert (made.name, made.unit, made.starts_on, made.version) == (
        "Sign-ups", "sign-ups", date(2026, 7, 1), 1,
    )  # fmt: skip
    assert heard == [ObjectiveChanged(objective_id=made.id)]


async def test_of_many_changes_at_once_exactly_one_wins(given_by):
    made = await make_objective(given_by)
    outcomes = await asyncio.gather(
        *(
            strategy.patch_objective(made.id, ObjectivePatch(version=1, target=n + 100), **given_by)
            for n in range(6)
        ),
        return_exceptions=True,
    )
    lost = [outcome for outcome in outcomes if isinstance(outcome, StaleStrategyError)]

    assert len(lost) == 5
    assert (await queries.get_objective(made.id)).version == 2
    assert lost[0].extra["current"].id == made.id


async def test_a_wrong_change_leaves_everything_as_it_was(given_by):
    made = await make_objective(given_by, ends_on=date(2026, 7, 1))
    for patch in (
        ObjectivePatch(version=1, starts_on=date(2026, 7, 2)),
        ObjectivePatch(version=1, metric="custom"),
    ):
        with pytest.raises(InvalidStrategyError):
            await strategy.patch_objective(made.id, patch, **given_by)

    assert await queries.get_objective(made.id) == made


async def test_what_is_served_is_archived_and_not_deleted(given_by, now):
    objective = await make_objective(given_by)
    campaign = await strategy.create_campaign(
        CampaignIn(name="Autumn", objective_id=objective.id), **given_by
    )
    with pytest.raises(StillInUseError):
        await strategy.delete_objective(objective.id, actor=SYSTEM, now=now)
    patch = CampaignPatch(version=1, objective_id=None, archived=True)
    campaign = await strategy.patch_campaign(campaign.id, patch, **given_by)
    await strategy.delete_objective(objective.id, actor=SYSTEM, now=now)

    assert (campaign.archived, campaign.objective_id) == (True, None)
    assert (await queries.list_campaigns(CampaignFilter())).items == []
    assert (await queries.list_campaigns(CampaignFilter(archived=True))).items == [campaign]
    await strategy.delete_campaign(campaign.id, actor=SYSTEM, now=now)
    assert await queries.find_campaign(campaign.id) is None


async def test_lists_go_on_by_cursor(given_by):
    made = [await make_objective(given_by, name=f"O{number}") for number in range(5)]
    first = await queries.list_objectives(limit=3)
    rest = await queries.list_objectives(limit=3, cursor=first.next_cursor)

    assert [item.id for item in first.items + rest.items] == [item.id for item in reversed(made)]
    assert rest.next_cursor is None


@given(first=st.dates() | st.none(), last=st.dates() | st.none())
def test_a_period_never_ends_before_it_starts(first, last):
    if first and last and last < first:
        with pytest.raises(InvalidStrategyError):
            rules.check_period(first, last)
    else:
        rules.check_period(first, last)
