"""Repeating a creating request repeats the answer, not the deed: through crashes, too."""

import asyncio

import httpx
import msgspec
import pytest
from litestar import Litestar, Response, post
from litestar.params import JSONBody

from octavo.kernel import asgi
from octavo.kernel.db import fetch, transaction
from octavo.kernel.idempotency import LEASE, LIFETIME, IdempotencyMiddleware, drop_old_answers
from octavo.kernel.tables import IdempotencyRow, LeaseRow
from octavo.kernel.vault import Vault

KEY = {"idempotency-key": "one", "x-who": "ada"}
NOTE = {"title": "a"}


class NoteIn(msgspec.Struct, forbid_unknown_fields=True):
    title: str


class Killed(BaseException):
    """What `kill -9` looks like from inside: nothing below the middleware gets to clean up."""


class Press:
    """An app whose one deed is a row, and that can be stopped at every place."""

    def __init__(self, clock):
        self.clock = clock
        self.count = 0
        self.pause_before = None  # an event to wait for, before the row is written
        self.paused = asyncio.Event()
        self.die_before = False
        self.die_after = False
        self.fail_after = False
        self.vault = Vault("a key for tests")

    def app(self):
        @post("/notes")
        async def write(data: JSONBody[NoteIn]) -> dict[str, object]:
            if self.pause_before is not None:
                self.paused.set()
                await self.pause_before.wait()
            if self.die_before:
                raise Killed
            async with transaction():
                await LeaseRow.insert(
                    LeaseRow(name=f"{data.title}{self.count}", owner="", until=self.clock())
                )
                self.count += 1
            if self.die_after:
                raise Killed
            if self.fail_after:
                raise ValueError
            return {"id": self.count, "secret": "shown once"}

        @post("/deeds")
        async def deed(data: JSONBody[NoteIn]) -> dict[str, object]:
            # No unique column: the Idempotency-Key alone keeps this from being done twice.
            async with transaction():
                await fetch("INSERT INTO test_deed (title) VALUES ({})", data.title)
            return {"title": data.title}

        @post("/cookie")
        async def cookie() -> Response[None]:
            self.count += 1
            answer = Response(None)
            answer.set_cookie("session", "token")
            return answer

        shared = asgi.configuration()
        middleware = IdempotencyMiddleware(
            clock=self.clock,
            vault=self.vault,
            principal=lambda scope: dict(scope["headers"]).get(b"x-who", b"").decode() or None,
        )
        return Litestar(
            route_handlers=[write, deed, cookie],
            openapi_config=None,
            **{**shared, "middleware": [*shared["middleware"], middleware]},
        )


async def deeds() -> int:
    """How many rows there are: what really happened."""
    rows = await fetch("SELECT COUNT(*) AS n FROM kernel_lease")
    return int(rows[0]["n"])


@pytest.fixture
def press(clock):
    return Press(clock)


