"""Calls to action through their service: links follow, readers are not left behind."""

import asyncio

import pytest

from octavo.content import service as content
from octavo.content.events import PieceDeleted, PieceTranslated
from octavo.cta import jobs, queries, service
from octavo.cta.errors import (
    AlreadyAttachedError,
    InvalidCtaError,
    SlugTakenError,
    StaleCtaError,
    StillInUseError,
)
from octavo.cta.events import CtaChanged, PieceCtasChanged
from octavo.cta.schemas import CtaPatch, Destination, Expected, PieceCtaIn
from octavo.cta.tables import CtaRow
from octavo.strategy import service as strategy
from octavo.strategy.schemas import ObjectiveIn
from octavo.tracking import service as tracking


async def test_an_attached_call_to_action_has_its_links_at_once(
    make_cta, piece_id, context, click, heard
):
    cta = await make_cta()

    attached = await service.attach_cta(piece_id, PieceCtaIn(cta_id=cta.id), **context)
    assert attached.blog_path.startswith("/go/")
    assert attached.blog_path != attached.feed_path
    assert await click(attached.blog_path) == "https://example.org/guide.pdf"
    assert heard == [
        CtaChanged(cta_id=cta.id, piece_ids=()),
        PieceCtasChanged(piece_id=piece_id),
    ]
    assert await queries.ctas_of_pieces([piece_id, 999]) == {piece_id: [attached]}


async def test_slugs_are_made_of_labels_and_do_not_clash(make_cta):
    first, second = await make_cta(), await make_cta()

    assert (first.slug, second.slug) == ("get-the-guide", "get-the-guide-2")
    with pytest.raises(SlugTakenError):
        await make_cta(slug="get-the-guide")


async def test_a_changed_destination_is_where_the_next_reader_goes(
    make_cta, piece_id, context, click, heard
):
    cta = await make_cta()
    attached = await service.attach_cta(piece_id, PieceCtaIn(cta_id=cta.id), **context)
    await click(attached.blog_path)

    patch = CtaPatch(version=cta.version, destination=Destination(url="https://example.org/b"))
    changed = await service.patch_cta(cta.id, patch, **context)
    assert changed.version == cta.version + 1
    assert await click(attached.blog_path) == "https://example.org/b"
    assert heard[-1] == CtaChanged(cta_id=cta.id, piece_ids=(piece_id,))


async def test_a_stale_change_conflicts_and_carries_what_is_there(make_cta, context):
    cta = await make_cta()
    current = await service.patch_cta(cta.id, CtaPatch(version=1, label="New"), **context)

    with pytest.raises(StaleCtaError) as conflict:
        await service.patch_cta(cta.id, CtaPatch(version=1, label="Mine"), **context)
    assert conflict.value.extra["current"] == current


async def test_of_two_changes_at_once_one_wins(make_cta, context):
    cta = await make_cta()
    patches = [CtaPatch(version=1, label=f"Label {n}") for n in range(5)]

    done = await asyncio.gather(
        *(service.patch_cta(cta.id, patch, **context) for patch in patches), return_exceptions=True
    )
    assert [isinstance(each, StaleCtaError) for each in done].count(True) == 4


async def test_a_change_half_done_by_a_dying_process_is_finished(
    make_cta, piece_id, context, click, now
):
    cta = await make_cta()
    attached = await service.attach_cta(piece_id, PieceCtaIn(cta_id=cta.id), **context)
    await CtaRow.update({CtaRow.version: 2, CtaRow.destination_url: "https://b.example/"}).where(
        CtaRow.id == cta.id
    )

    assert (await jobs.relink_changed(now), await jobs.relink_changed(now)) == (1, 0)
    assert await click(attached.blog_path) == "https://b.example/"


async def test_an_expectation_may_differ_by_piece(make_cta, piece_id, context):
    cta = await make_cta()

    data = PieceCtaIn(cta_id=cta.id, expected=Expected(rate=0.02))
    attached = await service.attach_cta(piece_id, data, **context)
    assert (attached.expected, cta.expected) == (Expected(rate=0.02), Expected(count=10))


async def test_a_call_to_action_stands_on_a_piece_once(make_cta, piece_id, context):
    cta = await make_cta()
    await service.attach_cta(piece_id, PieceCtaIn(cta_id=cta.id), **context)

    with pytest.raises(AlreadyAttachedError):
        await service.attach_cta(piece_id, PieceCtaIn(cta_id=cta.id), **context)


async def test_what_is_archived_or_unknown_cannot_be_attached(make_cta, piece_id, context):
    cta = await make_cta()
    await service.patch_cta(cta.id, CtaPatch(version=1, archived=True), **context)

    for cta_id in (cta.id, 999):
        with pytest.raises(InvalidCtaError) as refused:
            await service.attach_cta(piece_id, PieceCtaIn(cta_id=cta_id), **context)
        assert refused.value.fields[0].field == "cta_id"


