"""A channel, opened: its adapter, its settings with their secrets, and the world it may see."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from octavo.distribution.errors import InvalidChannelError
from octavo.distribution.registry import AdapterRegistry
from octavo.kernel import plugin_settings
from octavo.kernel.errors import FieldError
from octavo.kernel.http import BlockedAddressError, GuardedClient
from octavo.kernel.log import get_logger
from octavo.kernel.vault import SealBrokenError, Vault
from octavo.sdk import Adapter, Context, Http
from octavo.sdk.transport import HttpxHttp

__all__ = ["Connection", "guarded_http", "open_channel", "read_settings", "seal_secrets"]

_log = get_logger("octavo.adapter")

Row = dict[str, Any]


@dataclass(frozen=True)
class Connection:
    """One channel's adapter and settings. Not to be kept: settings may change any time."""

    channel_id: int
    adapter: Adapter[Any]
    config: msgspec.Struct

    def context(self, *, http: Http, now: datetime, key: str = "") -> Context[Any]:
        """Make the context of one call."""
        log = _log.bind(channel_id=self.channel_id, adapter=self.adapter.id)
        return Context(http=http, config=self.config, key=key, log=log, now=now)


def open_channel(row: Row, *, registry: AdapterRegistry, vault: Vault) -> Connection:
    """Open a channel from its row (`id`, `adapter`, `code`, `settings`, `secrets`).

    Raises:
        AdapterUnavailableError: its plugin is broken.
        AdapterUnknownError: its plugin is not installed.
        InvalidChannelError: its settings do not fit the adapter any more, or cannot be unsealed.
    """
    adapter = registry.get(row["adapter"])
    settings = msgspec.json.decode(row["settings"], type=dict[str, object])
    sealed = msgspec.json.decode(row["secrets"], type=dict[str, str])
    try:
        secrets = {
            name: vault.unseal(text, context=_place(row["code"], name))
            for name, text in sealed.items()
        }
    except SealBrokenError as exc:
        raise InvalidChannelError(
            "the secrets of this channel cannot be opened: enter them again",
            FieldError(field="secrets", message="cannot be opened", code="seal_broken"),
        ) from exc
    config = read_settings(adapter, settings, secrets)
    return Connection(row["id"], adapter, config)


def read_settings(
    adapter: Adapter[Any], settings: dict[str, object], secrets: dict[str, str]
) -> msgspec.Struct:
    """Check settings against what the adapter asks for.

    Raises:
        InvalidChannelError: they do not fit; names the field, never a value.
    """
    return plugin_settings.read_settings(
        adapter.settings, settings, secrets, error=InvalidChannelError
    )


def seal_secrets(secrets: dict[str, str], *, code: str, vault: Vault) -> dict[str, str]:
    """Seal each secret to the place it belongs to."""
    return {name: vault.seal(text, context=_place(code, name)) for name, text in secrets.items()}


def guarded_http(
    http: GuardedClient,
    *,
    timeout_s: Callable[[], float] = lambda: 15.0,
    before_send: Callable[[], None] | None = None,
) -> Http:
    """Hand the process's guarded client to an adapter."""
    return HttpxHttp(
        http.client, timeout_s=timeout_s, blocked=(BlockedAddressError,), before_send=before_send
    )


def _place(code: str, name: str) -> str:
    return f"channel:{code}:{name}"
