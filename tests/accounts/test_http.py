"""Accounts over HTTP: sessions that cannot be fixed or forged, keys, roles, limits."""

import pytest

PASSWORD = "correct horse battery"


async def sign_in(client, email="ada@example.org", password=PASSWORD):
    return await client.post("/api/v1/session", json={"email": email, "password": password})


async def test_a_stranger_is_asked_to_sign_in(installation):
    answer = await installation.client().get("/api/v1/pieces")

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_signing_in_sets_a_cookie_that_scripts_cannot_read(installation):
    await installation.owner()
    answer = await sign_in(installation.client())

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert answer.json()["user"]["email"] == "ada@example.org"
    assert "token" not in answer.json()


async def test_a_planted_session_id_is_never_taken_over(installation):
    await installation.owner()
    victim = installation.client()
    victim.cookies.set("octavo_session", "planted-by-somebody-else")
    await sign_in(victim)

    attacker = installation.client()
    attacker.cookies.set("octavo_session", "planted-by-somebody-else")
    assert (await attacker.get("/api/v1/session")).status_code == 401
    assert (await victim.get("/api/v1/session")).status_code == 200


async def test_every_sign_in_has_a_new_id_and_ends_the_old_one(installation):
    await installation.owner()
    browser = installation.client()
    await sign_in(browser)
    before = browser.cookies["octavo_session"]
    await sign_in(browser)

    old = installation.client()
    old.cookies.set("octavo_session", before)
    assert browser.cookies["octavo_session"] != before
    assert (await old.get("/api/v1/session")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"x-csrf-token": ""}, {"x-csrf-token": "guess"}, {"origin": "https://evil.example"}],
)
async def test_a_write_that_another_page_makes_is_refused(installation, headers):
    owner = await installation.owner()
    answer = await owner.post("/api/v1/pieces", json={"title": "x"}, headers=headers)

    assert answer.status_code == 403
    assert (await owner.get("/api/v1/pieces")).json()["items"] == []


async def test_a_forged_cookie_opens_nothing(installation):
    owner = await installation.owner()
    real = owner.cookies["octavo_session"]
    forger = installation.client()
    forger.cookies.set("octavo_session", real[:-1] + ("A" if real[-1] != "A" else "B"))

    assert (await forger.get("/api/v1/session")).status_code == 401


async def test_signing_out_ends_the_session_on_the_server(installation):
    owner = await installation.owner()
    token = owner.cookies["octavo_session"]
    assert (await owner.delete("/api/v1/session")).status_code == 204

    kept = installation.client()
    kept.cookies.set("octavo_session", token)
    assert (await kept.get("/api/v1/session")).status_code == 401


async def test_guessing_a_password_is_slowed_down_and_says_for_how_long(installation):
    await installation.owner()
    guesser = installation.client()
    for _ in range(10):
        assert (await sign_in(guesser, password="wrong password")).status_code == 401
    answer = await sign_in(guesser)

    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 900


async def test_an_admin_key_acts_without_cookie_or_csrf(installation):
    owner = await installation.owner()
    made = (await owner.post("/api/v1/keys", json={"name": "ci", "scope": "admin"})).json()
    program = installation.client(authorization=f"Bearer {made['key']}")

    assert (await program.post("/api/v1/pieces", json={"title": "By key"})).status_code == 201
    listed = (await owner.get("/api/v1/keys")).json()["items"]
    assert [key["prefix"] for key in listed] == [made["prefix"]]
    assert made["key"] not in str(listed)


async def test_a_content_key_may_not_see_the_plan(installation):
    owner = await installation.owner()
    made = (await owner.post("/api/v1/keys", json={"name": "s", "scope": "content"})).json()
    program = installation.client(authorization=f"Bearer {made['key']}")

    assert (await program.get("/api/v1/pieces")).status_code == 403


@pytest.mark.parametrize("authorization", ["Bearer x", "Bearer oa_x.y", "Basic YTpi", "Bearer"])
async def test_a_key_that_opens_nothing_is_401(installation, authorization):
    program = installation.client(authorization=authorization)

    assert (await program.get("/api/v1/pieces")).status_code == 401


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("editor", "/api/v1/keys", 403),
        ("writer", "/api/v1/audit", 403),
        ("marketer", "/api/v1/pieces", 200),
        ("editor", "/api/v1/audit", 200),
    ],
)
async def test_roles_decide_what_may_be_read(installation, role, path, status):
    await installation.owner()
    member = await installation.member(role)

    assert (await member.get(path)).status_code == status


async def test_a_marketer_may_not_write_pieces(installation):
    await installation.owner()
    marketer = await installation.member("marketer")

    assert (await marketer.post("/api/v1/pieces", json={"title": "x"})).status_code == 403


async def test_an_invitation_makes_a_colleague(installation):
    owner = await installation.owner()
    made = (await owner.post("/api/v1/users/invitations", json={"role": "writer"})).json()
    token = made["url"].rpartition("/")[2]
    browser = installation.client()
    seen = (await browser.get(f"/api/v1/setup/{token}")).json()
    joined = await browser.post(
        "/api/v1/setup",
        json={"token": token, "name": "Bob", "email": "bob@example.org", "password": PASSWORD},
    )

    assert (seen["role"], seen["first"]) == ("writer", False)
    assert (joined.status_code, joined.json()["user"]["role"]) == (201, "writer")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"version": 1, "zone": "Europe/Atlantis"}, "zone"),
        ({"version": 1, "post_path": "/no-slug/"}, "post_path"),
        ({"version": 1, "colour": "red"}, "colour"),
        ({}, "version"),
    ],
)
async def test_wrong_settings_name_their_field(installation, body, field):
    owner = await installation.owner()
    answer = await owner.patch("/api/v1/settings", json=body)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_stale_settings_conflict_and_carry_the_current_ones(installation):
    owner = await installation.owner()
    await owner.patch("/api/v1/settings", json={"version": 1, "tagline": "One"})
    answer = await owner.patch("/api/v1/settings", json={"version": 1, "tagline": "Two"})

    assert (answer.status_code, answer.json()["current"]["tagline"]) == (409, "One")


async def test_a_stranger_may_ask_who_is_signed_in(installation):
    stranger = installation.client()
    stranger.cookies.set("octavo_session", "planted-by-somebody-else")
    answer = await stranger.get("/api/v1/session/standing")
    assert (answer.status_code, answer.json()) == (200, {"session": None})

    owner = await installation.owner()
    known = (await owner.get("/api/v1/session/standing")).json()["session"]
    assert known == (await owner.get("/api/v1/session")).json()
