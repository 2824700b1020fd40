"""Puts the sample in, by the front door."""

from collections.abc import AsyncIterator, Mapping
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import msgspec

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor, OrganisationPatch, User
from octavo.content import series
from octavo.content import service as content
from octavo.content.kinds import Cover
from octavo.content.media import service as media
from octavo.content.schemas import Piece, PieceIn, SeriesIn, Transition
from octavo.cta import service as ctas
from octavo.cta.schemas import Cta, CtaIn, Destination, Expected, PieceCtaIn
from octavo.demo.files import made_files
from octavo.demo.samples import SAMPLES, SERIES, Sample
from octavo.kernel.errors import RefusedError
from octavo.kernel.ids import new_code
from octavo.runtime import Runtime
from octavo.strategy import service as strategy
from octavo.strategy.schemas import CampaignIn, ObjectiveIn

__all__ = ["fill_with_sample"]

_EMAIL = "ada@press.example"
_ZONE = "Europe/Madrid"


async def fill_with_sample(runtime: Runtime) -> str:
    """Fill an empty database; answer how to sign in.

    Raises:
        RefusedError: there is somebody in it already.
    """
    if await accounts_q.has_users():
        raise RefusedError("this database is not empty: the sample goes into a fresh OCTAVO_HOME")
    password = new_code(16)
    now, bus = runtime.clock(), runtime.bus
    owner = await accounts.create_user(
        _EMAIL, role="owner", name="Ada Prensa", password=password, now=now, bus=bus
    )
    actor = _actor(owner)
    await accounts.patch_organisation(
        OrganisationPatch(
            version=1,
            name="The Octavo Press",
            tagline="Notes from a small printing house",
            zone=_ZONE,
        ),
        actor=actor,
        now=now,
        bus=bus,
    )
    plan = await _plan(actor, runtime)
    written: dict[str, int] = {}
    for sample in SAMPLES:
        translated = written[sample.translates] if sample.translates else None
        written[sample.text] = await _write(sample, plan, translated, actor=actor, runtime=runtime)
    return f"sign in as {_EMAIL} with the password {password}"


def _actor(user: User) -> Actor:
    return Actor(kind="user", id=user.id, name=user.name, role=user.role)


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What the pieces of the sample refer to."""

    campaign_id: int
    series_id: int
    ctas: dict[str, Cta]
    files: dict[str, int]


async def _plan(actor: Actor, runtime: Runtime) -> _Plan:
    now, bus = runtime.clock(), runtime.bus
    readers = await strategy.create_objective(
        _new_readers(now.date()), actor=actor, now=now, bus=bus
    )
    campaign = await strategy.create_campaign(
        CampaignIn(name="The winter catalogue", kind="campaign", objective_id=readers.id),
        actor=actor,
        now=now,
        bus=bus,
    )
    made = {
        slug: await ctas.create_cta(data, actor=actor, now=now, bus=bus)
        for slug, data in _calls_to_action(readers.id).items()
    }
    parts = await series.create_series(SeriesIn(title=SERIES), actor=actor, now=now, bus=bus)
    return _Plan(
        campaign_id=campaign.id,
        series_id=parts.id,
        ctas=made,
        files=await _files(actor, runtime),
    )


def _new_readers(today: date) -> ObjectiveIn:
    return ObjectiveIn(
        name="Two hundred new readers of the newsletter",
        metric="subscriptions",
        target=200,
        starts_on=today - timedelta(days=30),
        ends_on=today + timedelta(days=60),
    )


def _calls_to_action(objective_id: int) -> dict[str, CtaIn]:
    return {
        "get-the-catalogue": CtaIn(
            slug="get-the-catalogue",
            label="Get the winter catalogue",
            action="download",
            destination=Destination(url="https://press.example/catalogue.pdf"),
            objective_id=objective_id,
            expected=Expected(count=40),
        ),
        "visit-the-shop": CtaIn(
            slug="visit-the-shop",
            label="Visit the shop",
            action="visit_store",
            destination=Destination(url="https://press.example/shop"),
            expected=Expected(rate=0.02),
        ),
    }


async def _files(actor: Actor, runtime: Runtime) -> dict[str, int]:
    """Store the files of the sample; answer their numbers by name."""
    numbers: dict[str, int] = {}
    for name, made in made_files().items():
        stored = await media.store_file(
            _chunks(made.data),
            name,
            alt=made.alt,
            store=runtime.media,
            now=runtime.clock(),
            bus=runtime.bus,
            actor=actor,
        )
        numbers[name] = stored.media.id
    return numbers


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _write(
    sample: Sample, plan: _Plan, translated: int | None, *, actor: Actor, runtime: Runtime
) -> int:
    now, bus = runtime.clock(), runtime.bus
    piece = await content.create_piece(
        PieceIn(
            kind=sample.kind,
            title=sample.title,
            excerpt=sample.excerpt,
            body=_text(sample.text),
            tags=list(sample.tags),
            language=sample.language,
            translation_of=translated,
            source_url=sample.source_url,
            fields=_with_numbers(sample.fields, plan.files),
            cover=msgspec.convert(_with_numbers(sample.cover, plan.files), Cover | None),
            series_id=plan.series_id if sample.part else None,
            series_position=sample.part,
            campaign_id=plan.campaign_id if sample.cta else None,
            status="idea" if sample.fate == "idea" else "draft",
        ),
        actor=actor,
        now=now,
        bus=bus,
    )
    if sample.cta:
        await ctas.attach_cta(
            piece.id, PieceCtaIn(cta_id=plan.ctas[sample.cta].id), actor=actor, now=now, bus=bus
        )
    if sample.fate in {"published", "scheduled"}:
        await _move(piece, sample, actor=actor, runtime=runtime)
    return piece.id


def _text(name: str) -> str:
    return files(__package__).joinpath("texts", f"{name}.md").read_text("utf-8")


def _with_numbers(value: Any, numbers: Mapping[str, int]) -> Any:
    """Answer `value` with the numbers of files where it names them."""
    if isinstance(value, Mapping):
        return {
            key: numbers[inner] if key == "media_id" else _with_numbers(inner, numbers)
            for key, inner in value.items()
        }
    return [_with_numbers(inner, numbers) for inner in value] if isinstance(value, list) else value


async def _move(piece: Piece, sample: Sample, *, actor: Actor, runtime: Runtime) -> None:
    ago = sample.fate == "published"
    at = runtime.clock() + timedelta(days=-sample.days if ago else sample.days)
    wall = at.replace(hour=9, minute=0, second=0, microsecond=0, tzinfo=None)
    move = Transition(
        to=sample.fate if sample.fate != "idea" else "draft",
        version=piece.version,
        publish_at=wall.isoformat(timespec="minutes"),
        zone=_ZONE,
    )
    await content.transition_piece(
        piece.id, move, actor=actor, now=runtime.clock(), bus=runtime.bus
    )
