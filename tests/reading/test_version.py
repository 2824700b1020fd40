"""What is answered is never old: the content version moves with whatever readers could see."""

import asyncio
import importlib
import pkgutil

import pytest

import octavo
from octavo.kernel.db import transaction
from octavo.kernel.events import Event
from octavo.reading.answers import Answers, VersionReader, answer_of
from octavo.reading.queries import content_version
from octavo.reading.service import SEEN_BY_READERS, move_version

# Facts after which every public answer is still the same. A new class of events must be put here,
# or into SEEN_BY_READERS: whoever adds one knows which.
UNSEEN = {
    "AuthorCreated", "CampaignChanged", "ChannelChanged", "ChannelMade", "ChannelRemoved",
    "CommentAdded", "CommentChanged", "CommentDeleted", "CommentResolved", "DeliveryCancelled",
    "DeliveryFailed", "DeliveryPlanned", "DeliverySent", "KeyMade", "MediaAdded", "MediaReplaced",
    "ObjectiveChanged", "OrganisationRezoned", "PieceChanged", "PieceCreated", "PieceDeleted", "PieceMoved",
    "PieceScheduled", "PieceTranslated", "PiecesWentLive", "ReviewGiven", "ReviewRequested",
    "ReviewersChanged", "TagCreated", "UserChanged", "UserInvited", "UserJoined", "WebhookDisabled",
}  # fmt: skip


def event_classes():
    for module in pkgutil.walk_packages(octavo.__path__, "octavo."):
        if module.name.endswith(".events"):
            importlib.import_module(module.name)
    found, waiting = set(), [Event]
    while waiting:
        kinds = waiting.pop().__subclasses__()
        waiting += kinds
        found |= {kind for kind in kinds if kind.__module__.startswith("octavo.")}
    return found


def test_of_every_event_it_is_known_whether_readers_see_it():
    undecided = {kind.__name__ for kind in event_classes() - set(SEEN_BY_READERS)} - UNSEEN

    assert undecided == set(), "can an answer be another one after it? then SEEN_BY_READERS"
    assert UNSEEN & {kind.__name__ for kind in SEEN_BY_READERS} == set()


async def test_every_change_is_in_the_next_answer(blog):
    """Ask, change, ask again: through every kind of change that readers could see."""
    rye = await blog.publish("Rye", tags=["Bread"])

    async def shown():
        posts = await blog.ghost("posts/", include="tags,authors")
        settings = await blog.ghost("settings/")
        public = await blog.program.get("/api/v1/public/pieces", params={"key": blog.key})
        return posts.text, settings.text, public.text

    async def changes(do):
        before = await shown()
        assert before == await shown()
        result = await do
        assert before != await shown()
        return result

    piece = await changes(blog.publish("Spelt"))
    piece = (await blog.api.get(f"/api/v1/pieces/{rye['id']}")).json()
    before = await shown()
    piece = await blog.patch(
        f"pieces/{rye['id']}", version=piece["version"], body="Other words.", tags=["Bread", "New"]
    )
    assert await shown() == before  # a draft of a live piece is nobody's to see
    piece = await changes(blog.move(piece, "published"))
    [tag, *_] = (await blog.api.get("/api/v1/tags?q=Bread")).json()["items"]
    await changes(blog.patch(f"tags/{tag['id']}", version=tag["version"], name="Loaves"))
    [author] = (await blog.api.get("/api/v1/authors")).json()["items"]
    await changes(blog.patch(f"authors/{author['id']}", version=author["version"], name="A. L."))
    settings = (await blog.api.get("/api/v1/settings")).json()
    await changes(blog.patch("settings", version=settings["version"], name="The Other Press"))
    cta_id = await blog.call_to_action()
    await changes(blog.api.post(f"/api/v1/pieces/{rye['id']}/ctas", json={"cta_id": cta_id}))
    version = (await blog.api.get(f"/api/v1/ctas/{cta_id}")).json()["version"]
    await changes(blog.patch(f"ctas/{cta_id}", version=version, label="Take it"))
    await changes(blog.api.delete(f"/api/v1/tags/{tag['id']}"))
    piece = (await blog.api.get(f"/api/v1/pieces/{rye['id']}")).json()
    await changes(blog.move(piece, "archived"))
    assert await blog.titles() == ["Spelt"]


async def test_the_version_moves_once_with_its_transaction_or_not_at_all(blog):
    before = await content_version()
    piece = await blog.publish("Rye")
    after = await content_version()
    assert after > before

    with pytest.raises(RuntimeError):
        await _move_and_fail(blog.clock())
    assert await content_version() == after
    await blog.draft("Nobody sees it")
    assert await content_version() == after
    assert piece["status"] == "published"


async def _move_and_fail(now):
    async with transaction():
        await move_version(now=now)
        raise RuntimeError


async def test_a_clock_that_goes_back_never_gives_an_old_version(blog, clock):
    await move_version(now=clock())
    first = await content_version()
    clock.move(days=-400)

    await move_version(now=clock())

    assert await content_version() == first + 1


async def test_a_read_that_began_before_a_request_is_not_good_enough_for_it():
    values = iter(range(1, 10))
    gates = [asyncio.Event() for _ in range(3)]
    begun = []

    async def read():
        number = next(values)
        begun.append(number)
        await gates[number - 1].wait()
        return number

    version = VersionReader(read)
    early = asyncio.ensure_future(version.current())
    await asyncio.sleep(0)
    late = [asyncio.ensure_future(version.current()) for _ in range(5)]
    await asyncio.sleep(0)
    for gate in gates:
        gate.set()

    assert await early == 1
    assert await asyncio.gather(*late) == [2] * 5
    assert begun == [1, 2]


def test_kept_answers_are_bounded_and_of_one_version():
    answers = Answers(limit_bytes=1_000, limit_items=10)
    for number in range(50):
        answers.keep(f"page {number}", answer_of("x" * 100), version=1)

    held = [n for n in range(50) if answers.find(f"page {n}", version=1) is not None]
    assert 0 < len(held) < 10
    assert max(held) == 49
    assert answers.find("page 49", version=2) is None
