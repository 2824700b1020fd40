"""Shapes, secrets and replies: what plugins build on."""

import pickle
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from octavo import sdk
from octavo.sdk import (
    AuthExpiredError,
    NullLog,
    PermissionMissingError,
    RateLimitedError,
    RejectedError,
    Response,
    Secret,
    TransientError,
    decode_settings,
    raise_for_status,
    retry_after,
    secret_fields,
    settings_schema,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    token: Secret
    old: Secret | None = None


def reply(status: int, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, headers=named, body=b"{}")


class Inner(msgspec.Struct):
    token: Secret


class InAList(msgspec.Struct):
    tokens: list[Secret]


class InAStruct(msgspec.Struct):
    by_name: dict[str, Inner | None]


class Tree(msgspec.Struct):
    inner: list["Tree"] = []


@pytest.mark.parametrize("schema", [InAList, InAStruct])
def test_a_secret_that_could_not_be_sealed_is_refused_with_the_settings(
    schema: type[msgspec.Struct],
) -> None:
    with pytest.raises(TypeError, match="has a secret inside"):
        settings_schema(schema)
    assert secret_fields(Tree) == {}


def test_everything_that_is_exported_exists() -> None:
    assert all(hasattr(sdk, name) for name in sdk.__all__)
    assert sorted(sdk.__all__, key=str.lower) == sorted(set(sdk.__all__), key=str.lower)


def test_a_secret_shows_itself_nowhere() -> None:
    settings = decode_settings(Settings, {"url": "u"}, {"token": "hush-hush"})

    assert "hush" not in f"{settings} {settings!r} {settings.token} {[settings.token]}"
    assert settings.token.reveal() == "hush-hush"
    with pytest.raises(TypeError):
        pickle.dumps(settings.token)
    with pytest.raises((TypeError, NotImplementedError)):
        msgspec.json.encode(settings)


@pytest.mark.parametrize(
    ("settings", "secrets", "field"),
    [
        ({}, {"token": "t"}, "url"),
        ({"url": "u"}, {}, "token"),
        ({"url": 1}, {"token": "t"}, "url"),
        ({"url": "u", "x": 1}, {"token": "t"}, "x"),
        ({"url": "u", "token": "t"}, {}, "token"),
        ({"url": "u"}, {"token": "t", "url": "u"}, "url"),
        ({"url": "u"}, {"token": ""}, "token"),
    ],
)
def test_settings_that_do_not_fit_are_refused_by_name(
    settings: dict[str, object], secrets: dict[str, str], field: str
) -> None:
    with pytest.raises(msgspec.ValidationError, match=field):
        decode_settings(Settings, settings, secrets)


def test_the_schema_marks_secrets() -> None:
    properties = settings_schema(Settings)["properties"]

    assert properties["token"] == {"type": "string", "format": "password", "writeOnly": True}
    assert properties["old"]["writeOnly"] is True
    assert secret_fields(Settings) == {"token": True, "old": False}


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry_after": "7"}, timedelta(seconds=7)),
        ({"retry_after": "Sun, 22 Nov 2026 09:01:30 GMT"}, timedelta(seconds=90)),
        ({"x_ratelimit_reset": "2026-11-22T09:05:00.000Z"}, timedelta(minutes=5)),
        ({"retry_after": "Sun, 22 Nov 2020 09:01:30 GMT"}, timedelta()),
        ({"retry_after": "99999999999999999999"}, timedelta(days=1)),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "٣"}, None),
        ({"x_ratelimit_reset": "1795338000"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_a_server_asks_for_is_read(
    headers: dict[str, str], wait: timedelta | None
) -> None:
    assert retry_after(reply(429, **headers), now=NOW) == wait


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, RejectedError),
        (400, RejectedError),
        (401, AuthExpiredError),
        (403, PermissionMissingError),
        (404, RejectedError),
        (408, TransientError),
        (429, RateLimitedError),
        (500, TransientError),
        (503, TransientError),
    ],
)
def test_a_status_says_what_to_do(status: int, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        raise_for_status(reply(status), now=NOW)
    raise_for_status(reply(204), now=NOW)


def test_a_server_error_is_never_safe_to_retry() -> None:
    with pytest.raises(TransientError) as caught:
        raise_for_status(reply(503, retry_after="9"), now=NOW)

    assert not caught.value.safe_to_retry
    assert caught.value.retry_after == timedelta(seconds=9)


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"<html>", b'{"id": 1}', b"\xff"])
def test_a_reply_of_another_shape_is_doubtful(body: bytes) -> None:
    class Status(msgspec.Struct):
        id: str

    with pytest.raises(TransientError) as caught:
        Response(status=200, headers={}, body=body).decode(Status)

    assert not caught.value.safe_to_retry


def test_a_null_log_takes_anything_and_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    log = NullLog()

    log.info("something", field=1)
    log.warning("something", field=1)

    assert capsys.readouterr() == ("", "")
    assert vars(log) == {}
