"""Writes about channels."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET
from piccolo.columns import Column

from octavo.accounts import service as accounts
from octavo.accounts.schemas import Actor
from octavo.distribution import queries
from octavo.distribution.connections import (
    guarded_http,
    open_channel,
    read_settings,
    seal_secrets,
)
from octavo.distribution.errors import (
    ChannelCodeTakenError,
    ChannelNotFoundError,
    ChannelRefusedError,
    StaleChannelError,
)
from octavo.distribution.events import ChannelChanged
from octavo.distribution.registry import AdapterRegistry
from octavo.distribution.schemas import Channel, ChannelIn, ChannelPatch
from octavo.distribution.tables import ChannelRow
from octavo.kernel.db import is_unique_violation, transaction
from octavo.kernel.events import EventBus
from octavo.kernel.http import GuardedClient
from octavo.kernel.ids import new_code
from octavo.kernel.text import clean_text, slugify
from octavo.kernel.vault import Vault
from octavo.sdk import AdapterError
from octavo.tracking import service as tracking

Row = dict[str, Any]
Changes = dict[Column | str, Any]

TRACKING_OFFSET = 2
"""Tracking's channels 1 and 2 are the blog and its feeds; ours follow them."""

_TRIES_FOR_A_CODE = 5
_OPENED = (
    ChannelRow.id,
    ChannelRow.adapter,
    ChannelRow.code,
    ChannelRow.settings,
    ChannelRow.secrets,
)


def tracking_channel(channel_id: int) -> int:
    """Answer the id by which tracking knows a channel."""
    return channel_id + TRACKING_OFFSET


async def create_channel(
    data: ChannelIn,
    *,
    actor: Actor,
    now: datetime,
    registry: AdapterRegistry,
    vault: Vault,
    bus: EventBus,
) -> Channel:
    """Store a channel whose settings fit its adapter; whether they work is `verify_channel`'s.

    Raises:
        AdapterUnknownError, AdapterUnavailableError: there is no such adapter to use.
        InvalidChannelError: the settings do not fit.
        ChannelCodeTakenError: the code that was asked for is taken.
    """
    adapter = registry.get(data.adapter)
    read_settings(adapter, dict(data.settings), _stripped(data.secrets))
    clean_text(data.name, field="name")
    for code in _codes(data):
        try:
            async with transaction():
                channel_id = await _insert(data, code=code, now=now, vault=vault)
                await tracking.ensure_channel(tracking_channel(channel_id), code)
                await accounts.record(
                    actor,
                    "channel.created",
                    subject=f"channel:{channel_id}",
                    now=now,
                    detail={"adapter": data.adapter, "code": code},
                )
                await bus.announce(ChannelChanged(channel_id=channel_id))
        except Exception as exc:
            if not is_unique_violation(exc):
                raise
            continue
        return await queries.get_channel(channel_id)
    raise ChannelCodeTakenError(f"the code {data.code or data.name!r} is taken: give another")


async def patch_channel(
    channel_id: int,
    patch: ChannelPatch,
    *,
    actor: Actor,
    now: datetime,
    registry: AdapterRegistry,
    vault: Vault,
    bus: EventBus,
) -> Channel:
    """Change a channel that is still at `patch.version`.

    Raises:
        ChannelNotFoundError: there is none of that id.
        StaleChannelError: it moved; `current` holds it as it is.
        InvalidChannelError: the settings do not fit.
    """
    row = await _get_row(channel_id)
    changes = _changes(row, patch, vault=vault)
    if {"settings", "secrets"} & changes.keys():
        changed_row = row | {str(name): value for name, value in changes.items()}
        open_channel(changed_row, registry=registry, vault=vault)
        changes |= _looked_at_anew(row)
    if patch.state == "active":
        changes |= {"reason": None, "not_before": None}
    fields = sorted(map(str, changes))
    changes |= {"version": ChannelRow.version + 1, "updated_at": now}
    async with transaction():
        await _update(channel_id, changes, version=patch.version)
        detail: dict[str, object] = {"fields": fields}
        await accounts.record(
            actor, "channel.changed", subject=f"channel:{channel_id}", now=now, detail=detail
        )
        await bus.announce(ChannelChanged(channel_id=channel_id))
    return await queries.get_channel(channel_id)


def _looked_at_anew(row: Row) -> Changes:
    """New settings deserve a new look: what blocked the channel, and its limits, may be gone."""
    anew: Changes = {"limits": None, "limits_at": None, "verified_at": None, "account": None}
    return anew | {"state": "active", "reason": None} if row["state"] == "blocked" else anew


