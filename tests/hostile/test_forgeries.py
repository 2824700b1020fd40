"""Cookies, keys, sessions, set-up links and sign-ins that are not what they pretend to be."""

from typing import Any

import pytest
from tests.hostile.doors import READS


@pytest.mark.parametrize(
    "cookie",
    [
        "octavo_session=",
        "octavo_session=" + "A" * 43,
        "octavo_session=" + "A" * 100_000,
        "octavo_session=%00",
        "octavo_session=\xff\xfe",
        'octavo_session="; DROP TABLE account_session; --"',
        "octavo_session=1; octavo_session=2",
        "=; ;;; octavo_session",
        "octavo_session[]=1",
    ],
    ids=range(9),
)
async def test_forged_cookies_open_nothing(world: Any, cookie: str) -> None:
    stranger = world.installation.client()
    before = await world.rows()
    for path in READS:
        headers = {"cookie": cookie.encode("latin-1")}
        answer = await stranger.get(world.path(path), headers=headers)
        assert answer.status_code == 401, (path, answer.status_code, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    answer = await stranger.post(
        "/api/v1/pieces",
        json={"title": "Forged"},
        headers={"cookie": cookie.encode("latin-1"), "x-csrf-token": "x"},
    )
    assert answer.status_code == 401
    assert await world.rows() == before


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Bearer oa_00000000." + "A" * 43,
        "Bearer oc_%.%",
        "Bearer " + "A" * 60_000,
        "Bearer oa_\x00",
        "Bearer \xff",
        "Basic YWRhOnNlY3JldA==",
        "Bearer ../../etc/passwd",
        "nonsense",
        ",",
    ],
    ids=range(12),
)
async def test_forged_keys_open_nothing(world: Any, authorization: str) -> None:
    stranger = world.installation.client()
    headers = {"authorization": authorization.encode("latin-1")}
    answer = await stranger.get("/api/v1/pieces", headers=headers)
    assert answer.status_code == 401, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_prefix_of_a_key_or_another_keys_secret_opens_nothing(world: Any) -> None:
    keys = [
        (await world.owner.post("/api/v1/keys", json={"name": "K", "scope": scope})).json()["key"]
        for scope in ("admin", "content")
    ]
    (admin, _, secret), (content, _, other) = (key.partition(".") for key in keys)
    for forged in (
        admin,
        f"{admin}.",
        f"{admin}.{other}",
        f"{content}.{secret}",
        f"{admin}.{secret}x",
    ):
        client = world.installation.client(authorization=f"Bearer {forged}")
        assert (await client.get("/api/v1/pieces")).status_code == 401, forged
    reader = world.installation.client(authorization=f"Bearer {keys[1]}")
    for method, path in (
        ("POST", "/api/v1/pieces"),
        ("GET", "/api/v1/keys"),
        ("GET", "/api/v1/audit"),
    ):
        assert (await reader.request(method, path, json={"title": "x"})).status_code == 403


async def test_a_session_is_not_fixed_swapped_or_forged(world: Any) -> None:
    writer = await world.installation.member("writer")
    fixed = world.installation.client()
    fixed.cookies.set("octavo_session", "A" * 43)
    signed_in = await fixed.post(
        "/api/v1/session",
        json={"email": "writer@example.org", "password": "correct horse battery"},
    )
    assert signed_in.status_code == 200
    fresh = signed_in.cookies["octavo_session"]
    assert fresh != "A" * 43
    attacker = world.installation.client(cookie="octavo_session=" + "A" * 43)
    assert (await attacker.get("/api/v1/session")).status_code == 401

    # The owner's token with the writer's cookie: each is good, together they are not.
    owner_token = world.owner.headers["x-csrf-token"]
    for token in ("", "x", owner_token, "\xff"):
        answer = await writer.post(
            "/api/v1/pieces",
            json={"title": "Forged"},
            headers={"x-csrf-token": token.encode("latin-1")},
        )
        assert answer.status_code == 403, (token, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    for origin in ("https://evil.example", "null", "http://blog.test.evil.example", "\xff"):
        headers = {"origin": origin.encode("latin-1")}
        answer = await writer.post("/api/v1/pieces", json={"title": "Forged"}, headers=headers)
        assert answer.status_code == 403, (origin, answer.text)


BAD_FOUNDERS: tuple[tuple[str, Any, str | None], ...] = (
    ("token", "nonsense", None),
    ("token", "", None),
    ("token", "\x00", None),
    ("token", "x" * 1_000_000, None),
    ("token", 5, "token"),
    ("name", "", "name"),
    ("name", "\x00", "name"),
    ("name", "x" * 121, "name"),
    ("email", "nonsense", "email"),
    ("email", "a@b\r\nBcc: c@d", "email"),
    ("email", "\x00@b", "email"),
    ("email", "x" * 251 + "@b.c", "email"),
    ("password", "short", "password"),
    ("password", "a" * 40, "password"),
    ("password", "x" * 1_025, "password"),
    ("password", None, "password"),
    ("zone", "Mars/Olympus", "zone"),
    ("zone", "\x00", "zone"),
    ("zone", "../../etc/passwd", "zone"),
    ("organisation_name", "\x07", "organisation_name"),
    ("organisation_name", "x" * 121, "organisation_name"),
    ("role", "owner", "role"),
    ("is_active", True, "is_active"),
)


async def test_the_set_up_link_founds_once_and_its_fields_are_checked(
    world: Any, faults: Any
) -> None:
    found = faults()
    stranger = world.installation.client()
    invitation = await world.owner.post(
        "/api/v1/users/invitations", json={"role": "writer", "email": "new@example.org"}
    )
    token = invitation.json()["url"].rpartition("/")[2]
    valid = {
        "token": token,
        "name": "New",
        "email": "new@example.org",
        "password": "correct horse battery",
    }
    before = await world.rows()
    for name, value, field in BAD_FOUNDERS:
        answer = await stranger.post("/api/v1/setup", json={**valid, name: value})
        status = (400, 404, 410, 422) if field is None else 400
        found.check(f"{name}={value!r}"[:80], answer, status=status, field=field)
    for wrong in ("nonsense", "%00", "x" * 5_000, "..%2f..", "%F0%9F%92%A9"):
        answer = await stranger.get(f"/api/v1/setup/{wrong}")
        found.check(f"GET {wrong[:20]}", answer, status=(400, 404, 410))
    assert not found.found, "\n".join(found.found)
    assert await world.rows() == before
    assert (await stranger.post("/api/v1/setup", json=valid)).status_code == 201
    again = await stranger.post("/api/v1/setup", json={**valid, "email": "other@example.org"})
    assert again.status_code in {404, 409, 410}, again.text


async def test_signing_in_with_anything_strange_is_refused_alike(world: Any, faults: Any) -> None:
    found = faults()
    strange = ("", "\x00", "' OR 1=1 --", "ada@example.org\x00", "x" * 254, "\u202e", "ADA@", "%")
    for email in strange:
        stranger = world.installation.client()
        answer = await stranger.post(
            "/api/v1/session", json={"email": email, "password": "\x00 wrong"}
        )
        found.check(f"email={email!r}"[:60], answer, status=(400, 401, 429))
    assert not found.found, "\n".join(found.found)
