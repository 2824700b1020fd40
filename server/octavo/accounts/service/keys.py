"""API keys: made once, shown once, revoked for good."""

from datetime import datetime
from secrets import token_hex

from octavo.accounts import rules
from octavo.accounts.errors import (
    KeyNotFoundError,
)
from octavo.accounts.events import (
    KeyMade,
    KeyRevoked,
)
from octavo.accounts.schemas import (
    Actor,
    ApiKeyIn,
    ApiKeyMade,
    KeyScope,
)
from octavo.accounts.service.audit import record
from octavo.accounts.tables import (
    KeyRow,
)
from octavo.kernel.db import transaction
from octavo.kernel.events import EventBus
from octavo.kernel.ids import fingerprint, new_code, new_token

__all__ = ["make_key", "revoke_key"]


async def make_key(data: ApiKeyIn, *, actor: Actor, now: datetime, bus: EventBus) -> ApiKeyMade:
    """Make an API key; the answer is the only place where it is whole."""
    name = rules.clean_name(data.name)
    prefix, secret, key = _new_key(data.scope)
    async with transaction():
        row = KeyRow(
            name=name,
            scope=data.scope,
            prefix=prefix,
            secret_hash=fingerprint(secret),
            created_by=actor.id if actor.kind == "user" else None,
            created_at=now,
        )
        inserted = await KeyRow.insert(row)
        key_id = inserted[0]["id"]
        await record(
            actor, "key.made", subject=f"key:{key_id}", now=now, detail={"scope": data.scope}
        )
        await bus.announce(KeyMade(key_id=key_id, name=name, scope=data.scope, prefix=prefix))
    return ApiKeyMade(
        id=key_id,
        name=name,
        scope=data.scope,
        prefix=prefix,
        created_at=now,
        key=key,
    )


def _new_key(scope: KeyScope) -> tuple[str, str, str]:
    """Answer the prefix of a new key, its secret, and the whole.

    A content key is hexadecimal: clients made for Ghost refuse one that has not 26 such digits.
    """
    if scope == "content":
        prefix, secret = token_hex(rules.HEX_PREFIX // 2), token_hex(9)
        return prefix, secret, prefix + secret
    prefix, secret = f"{rules.ADMIN_PREFIX}_{new_code(8)}", new_token()
    return prefix, secret, f"{prefix}.{secret}"


async def revoke_key(key_id: int, *, actor: Actor, now: datetime, bus: EventBus) -> None:
    """Make a key useless from now on.

    Raises:
        KeyNotFoundError: there is none of that id that works.
    """
    async with transaction():
        revoked = await (
            KeyRow.update({KeyRow.revoked_at: now})
            .where((KeyRow.id == key_id) & KeyRow.revoked_at.is_null())
            .returning(KeyRow.id)
        )
        if not revoked:
            raise KeyNotFoundError(f"there is no working key {key_id}")
        await record(actor, "key.revoked", subject=f"key:{key_id}", now=now)
        await bus.announce(KeyRevoked(key_id=key_id))
