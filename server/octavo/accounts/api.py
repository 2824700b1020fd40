"""The HTTP face of accounts: set-up, session, settings, users, keys, audit."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK, HTTP_204_NO_CONTENT

from octavo.accounts import queries, service, sign_in_limit
from octavo.accounts.access import Action, actions_of, may
from octavo.accounts.authentication import COOKIE, SESSION_KEY, session_cookie, session_of
from octavo.accounts.schemas import (
    Actor,
    ApiKey,
    ApiKeyIn,
    ApiKeyMade,
    AuditEntry,
    Invitation,
    InvitationIn,
    InvitationMade,
    Organisation,
    OrganisationPatch,
    Session,
    SessionView,
    SetUp,
    SignIn,
    Standing,
    User,
    UserPatch,
)
from octavo.kernel.events import EventBus
from octavo.kernel.pagination import Page
from octavo.kernel.parameters import Limit
from octavo.kernel.settings import Settings

AnyRequest = Request[Any, Any, Any]


async def _view(session: Session) -> SessionView:
    user = session.user
    return SessionView(
        user=user,
        csrf_token=session.csrf_token,
        organisation=await queries.get_organisation(),
        may=actions_of(Actor(kind="user", id=user.id, name=user.name, role=user.role)),
    )


@get("/session", operation_id="get_session")
async def get_session(request: AnyRequest) -> SessionView:
    """Answer who is signed in; 401 when nobody is."""
    return await _view(session_of(request.scope))


@get("/session/standing", operation_id="get_standing")
async def get_standing(request: AnyRequest) -> Standing:
    """Answer who is signed in, or that nobody is: no error, so a page may ask before it knows."""
    session = request.scope.get(SESSION_KEY)
    return Standing(session=await _view(session) if isinstance(session, Session) else None)


@post("/session", operation_id="sign_in", status_code=HTTP_200_OK)
async def sign_in(
    data: JSONBody[SignIn],
    request: AnyRequest,
    now: NamedDependency[datetime],
    settings: NamedDependency[Settings],
) -> Response[SessionView]:
    """Sign in by e-mail and password."""
    async with sign_in_limit.attempt(request, email=data.email, settings=settings, now=now):
        session = await service.sign_in(
            data.email, data.password, now=now, old_token=request.cookies.get(COOKIE)
        )
    return Response(await _view(session), cookies=[session_cookie(session, settings=settings)])


@delete("/session", operation_id="sign_out", status_code=HTTP_204_NO_CONTENT)
async def sign_out(request: AnyRequest, settings: NamedDependency[Settings]) -> Response[None]:
    """End this browser's session."""
    await service.end_session(request.cookies.get(COOKIE, ""))
    return Response(
        None,
        status_code=HTTP_204_NO_CONTENT,
        cookies=[session_cookie(None, settings=settings)],
    )


@get("/setup/{token:str}", operation_id="get_invitation")
async def get_invitation(token: FromPath[str], now: NamedDependency[datetime]) -> Invitation:
    """Answer what an invitation opens."""
    return await queries.get_invitation(token, now=now)


@post("/setup", operation_id="take_invitation")
async def take_invitation(
    data: JSONBody[SetUp],
    request: AnyRequest,
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
    settings: NamedDependency[Settings],
) -> Response[SessionView]:
    """Join by an invitation, and be signed in."""
    user = await service.take_invitation(data, now=now, bus=bus)
    session = await service.open_session(user, now=now, old_token=request.cookies.get(COOKIE))
    return Response(await _view(session), cookies=[session_cookie(session, settings=settings)])


@get("/settings", operation_id="get_settings", guards=[may(Action.READ)])
async def get_settings() -> Organisation:
    """Answer the organisation's settings."""
    return await queries.get_organisation()


@patch("/settings", operation_id="patch_settings", guards=[may(Action.CONFIGURE)])
async def patch_settings(
    data: JSONBody[OrganisationPatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> Organisation:
    """Change the organisation's settings."""
    return await service.patch_organisation(data, actor=actor, now=now, bus=bus)


@get("/users", operation_id="list_users", guards=[may(Action.READ)])
async def list_users() -> Page[User]:
    """Answer everybody who can sign in."""
    return Page(items=await queries.list_users(), next_cursor=None)


@post("/users/invitations", operation_id="invite_user", guards=[may(Action.MANAGE_USERS)])
async def invite_user(
    data: JSONBody[InvitationIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    settings: NamedDependency[Settings],
    bus: NamedDependency[EventBus],
) -> InvitationMade:
    """Make a one-time link for somebody to join by."""
    token, expires_at = await service.invite(data, actor=actor, now=now, bus=bus)
    origin = settings.admin_url or settings.base_url
    return InvitationMade(
        url=f"{origin}/admin/setup/{token}", role=data.role, email=data.email, expires_at=expires_at
    )


@patch("/users/{user_id:int}", operation_id="patch_user", guards=[may(Action.MANAGE_USERS)])
async def patch_user(
    user_id: FromPath[int],
    data: JSONBody[UserPatch],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> User:
    """Change a user's name, role or standing."""
    return await service.patch_user(user_id, data, actor=actor, now=now, bus=bus)


@get("/keys", operation_id="list_keys", guards=[may(Action.MANAGE_KEYS)])
async def list_keys() -> Page[ApiKey]:
    """Answer the API keys that work, without their secrets."""
    return Page(items=await queries.list_keys(), next_cursor=None)


@post("/keys", operation_id="make_key", guards=[may(Action.MANAGE_KEYS)])
async def make_key(
    data: JSONBody[ApiKeyIn],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> ApiKeyMade:
    """Make an API key; its secret is in this answer and nowhere else."""
    return await service.make_key(data, actor=actor, now=now, bus=bus)


@delete(
    "/keys/{key_id:int}",
    operation_id="revoke_key",
    status_code=HTTP_204_NO_CONTENT,
    guards=[may(Action.MANAGE_KEYS)],
)
async def revoke_key(
    key_id: FromPath[int],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    bus: NamedDependency[EventBus],
) -> None:
    """Make a key useless from now on."""
    await service.revoke_key(key_id, actor=actor, now=now, bus=bus)


@get("/audit", operation_id="list_audit", guards=[may(Action.AUDIT)])
async def list_audit(
    cursor: FromQuery[str | None] = None, limit: FromQuery[Limit] = 20
) -> Page[AuditEntry]:
    """Answer what was done, newest first."""
    return await queries.list_audit(cursor=cursor, limit=limit)


router = Router(
    path="/",
    tags=["accounts"],
    route_handlers=[
        get_session,
        get_standing,
        sign_in,
        sign_out,
        get_invitation,
        take_invitation,
        get_settings,
        patch_settings,
        list_users,
        invite_user,
        patch_user,
        list_keys,
        make_key,
        revoke_key,
        list_audit,
    ],
)
