"""What every API answer has: problem details, request ids, ETags, headers."""

import contextlib
import sqlite3
import tempfile

import asyncpg
import httpx
import msgspec
import pytest
import structlog
from litestar import Litestar, get, post
from litestar.exceptions import InternalServerException, NotAuthorizedException
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream

from octavo.kernel import asgi, metrics
from octavo.kernel.asgi import HeadAsGet
from octavo.kernel.errors import (
    ConflictError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    TooManyRequestsError,
)
from octavo.kernel.parameters import Limit


class Place(msgspec.Struct, forbid_unknown_fields=True):
    url: str


class NoteIn(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    size: int = 0
    place: Place | None = None


class Deeds:
    """Counts how often the handler really ran."""

    def __init__(self):
        self.count = 0


def busy():
    """A real "database is locked"."""
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.closing(sqlite3.connect(f"{folder}/x.db", isolation_level=None)) as one,
        contextlib.closing(sqlite3.connect(f"{folder}/x.db", timeout=0)) as two,
    ):
        one.execute("BEGIN EXCLUSIVE")
        try:
            two.execute("CREATE TABLE t (x)")
        except sqlite3.OperationalError as exc:
            return exc
    raise AssertionError


def make_app(deeds):
    @get("/notes/{note_id:int}")
    async def read(note_id: FromPath[int]) -> dict[str, int]:
        if note_id == 404:
            raise NotFoundError("there is no note 404")
        if note_id == 409:
            raise ConflictError("note 409 moved on", code="stale_version", current={"version": 3})
        if note_id == 429:
            raise TooManyRequestsError("slow down", retry_after_s=30)
        if note_id == 500:
            raise ValueError("the password is hunter2")
        return {"id": note_id}

    @get("/notes")
    async def browse(limit: FromQuery[Limit] = 20) -> dict[str, int]:
        return {"limit": limit}

    @get("/secret")
    async def secret() -> None:
        raise NotAuthorizedException("not you")

    @get("/broken/{kind:str}/{token:str}")
    async def broken(kind: FromPath[str], token: FromPath[str]) -> None:
        raise {
            "overflow": OverflowError("Python int too large to convert to SQLite INTEGER"),
            "ours": OverflowError("cannot convert float infinity to integer"),
            "pg": asyncpg.exceptions.CharacterNotInRepertoireError("hunter2"),
            "busy": busy(),
            "syntax": sqlite3.OperationalError("near hunter2"),
            "refused": ConnectionRefusedError("hunter2"),
            "framework": InternalServerException("hunter2"),
        }[kind]

    @get("/streamed")
    async def streamed() -> Stream:
        return Stream(iter([b"a", b"b"]))

    @get("/fields")
    async def fields() -> None:
        raise InvalidInputError(
            "two are wrong",
            FieldError(field="a", message="no"),
            FieldError(field="b", message="nor"),
        )

    @post("/notes")
    async def write(data: JSONBody[NoteIn]) -> dict[str, object]:
        deeds.count += 1
        return {"id": deeds.count, "title": data.title}

    return Litestar(
        route_handlers=[read, browse, secret, fields, broken, streamed, write],
        openapi_config=None,
        **asgi.configuration(),
    )


@pytest.fixture
def deeds():
    return Deeds()


@pytest.fixture
async def client(deeds):
    transport = httpx.ASGITransport(HeadAsGet(make_app(deeds)), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test.local") as client:
        yield client


def problem(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status_code
    return document


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/notes/404", 404, "Not Found"),
        ("/nowhere", 404, "Not Found"),
        ("/secret", 401, "Unauthorized"),
        ("/notes/409", 409, "Conflict"),
        ("/notes/429", 429, "Too Many Requests"),
        ("/notes/500", 500, "Internal Server Error"),
    ],
)
async def test_every_failure_is_a_problem_document(client, path, status, title):
    document = problem(await client.get(path))

    assert (document["status"], document["title"]) == (status, title)
    assert document["detail"]


async def test_a_conflict_carries_what_is_current(client):
    document = problem(await client.get("/notes/409"))

    assert document["type"] == "/problems/stale_version"
    assert document["current"] == {"version": 3}


async def test_an_unexpected_failure_tells_its_request_id_and_nothing_else(client):
    answer = await client.get("/notes/500")

    assert "hunter2" not in answer.text
    assert problem(answer)["request_id"] == answer.headers["x-request-id"]


async def test_too_many_requests_says_when_to_come_back(client):
    assert (await client.get("/notes/429")).headers["retry-after"] == "30"


