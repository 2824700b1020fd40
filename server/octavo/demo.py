"""`octavo demo`: a small press with a plan, to look around in. All goes in by the front door."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

import msgspec

from octavo.accounts import queries as accounts_q
from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor, OrganisationPatch, User
from octavo.content import service as content
from octavo.content.schemas import Piece, PieceIn, Transition
from octavo.cta import service as ctas
from octavo.cta.schemas import Cta, CtaIn, Destination, Expected, PieceCtaIn
from octavo.kernel.errors import RefusedError
from octavo.kernel.ids import new_code
from octavo.runtime import Runtime
from octavo.strategy import service as strategy
from octavo.strategy.schemas import CampaignIn, ObjectiveIn

__all__ = ["fill_with_sample"]

_EMAIL = "ada@press.example"
_ZONE = "Europe/Madrid"


class _Sample(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    excerpt: str
    body: str
    tags: list[str]
    fate: Literal["published", "scheduled", "draft", "idea"]
    days: int = 0
    """Published so many days ago, or scheduled in so many days."""
    cta: str | None = None


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
    made = await _plan(actor, runtime)
    for sample in _SAMPLES:
        await _write(sample, made, actor=actor, runtime=runtime)
    return f"sign in as {_EMAIL} with the password {password}"


def _actor(user: User) -> Actor:
    return Actor(kind="user", id=user.id, name=user.name, role=user.role)


class _Plan(msgspec.Struct, frozen=True):
    campaign_id: int
    ctas: dict[str, Cta]


async def _plan(actor: Actor, runtime: Runtime) -> _Plan:
    now, bus = runtime.clock(), runtime.bus
    today = now.date()
    readers = await strategy.create_objective(
        ObjectiveIn(
            name="Two hundred new readers of the newsletter",
            metric="subscriptions",
            target=200,
            starts_on=today - timedelta(days=30),
            ends_on=today + timedelta(days=60),
        ),
        actor=actor,
        now=now,
        bus=bus,
    )
    campaign = await strategy.create_campaign(
        CampaignIn(name="The winter catalogue", kind="campaign", objective_id=readers.id),
        actor=actor,
        now=now,
        bus=bus,
    )
    wanted = {
        "get-the-catalogue": CtaIn(
            slug="get-the-catalogue",
            label="Get the winter catalogue",
            action="download",
            destination=Destination(url="https://press.example/catalogue.pdf"),
            objective_id=readers.id,
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
    made = {
        slug: await ctas.create_cta(data, actor=actor, now=now, bus=bus)
        for slug, data in wanted.items()
    }
    return _Plan(campaign.id, made)


async def _write(sample: _Sample, plan: _Plan, *, actor: Actor, runtime: Runtime) -> None:
    now, bus = runtime.clock(), runtime.bus
    piece = await content.create_piece(
        PieceIn(
            title=sample.title,
            excerpt=sample.excerpt,
            body=sample.body,
            tags=sample.tags,
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


async def _move(piece: Piece, sample: _Sample, *, actor: Actor, runtime: Runtime) -> None:
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


_SAMPLES: Sequence[_Sample] = (
    _Sample(
        title="Why a sheet is folded three times",
        excerpt="One sheet, three folds, eight leaves: where our name comes from.",
        tags=["Craft"],
        fate="published",
        days=21,
        body="""Take a sheet of paper and fold it once: two leaves, a *folio*. Again: four, a
*quarto*. Once more and you hold eight leaves, sixteen pages: an **octavo**.

## What the fold decides

The grain of the paper should run along the spine, or the book will fight its reader. So the
printer thinks about the last fold before the first letter is set.

| Folds | Leaves | Name   |
|-------|-------:|--------|
| 1     |      2 | folio  |
| 2     |      4 | quarto |
| 3     |      8 | octavo |

> A page is where thinking has to fit.

Pages are not printed in reading order. On one side of the sheet 16 stands beside 1[^1].

[^1]: And upside down above them stand 9 and 8.
""",
    ),
    _Sample(
        title="Setting a page that can be read",
        excerpt="Measure, leading and a margin for the thumb.",
        tags=["Craft", "Type"],
        fate="published",
        days=12,
        cta="visit-the-shop",
        body="""A line of sixty-six letters is a comfortable walk for the eye. Much longer, and it
misses the way back.

1. Choose the size for the distance, not for the page count.
2. Give the lines air: half as much again as the letters are high.
3. Leave a margin where the thumb will lie.

<!-- cta: visit-the-shop -->

```python
def measure(letters: int, em: float = 0.46) -> float:
    # the width of a line in ems
    return letters * em
```

The rest is restraint.
""",
    ),
    _Sample(
        title="The winter catalogue is here",
        excerpt="Twelve new titles, and three that we had missed.",
        tags=["News"],
        fate="published",
        days=2,
        cta="get-the-catalogue",
        body="""Twelve new titles this winter, set, printed and sewn in our own house.

Among them: letters of a lighthouse keeper, a cookbook for one pan, and a grammar of gestures.
""",
    ),
    _Sample(
        title="An evening at the press",
        excerpt="Come and pull a sheet yourself.",
        tags=["News"],
        fate="scheduled",
        days=3,
        cta="get-the-catalogue",
        body="""On Friday week the doors are open until nine. There will be soup, and the big press
will run.
""",
    ),
    _Sample(
        title="A glossary of proofreaders' marks",
        excerpt="",
        tags=["Craft"],
        fate="draft",
        body="*Stet* means: let it stand.\n\nTK: the other thirty marks.\n",
    ),
    _Sample(
        title="Ask readers which title to reprint",
        excerpt="",
        tags=[],
        fate="idea",
        body="A contest: the three most wanted titles get a vote.\n",
    ),
)
