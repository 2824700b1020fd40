"""Posts a status. Lengths, limits and link weights come from the server, never from here.

Not every server that speaks this API honours `Idempotency-Key`, and Mastodon itself forgets keys
after an hour: so after a doubtful answer we look at the account's own latest statuses first.
"""

from typing import Annotated, ClassVar, Literal, Self

import msgspec

from octavo.sdk import (
    Account,
    Adapter,
    Capabilities,
    Context,
    Limits,
    Message,
    NotFound,
    PermissionMissingError,
    Prepared,
    Published,
    RejectedError,
    Response,
    Secret,
    Undecidable,
    raise_for_status,
)
from octavo_mastodon.recognition import is_same

__all__ = ["MastodonAdapter", "MastodonSettings"]

_SCOPES = ("read:accounts", "read:statuses", "write:statuses")
_PAGE = 40  # the most that the API gives at once
_PAGES = 3
_EXCERPT = 200


class MastodonSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One account on one server."""

    server: Annotated[
        str,
        msgspec.Meta(
            title="Server",
            description="Address of the server, such as https://mastodon.social.",
            pattern=r"^https?://[^\s/@?#]+/?$",
            max_length=300,
            extra_json_schema={"format": "uri"},
        ),
    ]
    access_token: Annotated[
        Secret,
        msgspec.Meta(
            title="Access token",
            description="Preferences, Development, New application; scopes " + ", ".join(_SCOPES),
        ),
    ]
    visibility: Annotated[
        Literal["public", "unlisted", "private", "direct"], msgspec.Meta(title="Visibility")
    ] = "public"
    language: Annotated[
        str,
        msgspec.Meta(
            title="Language",
            description="ISO 639 code such as en; empty = the piece's own.",
            pattern=r"^(?:[a-z]{2,3})?$",
        ),
    ] = ""


class _Account(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    acct: str
    display_name: str = ""
    url: str | None = None


class _Status(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    url: str | None = None
    uri: str | None = None
    content: str = ""


class _StatusLimits(msgspec.Struct, frozen=True, kw_only=True):
    max_characters: int | None = None
    characters_reserved_per_url: int | None = None


class _Configuration(msgspec.Struct, frozen=True, kw_only=True):
    statuses: _StatusLimits = _StatusLimits()


class _Instance(msgspec.Struct, frozen=True, kw_only=True):
    configuration: _Configuration = _Configuration()


class _Problem(msgspec.Struct, frozen=True, kw_only=True):
    error: str = ""


class _Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What is frozen before the first attempt. `after_id`: the newest status before it."""

    status: str
    visibility: str
    language: str | None
    account_id: str
    after_id: str | None
    marks: list[str]

    @classmethod
    def of(cls, prepared: Prepared) -> Self:
        return msgspec.convert(prepared.data, cls)


