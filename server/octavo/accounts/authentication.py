"""Who makes this request: a session cookie (with its CSRF token on writes) or an API key.

One ASGI middleware on the API's routes puts the actor into the scope; `access.may` guards ask it.
A request with neither goes on without an actor, so that a page may answer "sign in" itself.
"""

import hmac
from typing import Any, Literal
from urllib.parse import urlsplit

from litestar import Request
from litestar.datastructures import Cookie
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Scope

from octavo.accounts import queries
from octavo.accounts.access import ACTOR_KEY
from octavo.accounts.schemas import Actor, Session
from octavo.kernel.clock import Clock
from octavo.kernel.errors import ForbiddenError, UnauthenticatedError
from octavo.kernel.settings import Settings

__all__ = ["COOKIE", "SESSION_KEY", "AuthenticationMiddleware", "session_cookie", "session_of"]

COOKIE = "octavo_session"
SESSION_KEY = "octavo.session"

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Where a session begins: whoever comes here may hold an old cookie and no token to it.
_BEGINNINGS = frozenset({"/api/v1/session", "/api/v1/setup"})


class AuthenticationMiddleware(ASGIMiddleware):
    """Finds the actor of each API request, and refuses forged writes."""

    def __init__(self, *, settings: Settings, clock: Clock) -> None:
        self._clock = clock
        self._origins = {origin_of(url) for url in (settings.base_url, settings.admin_url) if url}

    async def handle(self, scope: Any, receive: Any, send: Any, next_app: ASGIApp) -> None:
        """Leave the actor (and the session) in the scope.

        Raises:
            UnauthenticatedError: an API key was sent that opens nothing.
            ForbiddenError: a write by cookie without its CSRF token, or from a foreign page.
        """
        request: Request[Any, Any, Any] = Request(scope)
        authorization = request.headers.get("authorization", "")
        token = request.cookies.get(COOKIE)
        if authorization:
            scope[ACTOR_KEY] = await self._key_actor(authorization)
        else:
            self._check_origin(request)
            if token:
                await self._resume(request, scope, token)
        await next_app(scope, receive, send)

    async def _resume(self, request: "Request[Any, Any, Any]", scope: Any, token: str) -> None:
        session = await queries.find_session(token, now=self._clock())
        if session is None:
            return
        _check_token(request, session)
        scope[SESSION_KEY] = session
        scope[ACTOR_KEY] = _actor(session)

    async def _key_actor(self, authorization: str) -> Actor:
        scheme, _, key = authorization.partition(" ")
        actor = await queries.find_key_actor(key.strip()) if scheme.lower() == "bearer" else None
        if actor is None:
            raise UnauthenticatedError("this API key opens nothing: it is unknown or was revoked")
        return actor

    def _check_origin(self, request: "Request[Any, Any, Any]") -> None:
        origin = request.headers.get("origin")
        if request.method in _SAFE_METHODS or not origin:
            return
        if origin not in {*self._origins, origin_of(str(request.base_url))}:
            raise ForbiddenError("this request comes from another site", code="foreign_origin")


def _check_token(request: "Request[Any, Any, Any]", session: Session) -> None:
    if request.method in _SAFE_METHODS or request.scope["path"] in _BEGINNINGS:
        return
    sent = request.headers.get("x-csrf-token", "")
    if not hmac.compare_digest(sent.encode(), session.csrf_token.encode()):
        raise ForbiddenError(
            "the X-CSRF-Token header does not match the session", code="csrf_token"
        )


def _actor(session: Session) -> Actor:
    user = session.user
    return Actor(kind="user", id=user.id, name=user.name, role=user.role)


def origin_of(url: str) -> str:
    """Answer scheme, host and port of a URL, as browsers send them in `Origin`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def session_of(scope: Scope) -> Session:
    """Answer the session of this request.

    Raises:
        UnauthenticatedError: there is none (an API key is not a session).
    """
    session = scope.get(SESSION_KEY)
    if not isinstance(session, Session):
        raise UnauthenticatedError("nobody is signed in here")
    return session


def session_cookie(session: Session | None, *, settings: Settings) -> Cookie:
    """Make the cookie that carries a session, or the one that removes it."""
    same_site: Literal["lax"] = "lax"
    secure = (settings.admin_url or settings.base_url).startswith("https://")
    if session is None:
        return Cookie(
            key=COOKIE,
            value="",
            max_age=0,
            path="/",
            httponly=True,
            secure=secure,
            samesite=same_site,
        )
    return Cookie(
        key=COOKIE,
        value=session.token,
        expires=int(session.expires_at.timestamp()),
        max_age=30 * 86400,
        path="/",
        httponly=True,
        secure=secure,
        samesite=same_site,
    )
