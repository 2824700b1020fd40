"""Changes of the organisation's zone, and repairs after changes of a zone's rules."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import msgspec
from msgspec import UNSET

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.errors import StaleOrganisationError
from octavo.accounts.events import OrganisationRezoned
from octavo.accounts.schemas import Actor, Organisation, OrganisationPatch
from octavo.content.errors import wrong
from octavo.content.rezoning import rules
from octavo.content.rezoning.errors import (
    OpenQuestionsError,
    ThingMovedError,
    ZoneChoiceRequiredError,
)
from octavo.content.rezoning.schemas import (
    Drift,
    Keep,
    Mended,
    Move,
    Question,
    Rezoned,
    Rezoning,
    RezoningIn,
    Standing,
    Timetable,
    Timetables,
)
from octavo.kernel.clock import Clock
from octavo.kernel.db import transaction
from octavo.kernel.errors import FieldError, InvalidInputError
from octavo.kernel.events import EventBus
from octavo.kernel.walltime import Moment, shown_at, zone_named

__all__ = ["drifted", "mend", "on_organisation_rezoned", "rezone", "survey"]

_CODES: Mapping[Question, str] = {
    "gap": "time_skipped", "overlap": "time_repeated", "past": "past",
}  # fmt: skip

Held = list[tuple[Timetable, list[Standing]]]


async def survey(zone: str, *, timetables: Timetables, now: datetime) -> Rezoning:
    """Show what is scheduled in the organisation's zone, and what another zone makes of it.

    Raises:
        InvalidInputError: there is no such zone.
    """
    zone_named(zone)
    organisation = await accounts_q.get_organisation()
    things = _all(await _held(timetables, after=now, zone=organisation.zone))
    return Rezoning(
        zone_before=organisation.zone,
        zone=zone,
        version=organisation.version,
        digest=rules.digest_of(things),
        items=[rules.item_of(thing, zone, now=now) for thing in things],
    )


async def rezone(
    data: RezoningIn, *, timetables: Timetables, actor: Actor, now: datetime, bus: EventBus
) -> Rezoned:
    """Give the organisation another zone and everything scheduled in the old one its new moment.

    Raises:
        InvalidInputError: no such zone, or a thing cannot stand where it would come to stand.
        StaleOrganisationError: the settings moved on; carries `current`.
        ThingMovedError: what is scheduled is not what was shown; carries `current`.
        OpenQuestionsError: a clock time has no meaning, two, or a past one; carries `questions`.
    """
    zone_named(data.zone)
    async with transaction():
        before = (await _organisation(data)).zone
        held = await _held(timetables, after=now, zone=before)
        things = _all(held)
        await _check_seen(data, things, timetables=timetables, now=now)
        landed = _landed(data, things, now=now)
        await _move(held, landed, actor=actor, now=now, bus=bus)
        patch = OrganisationPatch(version=data.version, zone=data.zone)
        organisation = await accounts.patch_organisation(patch, actor=actor, now=now, bus=bus)
        detail: dict[str, object] = {"from": before, "to": data.zone, "keep": data.keep}
        detail["moved"] = len(things)
        await accounts.record(
            actor, "organisation.rezoned", subject="organisation", now=now, detail=detail
        )
    return Rezoned(organisation=organisation, moved=len(things))


def on_organisation_rezoned(
    timetables: Timetables, clock: Clock
) -> Callable[[OrganisationRezoned], Awaitable[None]]:
    """Make the subscriber that lets no zone go while something is still scheduled in it."""

    async def subscriber(event: OrganisationRezoned) -> None:
        count = len(_all(await _held(timetables, after=clock(), zone=event.before)))
        if count:
            raise ZoneChoiceRequiredError(
                f"what is scheduled in {event.before} ({count}) has to go somewhere: see"
                f" GET /api/v1/rezoning?zone={event.after}, and say by POST /api/v1/rezoning"
                " whether its moments or its clock times stay",
                count=count,
            )

    return subscriber


async def drifted(timetables: Timetables, *, now: datetime) -> list[Drift]:
    """Answer every scheduled thing whose instant is not what its clock time means today."""
    things = _all(await _held(timetables, after=now))
    return [drift for thing in things if (drift := rules.drift_of(thing)) is not None]


async def mend(
    keep: Keep, *, timetables: Timetables, actor: Actor, now: datetime, bus: EventBus
) -> Mended:
    """Let clock times or moments win where a zone's rules have changed, piece by piece.

    A clock time that has no one meaning any more, one that has passed, and a piece that cannot
    stand where it would come to stand are left to a person; so is what somebody just changed.
    """
    moved: list[Drift] = []
    left: list[Drift] = []
    for timetable, things in await _held(timetables, after=now):
        found = [drift for t in things if (drift := rules.drift_of(t)) is not None]
        for piece_id in dict.fromkeys(drift.thing.piece_id for drift in found):
            drifts = [drift for drift in found if drift.thing.piece_id == piece_id]
            moves = [_mending(drift, keep, now=now) for drift in drifts]
            try:
                async with transaction():
                    certain = [move for move in moves if move is not None]
                    await timetable.move(certain, actor=actor, now=now, bus=bus)
            except (InvalidInputError, ThingMovedError) as exc:
                left += [msgspec.structs.replace(drift, problem=exc.message) for drift in drifts]
                continue
            for drift, move in zip(drifts, moves, strict=True):
                (left if move is None else moved).append(drift)
    return Mended(moved=moved, left=left)


async def _held(timetables: Timetables, *, after: datetime, zone: str | None = None) -> Held:
    return [(table, await table.standing(after=after, zone=zone)) for table in timetables]


def _all(held: Held) -> list[Standing]:
    things = [thing for _, of_it in held for thing in of_it]
    return sorted(things, key=lambda thing: (thing.instant, thing.id))


async def _move(
    held: Held, landed: Mapping[str, Moment], *, actor: Actor, now: datetime, bus: EventBus
) -> None:
    for timetable, things in held:
        moves = [Move(thing=t, moment=landed[t.id]) for t in things if t.id in landed]
        await timetable.move(moves, actor=actor, now=now, bus=bus)


async def _organisation(data: RezoningIn) -> Organisation:
    organisation = await accounts_q.get_organisation()
    if organisation.version != data.version:
        raise StaleOrganisationError(
            f"the settings are no longer at version {data.version}",
            current=msgspec.to_builtins(organisation),
        )
    if organisation.zone == data.zone:
        raise wrong("zone", "is the organisation's zone already", code="unchanged")
    return organisation


async def _check_seen(
    data: RezoningIn, things: list[Standing], *, timetables: Timetables, now: datetime
) -> None:
    """Pass if what is scheduled is what whoever decides has seen."""
    if data.digest is not UNSET and data.digest != rules.digest_of(things):
        current = await survey(data.zone, timetables=timetables, now=now)
        message = "what is scheduled was changed since you looked: decide again"
        raise ThingMovedError(message, current=msgspec.to_builtins(current))
    unknown = sorted(data.choices.keys() - {thing.id for thing in things})
    if unknown:
        raise wrong(f"choices.{unknown[0]}", "is not scheduled in the old zone", code="unknown")
    folds = sorted(name for name, choice in data.choices.items() if choice != "instant")
    if folds and data.keep == "instants":
        raise wrong(f"choices.{folds[0]}", "means nothing when moments stay", code="meaningless")


def _landed(data: RezoningIn, things: list[Standing], *, now: datetime) -> dict[str, Moment]:
    """Answer where everything goes, or ask whatever is open at once."""
    landed: dict[str, Moment] = {}
    for thing in things:
        choice = data.choices.get(thing.id)
        moment = rules.land(thing, data.zone, keep=data.keep, choice=choice, now=now)
        if moment is not None:
            landed[thing.id] = moment
    items = [rules.item_of(t, data.zone, now=now) for t in things if t.id not in landed]
    if items:
        raise OpenQuestionsError(
            f"{len(items)} clock times cannot simply be kept in {data.zone}: say which is meant",
            *(_question(item.id, item.kept_wall_time.question) for item in items),
            questions=msgspec.to_builtins(items),
        )
    return landed


def _question(thing_id: str, question: Question | None) -> FieldError:
    asked = question or "past"
    return FieldError(field=f"choices.{thing_id}", message=rules.said_of(asked), code=_CODES[asked])


def _mending(drift: Drift, keep: Keep, *, now: datetime) -> Move | None:
    moment = drift.expected
    if keep == "instants":
        try:
            moment = shown_at(drift.thing.instant, drift.thing.zone)
        except InvalidInputError:  # the zone is gone
            return None
    if moment is None or moment.instant <= now:
        return None
    return Move(thing=drift.thing, moment=moment)