async def _update(channel_id: int, changes: Changes, *, version: int) -> None:
    """Write to a channel that is still at this version; raise `StaleChannelError` if it is not."""
    changed = await (
        ChannelRow.update(changes)
        .where((ChannelRow.id == channel_id) & (ChannelRow.version == version))
        .returning(ChannelRow.id)
    )
    if not changed:
        current = await queries.get_channel(channel_id)
        msg = f"channel {channel_id} is no longer at version {version}"
        raise StaleChannelError(msg, current=current)


async def verify_channel(
    channel_id: int,
    *,
    actor: Actor,
    now: datetime,
    registry: AdapterRegistry,
    vault: Vault,
    http: GuardedClient,
    bus: EventBus,
) -> Channel:
    """Ask the channel who we are; a blocked channel that answers is active again.

    Raises:
        ChannelNotFoundError: there is none of that id.
        ChannelRefusedError: the settings do not work; the message is the channel's.
    """
    row = await _get_row(channel_id)
    connection = open_channel(row, registry=registry, vault=vault)
    ctx = connection.context(http=guarded_http(http), now=now)
    try:
        account = await connection.adapter.verify(ctx)
    except AdapterError as exc:
        raise ChannelRefusedError(exc.reason, code=_code_of(exc)) from exc
    seen: Changes = {
        "account": msgspec.json.encode(account).decode(),
        "verified_at": now,
        "limits_at": None,
        "updated_at": now,
    }
    async with transaction():
        await ChannelRow.update(seen).where(ChannelRow.id == channel_id)
        await ChannelRow.update({"state": "active", "reason": None}).where(
            (ChannelRow.id == channel_id) & (ChannelRow.state == "blocked")
        )
        await accounts.record(actor, "channel.verified", subject=f"channel:{channel_id}", now=now)
        await bus.announce(ChannelChanged(channel_id=channel_id))
    return await queries.get_channel(channel_id)


async def _get_row(channel_id: int) -> Row:
    row = await (
        ChannelRow.select(*_OPENED, ChannelRow.state).where(ChannelRow.id == channel_id).first()
    )
    if row is None:
        raise ChannelNotFoundError(f"there is no channel {channel_id}")
    return row


async def _insert(data: ChannelIn, *, code: str, now: datetime, vault: Vault) -> int:
    sealed = seal_secrets(_stripped(data.secrets), code=code, vault=vault)
    rows = await ChannelRow.insert(
        ChannelRow(
            adapter=data.adapter,
            name=data.name,
            code=code,
            settings=_json(data.settings),
            secrets=_json(sealed),
            late_limit_min=data.late_limit_min,
            created_at=now,
            updated_at=now,
        )
    ).returning(ChannelRow.id)
    return int(rows[0]["id"])


def _changes(row: Row, patch: ChannelPatch, *, vault: Vault) -> Changes:
    changes: Changes = {}
    if patch.name is not UNSET:
        changes["name"] = clean_text(patch.name, field="name")
    if patch.late_limit_min is not UNSET:
        changes["late_limit_min"] = patch.late_limit_min
    if patch.state is not UNSET:
        changes["state"] = patch.state
    if patch.settings is not UNSET:
        changes["settings"] = _json(patch.settings)
    if patch.secrets is not UNSET:
        kept = msgspec.json.decode(row["secrets"], type=dict[str, str])
        given = _stripped(patch.secrets)
        kept = {name: text for name, text in kept.items() if name not in patch.secrets}
        changes["secrets"] = _json(kept | seal_secrets(given, code=row["code"], vault=vault))
    return changes


def _stripped(secrets: Mapping[str, str | None]) -> dict[str, str]:
    """Answer the secrets that are given, without the blanks that pasting brings along."""
    return {name: text.strip() for name, text in secrets.items() if text is not None}


def _codes(data: ChannelIn) -> list[str]:
    """List the codes to try, the best first."""
    if data.code is not None:
        return [data.code]
    stem = slugify(data.name)[:50].strip("-")
    stem = stem if stem.isascii() and stem else data.adapter
    return [stem, *(f"{stem}-{new_code(4)}" for _ in range(_TRIES_FOR_A_CODE))]


def _json(value: Mapping[str, object]) -> str:
    return msgspec.json.encode(value).decode()


def _code_of(error: AdapterError) -> str:
    name = type(error).__name__.removesuffix("Error")
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name).lstrip("_")