async def test_every_wrong_field_is_listed(client):
    document = problem(await client.get("/fields"))

    assert [error["field"] for error in document["errors"]] == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"size": 1}, "title"),
        ({"title": "x", "size": "big"}, "size"),
        ({"title": "x", "colour": "red"}, "colour"),
        ({"title": "x", "place": {}}, "place.url"),
        ({"title": "x", "place": {"url": 1}}, "place.url"),
        ({"title": "x", "place": {"url": "", "x": 1}}, "place.x"),
    ],
)
async def test_a_body_that_does_not_fit_names_its_field(client, deeds, body, field):
    answer = await client.post("/notes", json=body)

    document = problem(answer)
    assert document["status"] == 400
    assert [error["field"] for error in document["errors"]] == [field]
    assert deeds.count == 0


@pytest.mark.parametrize("body", [b"{not json", b"\xff\xfe", b"", b"[1,2]", b'"x"', b"[" * 100_000])
async def test_a_body_that_is_no_json_object_is_a_clear_400(client, body):
    answer = await client.post("/notes", content=body, headers={"content-type": "application/json"})

    assert problem(answer)["status"] == 400


async def test_a_parameter_out_of_range_names_itself(client):
    document = problem(await client.get("/notes", params={"limit": 101}))

    assert (document["status"], document["errors"][0]["field"]) == (400, "limit")


async def test_a_body_that_is_too_large_is_413(client):
    answer = await client.post(
        "/notes",
        content=b'{"title":"' + b"x" * asgi.MAX_BODY_BYTES + b'"}',
        headers={"content-type": "application/json"},
    )

    assert problem(answer)["status"] == 413


async def test_the_same_bytes_again_are_304_without_a_body(client):
    first = await client.get("/notes/1")
    again = await client.get(
        "/notes/1", headers={"if-none-match": f'"x", W/{first.headers["etag"]}'}
    )
    other = await client.get("/notes/2", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content, again.headers["etag"]) == (
        304,
        b"",
        first.headers["etag"],
    )
    assert (other.status_code, other.json()) == (200, {"id": 2})


async def test_answers_may_not_run_be_framed_or_be_sniffed(client):
    headers = (await client.get("/notes/1")).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("overflow", 400),
        ("pg", 400),
        ("busy", 503),
        ("refused", 503),
        ("ours", 500),
        ("syntax", 500),
        ("framework", 500),
    ],
)
async def test_failures_below_us_have_their_status_and_leak_nothing(client, kind, status):
    with structlog.testing.capture_logs() as lines:
        answer = await client.get(f"/broken/{kind}/a-token-in-the-path")

    assert problem(answer)["status"] == status
    assert "hunter2" not in answer.text
    assert "a-token" not in str([{**line, "exc_info": None} for line in lines])


async def test_unknown_paths_have_the_headers_of_all_answers_too(client):
    before = metrics.render().count(b"unmatched")
    answer = await client.get("/nowhere/else?token=hunter2")
    wrong_method = await client.delete("/notes")

    assert problem(answer)["status"] == 404
    assert problem(wrong_method)["status"] == 405
    for one in (answer, wrong_method):
        assert one.headers["x-request-id"]
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["cache-control"] == "no-store"
    assert metrics.render().count(b"unmatched") >= before


async def test_a_log_line_names_the_route_and_holds_neither_path_nor_query(client):
    with structlog.testing.capture_logs() as lines:
        await client.get("/notes/7?token=hunter2")

    (line,) = lines
    assert (line["route"], line["params"], line["status"]) == (
        "/notes/{note_id}",
        {"note_id": 7},
        200,
    )
    assert "hunter2" not in str(line)


async def test_head_is_get_without_the_body(client):
    head, full = await client.head("/notes/1"), await client.get("/notes/1")
    again = await client.head("/notes/1", headers={"if-none-match": full.headers["etag"]})

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == full.headers["etag"]
    assert head.headers["content-length"] == full.headers["content-length"]
    assert again.status_code == 304


async def test_what_is_streamed_is_not_held_back(client):
    answer = await client.get("/streamed")

    assert answer.content == b"ab"
    assert "etag" not in answer.headers


async def test_requests_that_end_early_do_nothing(deeds):
    """A client that goes away in the middle of its body has sent nothing."""
    sent = []
    messages = [
        {"type": "http.request", "body": b'{"title":', "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"test.local"), (b"content-type", b"application/json")]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": "/notes", "raw_path": b"/notes", "query_string": b"",
        "root_path": "", "headers": headers, "client": ("127.0.0.1", 1), "server": ("x", 80),
    }  # fmt: skip
    await make_app(deeds)(scope, receive, send)

    assert deeds.count == 0
    assert sent[0]["status"] >= 400