class MastodonAdapter(Adapter[MastodonSettings]):
    """One account of a Mastodon-compatible server."""

    api_version: ClassVar[int] = 1
    id: ClassVar[str] = "mastodon"
    title: ClassVar[str] = "Mastodon"
    capabilities: ClassVar[Capabilities] = Capabilities(
        counter="mastodon",
        max_length=500,
        url_length=23,
        idempotency="lookup",
        delete=True,
        auth="api_key",
    )
    settings: ClassVar[type[msgspec.Struct]] = MastodonSettings

    async def verify(self, ctx: Context[MastodonSettings]) -> Account:
        """Ask whose token it is, and whether it may read what it wrote."""
        account = await self._whoami(ctx)
        await self._statuses(ctx, account_id=account.id, limit=1)
        return Account(
            handle=f"@{account.acct}", name=account.display_name, url=account.url, scopes=_SCOPES
        )

    async def limits(self, ctx: Context[MastodonSettings]) -> Limits:
        """Read the server's own limits; what it leaves out is as Mastodon has it."""
        default = self.default_limits()
        reply = await self._request(ctx, "GET", "/api/v2/instance")
        if reply.status == 404:  # noqa: PLR2004 - servers before the second version of this call
            return default
        raise_for_status(reply, now=ctx.now)
        found = reply.decode(_Instance).configuration.statuses
        return Limits(
            max_length=found.max_characters or default.max_length,
            url_length=found.characters_reserved_per_url or default.url_length,
        )

    async def prepare(self, ctx: Context[MastodonSettings], message: Message) -> Prepared:
        """Freeze the status, and note the newest one there is now: ours will be newer."""
        account = await self._whoami(ctx)
        newest = await self._statuses(ctx, account_id=account.id, limit=1)
        language = ctx.config.language or (message.language or "").partition("-")[0].lower()
        draft = _Draft(
            status=message.text,
            visibility=ctx.config.visibility,
            language=language or None,
            account_id=account.id,
            after_id=newest[0].id if newest else None,
            marks=[cta.url for cta in message.ctas if cta.url in message.text],
        )
        return Prepared(data=msgspec.to_builtins(draft))

    async def publish(self, ctx: Context[MastodonSettings], prepared: Prepared) -> Published:
        """Post the status under the delivery's key."""
        draft = _Draft.of(prepared)
        body = {"status": draft.status, "visibility": draft.visibility}
        if draft.language:
            body["language"] = draft.language
        reply = await self._request(
            ctx, "POST", "/api/v1/statuses", json=body, headers={"idempotency-key": ctx.key}
        )
        self._check(reply, ctx)
        return _published(reply.decode(_Status))

    async def reconcile(
        self, ctx: Context[MastodonSettings], prepared: Prepared
    ) -> Published | NotFound | Undecidable:
        """Look for it among what the account wrote since it was prepared."""
        draft = _Draft.of(prepared)
        older_than: str | None = None
        for _ in range(_PAGES):
            try:
                page = await self._statuses(
                    ctx,
                    account_id=draft.account_id,
                    limit=_PAGE,
                    after_id=draft.after_id,
                    before_id=older_than,
                )
            except PermissionMissingError:
                return Undecidable(reason="the token may not read the account's statuses")
            for status in page:
                if is_same(status.content, text=draft.status, marks=draft.marks):
                    return _published(status)
            if len(page) < _PAGE:
                return NotFound()
            older_than = page[-1].id
        return Undecidable(reason="the account wrote too much since to look through")

    async def withdraw(self, ctx: Context[MastodonSettings], remote_id: str) -> None:
        """Delete the status."""
        reply = await self._request(ctx, "DELETE", f"/api/v1/statuses/{remote_id}")
        if reply.status != 404:  # noqa: PLR2004 - gone already
            raise_for_status(reply, now=ctx.now)

    async def _whoami(self, ctx: Context[MastodonSettings]) -> _Account:
        reply = await self._request(ctx, "GET", "/api/v1/accounts/verify_credentials")
        self._check(reply, ctx)
        return reply.decode(_Account)

    async def _statuses(
        self,
        ctx: Context[MastodonSettings],
        *,
        account_id: str,
        limit: int,
        after_id: str | None = None,
        before_id: str | None = None,
    ) -> list[_Status]:
        """List the account's own statuses, newest first; what it boosted is left out."""
        params = {"limit": str(limit), "exclude_reblogs": "true"}
        params |= {"since_id": after_id} if after_id else {}
        params |= {"max_id": before_id} if before_id else {}
        path = f"/api/v1/accounts/{account_id}/statuses"
        reply = await self._request(ctx, "GET", path, params=params)
        self._check(reply, ctx)
        return reply.decode(list[_Status])

    async def _request(
        self,
        ctx: Context[MastodonSettings],
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
        json: object | None = None,
    ) -> Response:
        token = ctx.config.access_token.reveal()
        return await ctx.http.request(
            method,
            ctx.config.server.rstrip("/") + path,
            headers={
                "authorization": f"Bearer {token}",
                "accept": "application/json",
                **(headers or {}),
            },
            params=params,
            json=json,
        )

    def _check(self, reply: Response, ctx: Context[MastodonSettings]) -> None:
        if reply.status == 403:  # noqa: PLR2004
            msg = "the access token may not do this; it needs " + ", ".join(_SCOPES)
            raise PermissionMissingError(msg, scopes=_SCOPES, status=reply.status)
        # Mastodon refuses a status with 422, others with 400.
        if reply.status in {400, 422}:
            msg = f"the server refused the status: {_said(reply)}"
            raise RejectedError(msg, code="rejected", status=reply.status)
        raise_for_status(reply, now=ctx.now)


def _published(status: _Status) -> Published:
    return Published(remote_id=status.id, url=status.url or status.uri)


def _said(reply: Response) -> str:
    """Answer the server's own words, fit to be shown on one line."""
    try:
        words = msgspec.json.decode(reply.body, type=_Problem).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        words = ""
    line = "".join(char if char.isprintable() else " " for char in words[:_EXCERPT]).strip()
    return line or f"HTTP {reply.status}"
