"""Accounts through their service, on a real database."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from octavo.accounts import queries, service
from octavo.accounts.errors import (
    EmailTakenError,
    InvalidAccountError,
    InvitationGoneError,
    LastOwnerError,
    StaleOrganisationError,
    WrongCredentialsError,
)
from octavo.accounts.events import OrganisationChanged
from octavo.accounts.schemas import (
    SYSTEM,
    ApiKeyIn,
    InvitationIn,
    OrganisationPatch,
    SetUp,
    UserPatch,
)
from octavo.kernel.events import EventBus

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _quick(_quick_passwords):
    """The rules are the same with cheap hashes; the real parameters have a test of their own."""


async def found(now, *, email="ada@example.org", bus=None):
    token = await service.invite_first_owner(actor=SYSTEM, now=now)
    data = SetUp(
        token=token,
        name="Ada Lovelace",
        email=email,
        password=PASSWORD,
        organisation_name="Analytical Society",
        zone="Europe/London",
    )
    return await service.take_invitation(data, now=now, bus=bus or EventBus())


async def test_the_first_owner_founds_the_organisation(database, now):
    owner = await found(now)

    organisation = await queries.get_organisation()
    assert (owner.role, owner.slug) == ("owner", "ada-lovelace")
    assert (organisation.name, organisation.zone, organisation.version) == (
        "Analytical Society",
        "Europe/London",
        1,
    )


async def test_an_invitation_works_once(database, now):
    token = await service.invite_first_owner(actor=SYSTEM, now=now)
    data = SetUp(token=token, name="Ada", email="ada@example.org", password=PASSWORD)
    await service.take_invitation(data, now=now, bus=EventBus())

    again = SetUp(token=token, name="Eve", email="eve@example.org", password=PASSWORD)
    with pytest.raises(InvitationGoneError):
        await service.take_invitation(again, now=now, bus=EventBus())

    assert [user.email for user in await queries.list_users()] == ["ada@example.org"]


async def test_an_invitation_ends_after_a_week(database, now):
    token = await service.invite_first_owner(actor=SYSTEM, now=now)

    with pytest.raises(InvitationGoneError):
        await queries.get_invitation(token, now=now + timedelta(days=7))


async def test_a_new_first_invitation_replaces_the_older_one(database, now):
    older = await service.invite_first_owner(actor=SYSTEM, now=now)
    newer = await service.invite_first_owner(actor=SYSTEM, now=now)

    assert (await queries.get_invitation(newer, now=now)).first
    with pytest.raises(InvitationGoneError):
        await queries.get_invitation(older, now=now)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "not an address"}, "email"),
        ({"password": "aaaaaaaaaaaa"}, "password"),
        ({"zone": "Europe/Atlantis"}, "zone"),
    ],
)
async def test_a_wrong_field_leaves_the_invitation_open(database, now, changes, field):
    token = await service.invite_first_owner(actor=SYSTEM, now=now)
    good = {"token": token, "name": "Ada", "email": "ada@example.org", "password": PASSWORD}

    with pytest.raises(InvalidAccountError) as caught:
        await service.take_invitation(SetUp(**{**good, **changes}), now=now, bus=EventBus())

    assert [wrong.field for wrong in caught.value.fields] == [field]
    assert (await queries.get_invitation(token, now=now)).role == "owner"


async def test_an_address_belongs_to_one_user(database, now):
    await found(now)
    token, _ = await service.invite(
        InvitationIn(role="writer"), actor=SYSTEM, now=now, bus=EventBus()
    )
    data = SetUp(token=token, name="Eve", email="ADA@example.org", password=PASSWORD)

    with pytest.raises(EmailTakenError):
        await service.take_invitation(data, now=now, bus=EventBus())

    assert (await queries.get_invitation(token, now=now)).role == "writer"


async def test_signing_in_gives_a_new_token_and_ends_the_old_session(database, now):
    await found(now)
    first = await service.sign_in("ada@example.org", PASSWORD, now=now, old_token=None)
    second = await service.sign_in("Ada@Example.org", PASSWORD, now=now, old_token=first.token)

    assert second.token != first.token
    assert await queries.find_session(first.token, now=now) is None
    assert (await queries.find_session(second.token, now=now)).user.email == "ada@example.org"


async def test_a_chosen_session_id_opens_nothing(database, now):
    await found(now)

    assert await queries.find_session("attacker-chosen", now=now) is None
    session = await service.sign_in(
        "ada@example.org", PASSWORD, now=now, old_token="attacker-chosen"
    )
    assert session.token != "attacker-chosen"


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
async def test_a_wrong_password_and_an_unknown_user_sound_the_same(database, now, email):
    await found(now)

    with pytest.raises(WrongCredentialsError, match="e-mail or password is wrong"):
        await service.sign_in(email, "something else", now=now, old_token=None)


async def test_a_session_ends_after_thirty_days(database, now):
    await found(now)
    session = await service.sign_in("ada@example.org", PASSWORD, now=now, old_token=None)

    assert await queries.find_session(session.token, now=now + timedelta(days=30)) is None


async def test_the_last_owner_stays(database, now):
    owner = await found(now)

    with pytest.raises(LastOwnerError):
        await service.patch_user(
            owner.id, UserPatch(role="writer"), actor=SYSTEM, now=now, bus=EventBus()
        )


async def test_losing_a_role_ends_the_sessions(database, now):
    await found(now)
    editor = await service.create_user(
        "bob@example.org", role="editor", password=PASSWORD, now=now, bus=EventBus()
    )
    session = await service.sign_in("bob@example.org", PASSWORD, now=now, old_token=None)
    await service.patch_user(
        editor.id, UserPatch(role="writer"), actor=SYSTEM, now=now, bus=EventBus()
    )

    assert await queries.find_session(session.token, now=now) is None


async def test_an_inactive_user_cannot_sign_in(database, now):
    await found(now)
    bob = await service.create_user(
        "bob@example.org", role="editor", password=PASSWORD, now=now, bus=EventBus()
    )
    await service.patch_user(
        bob.id, UserPatch(is_active=False), actor=SYSTEM, now=now, bus=EventBus()
    )

    with pytest.raises(WrongCredentialsError):
        await service.sign_in("bob@example.org", PASSWORD, now=now, old_token=None)


async def test_a_key_opens_until_it_is_revoked(database, now):
    made = await service.make_key(
        ApiKeyIn(name="ci", scope="admin"), actor=SYSTEM, now=now, bus=EventBus()
    )

    assert (await queries.find_key_actor(made.key)).role == "owner"
    assert await queries.find_key_actor(made.key[:-1] + "x") is None
    await service.revoke_key(made.id, actor=SYSTEM, now=now, bus=EventBus())
    assert await queries.find_key_actor(made.key) is None
    assert await queries.list_keys() == []


async def test_a_content_key_only_reads_what_is_published(database, now):
    made = await service.make_key(
        ApiKeyIn(name="site", scope="content"), actor=SYSTEM, now=now, bus=EventBus()
    )

    assert (await queries.find_key_actor(made.key)).role == "reader"


async def test_settings_at_a_stale_version_conflict_and_say_the_current_one(database, now):
    await found(now)
    bus, heard = EventBus(), []

    async def hear(event):
        heard.append(event.version)

    bus.subscribe(OrganisationChanged, hear)
    patch = OrganisationPatch(version=1, name="Difference Engines")
    changed = await service.patch_organisation(patch, actor=SYSTEM, now=now, bus=bus)
    with pytest.raises(StaleOrganisationError) as caught:
        await service.patch_organisation(patch, actor=SYSTEM, now=now, bus=bus)

    assert (changed.name, changed.version, heard) == ("Difference Engines", 2, [2])
    assert caught.value.extra["current"]["version"] == 2


@pytest.mark.parametrize(
    "pattern", ["{slug}", "/{slug}", "/x/", "/{slug}/{slug}/", "/../{slug}/", "/a b/{slug}/"]
)
async def test_a_permalink_pattern_must_make_one_folder_per_slug(database, now, pattern):
    await found(now)

    with pytest.raises(InvalidAccountError) as caught:
        await service.patch_organisation(
            OrganisationPatch(version=1, post_path=pattern), actor=SYSTEM, now=now, bus=EventBus()
        )

    assert [wrong.field for wrong in caught.value.fields] == ["post_path"]


async def test_what_was_done_is_on_record(database, now):
    await found(now)
    await service.sign_in("ada@example.org", PASSWORD, now=now, old_token=None)

    page = await queries.list_audit(cursor=None, limit=2)
    rest = await queries.list_audit(cursor=page.next_cursor, limit=10)

    assert [entry.action for entry in page.items] == ["session.opened", "user.joined"]
    assert [entry.action for entry in rest.items] == ["user.invited"]


def test_real_passwords_are_hashed_with_argon2id_and_64_mebibytes():
    hasher = PasswordHasher()

    assert (hasher.memory_cost, hasher.time_cost) >= (65536, 3)
    assert hasher.hash("x").startswith("$argon2id$")