@pytest.fixture
async def client(press):
    transport = httpx.ASGITransport(press.app(), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://test.local") as client:
        yield client


async def post_and_die(client):
    """Send the request whose process is killed; leave the row as the kill would."""
    before = IdempotencyRow.delete
    try:
        # A dead process cleans nothing up.
        IdempotencyRow.delete = lambda *_, **__: IdempotencyRow.update(
            {IdempotencyRow.headers: "[]"}, force=True
        )
        with pytest.raises(Killed):
            await client.post("/notes", json=NOTE, headers=KEY)
    finally:
        IdempotencyRow.delete = before


async def test_the_same_key_does_it_once_and_answers_the_same(database, client):
    first = await client.post("/notes", json=NOTE, headers=KEY)
    again = await client.post("/notes", json=NOTE, headers=KEY)

    assert (first.status_code, again.status_code, await deeds()) == (201, 201, 1)
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["idempotent-replayed"] == "true"


async def test_requests_without_a_key_or_a_known_sender_are_not_remembered(database, client):
    await client.post("/notes", json=NOTE, headers={"x-who": "ada"})
    await client.post("/notes", json=NOTE, headers={"idempotency-key": "one"})
    await client.post("/notes", json=NOTE, headers={"idempotency-key": "one"})

    assert (await deeds(), await IdempotencyRow.count()) == (3, 0)


async def test_a_key_belongs_to_whoever_sent_it(database, client):
    await client.post("/notes", json=NOTE, headers=KEY)
    await client.post("/notes", json=NOTE, headers={**KEY, "x-who": "eve"})

    assert await deeds() == 2


@pytest.mark.parametrize("change", [{"json": {"title": "b"}}, {"params": {"x": "1"}}])
async def test_the_same_key_for_another_request_is_refused(database, client, change):
    await client.post("/notes", json=NOTE, headers=KEY)
    other = await client.post("/notes", **{"json": NOTE, "headers": KEY, **change})

    assert (other.status_code, await deeds()) == (422, 1)
    assert other.json()["type"] == "/problems/idempotency_key_reused"


async def test_two_at_once_are_one_deed_and_one_conflict(database, client, press):
    press.pause_before = asyncio.Event()
    first = asyncio.ensure_future(client.post("/notes", json=NOTE, headers=KEY))
    await press.paused.wait()
    second = await client.post("/notes", json=NOTE, headers=KEY)
    press.pause_before.set()

    assert second.status_code == 409
    assert second.json()["type"] == "/problems/idempotency_in_progress"
    assert second.json()["retry_after_s"] == 60
    assert ((await first).status_code, await deeds()) == (201, 1)


async def test_ten_at_once_are_one_deed(database, client):
    answers = await asyncio.gather(
        *(client.post("/notes", json=NOTE, headers=KEY) for _ in range(10))
    )

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert await deeds() == 1


async def test_a_request_that_failed_before_it_wrote_frees_its_key(database, client):
    refused = await client.post("/notes", json={"title": 1}, headers=KEY)
    corrected = await client.post("/notes", json=NOTE, headers=KEY)

    assert (refused.status_code, corrected.status_code, await deeds()) == (400, 201, 1)


async def test_killed_before_the_deed_it_may_be_done_again_after_the_lease(
    database, client, press, clock
):
    press.die_before = True
    await post_and_die(client)
    press.die_before = False
    at_once = await client.post("/notes", json=NOTE, headers=KEY)
    clock.instant += LEASE
    later = await client.post("/notes", json=NOTE, headers=KEY)

    assert (at_once.status_code, later.status_code, await deeds()) == (409, 201, 1)


async def test_killed_after_the_deed_it_is_never_done_again(database, client, press, clock):
    press.die_after = True
    await post_and_die(client)
    press.die_after = False
    clock.instant += LEASE
    later = await client.post("/notes", json=NOTE, headers=KEY)

    assert (later.status_code, await deeds()) == (409, 1)
    assert later.json()["type"] == "/problems/idempotency_answer_lost"


async def test_an_attempt_that_slept_past_its_lease_writes_nothing(database, client, press, clock):
    gate = press.pause_before = asyncio.Event()
    sleeper = asyncio.ensure_future(client.post("/notes", json=NOTE, headers=KEY))
    await press.paused.wait()
    clock.instant += LEASE
    press.pause_before = None
    second = await client.post("/notes", json=NOTE, headers=KEY)
    gate.set()

    assert (second.status_code, (await sleeper).status_code, await deeds()) == (201, 409, 1)
    assert (await client.post("/notes", json=NOTE, headers=KEY)).content == second.content


async def test_a_failure_after_the_deed_is_not_taken_for_a_failed_deed(
    database, client, press, clock
):
    press.fail_after = True
    failed = await client.post("/notes", json=NOTE, headers=KEY)
    clock.instant += LEASE
    again = await client.post("/notes", json=NOTE, headers=KEY)

    assert (failed.status_code, again.status_code, await deeds()) == (500, 409, 1)


async def test_an_answer_is_kept_for_a_day(database, client, press, clock):
    await client.post("/notes", json=NOTE, headers=KEY)
    clock.instant += LIFETIME
    await drop_old_answers(now=clock())
    left = await IdempotencyRow.count()
    await client.post("/notes", json=NOTE, headers=KEY)

    assert (left, await deeds()) == (0, 2)


async def test_kept_answers_are_sealed(database, client):
    await client.post("/notes", json=NOTE, headers=KEY)

    row = await IdempotencyRow.select().first()
    assert "shown once" not in str(row)


async def test_answers_that_set_cookies_are_not_kept(database, client, press):
    await client.post("/cookie", headers=KEY)
    again = await client.post("/cookie", headers=KEY)

    assert (press.count, again.cookies["session"]) == (2, "token")


@pytest.mark.parametrize("key", ["", " ", "two words", "x" * 256, "ö"])
async def test_what_cannot_be_a_key_is_refused(database, client, key):
    headers = {"idempotency-key": key.encode(), "x-who": "ada"}
    answer = await client.post("/notes", json=NOTE, headers=headers)

    assert (answer.status_code, await deeds()) == (400, 0)
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_a_body_that_is_too_large_is_not_read_to_its_end(database, client):
    read = 0

    async def flood():
        nonlocal read
        for _ in range(1000):
            read += 1
            yield b"x" * 1_000_000

    answer = await client.post("/notes", content=flood(), headers=KEY)

    assert (answer.status_code, read < 50) == (413, True)