async def test_a_detached_call_to_action_is_gone_from_the_blog_and_not_from_sent_posts(
    make_cta, piece_id, context, click, now
):
    cta = await make_cta()
    attached = await service.attach_cta(piece_id, PieceCtaIn(cta_id=cta.id), **context)
    await tracking.ensure_channel(101, "mastodon", "none")
    (sent,) = await service.links_for_delivery(piece_id, 101, 5, now=now)

    await service.detach_cta(piece_id, cta.id, **context)
    assert [await click(attached.blog_path), await click(attached.feed_path)] == ["410", "410"]
    assert await click(sent.path) == "https://example.org/guide.pdf"
    again = await service.attach_cta(piece_id, PieceCtaIn(cta_id=cta.id), **context)
    assert again.blog_path == attached.blog_path
    assert await click(again.blog_path) == "https://example.org/guide.pdf"


async def test_each_delivery_has_links_of_its_own(make_cta, piece_id, context, now):
    for label in ("One", "Two"):
        cta = await make_cta(label=label)
        await service.attach_cta(piece_id, PieceCtaIn(cta_id=cta.id), **context)
    await tracking.ensure_channel(101, "mastodon", "none")

    first = await service.links_for_delivery(piece_id, 101, 5, now=now)
    again = await service.links_for_delivery(piece_id, 101, 5, now=now)
    other = await service.links_for_delivery(piece_id, 101, 6, now=now)
    assert first == again
    assert [link.slug for link in first] == ["one", "two"]
    assert len({link.path for link in first + other}) == 4


async def test_calls_to_action_stand_in_the_order_given(make_cta, piece_id, context):
    ids = [(await make_cta(label=label)).id for label in ("A", "B", "C")]
    for cta_id in ids:
        await service.attach_cta(piece_id, PieceCtaIn(cta_id=cta_id), **context)

    ordered = await service.order_ctas(piece_id, ids[::-1], **context)
    assert [each.cta_id for each in ordered] == ids[::-1]
    with pytest.raises(InvalidCtaError):
        await service.order_ctas(piece_id, ids[:2], **context)


async def test_a_deleted_piece_asks_nothing_any_more(make_cta, piece_id, context):
    cta = await make_cta()
    await service.attach_cta(piece_id, PieceCtaIn(cta_id=cta.id), **context)

    await service.on_piece_deleted(PieceDeleted(piece_id=piece_id, kind="post"))
    assert await queries.ctas_of_pieces([piece_id]) == {}


async def test_an_outcome_stands_against_its_objective(make_cta, piece_id, context, now):
    objective = await strategy.create_objective(
        ObjectiveIn(name="Readers", metric="downloads", target=100), **context
    )
    cta = await make_cta(objective_id=objective.id, expected=Expected(rate=0.02))
    await service.attach_cta(piece_id, PieceCtaIn(cta_id=cta.id), **context)

    outcomes = await queries.outcomes(piece_id, now=now)
    (blog, feed) = outcomes.items
    assert (blog.objective.name, blog.objective.target) == ("Readers", 100)
    assert (feed.expected, feed.attainment) == (Expected(rate=0.02), None)
    assert (outcomes.as_of, outcomes.pending) == (now, 0)


async def test_a_piece_has_an_address_once_it_is_published(piece_id):
    assert await queries.piece_url(piece_id) is None
    assert await queries.piece_url(999) is None


async def test_only_what_was_never_used_can_be_deleted(make_cta, piece_id, context, actor, now):
    unused, used = await make_cta(), await make_cta()
    await service.attach_cta(piece_id, PieceCtaIn(cta_id=used.id), **context)
    await service.detach_cta(piece_id, used.id, **context)

    await service.delete_cta(unused.id, actor=actor, now=now)
    with pytest.raises(StillInUseError):
        await service.delete_cta(used.id, actor=actor, now=now)
    assert await queries.find_cta(unused.id) is None


async def test_a_translation_has_the_calls_to_action_of_what_it_was_made_from(
    make_cta, piece_id, context
):
    live, archived = await make_cta(), await make_cta()
    for cta in (live, archived):
        expected = Expected(count=7)
        data = PieceCtaIn(cta_id=cta.id, expected=expected)
        await service.attach_cta(piece_id, data, **context)
    await service.patch_cta(archived.id, CtaPatch(version=1, archived=True), **context)
    bus, now = context["bus"], context["now"]
    bus.subscribe(PieceTranslated, service.on_piece_translated(bus, lambda: now))

    made = await content.translate_piece(piece_id, "de", **context)

    (carried,) = await queries.ctas_of_piece(made.id)
    assert (carried.cta_id, carried.expected.count) == (live.id, 7)
    (first, _) = await queries.ctas_of_piece(piece_id)
    assert carried.blog_path != first.blog_path
