"""What the host hands to an adapter for one call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import msgspec

from octavo.sdk.http import Http
from octavo.sdk.secrets import Secret

__all__ = ["Config", "Context", "Log", "NullLog"]

Config = TypeVar("Config", bound=msgspec.Struct)


class Log(Protocol):
    """Event name and fields: `ctx.log.info("status_posted", remote_id=…)`. Never a secret."""

    def info(self, event: str, **fields: object) -> object:
        """Note that something happened."""

    def warning(self, event: str, **fields: object) -> object:
        """Note something that a person may have to look at."""


class NullLog:
    """A log that keeps nothing."""

    def info(self, event: str, **fields: object) -> None:
        """Do nothing."""

    def warning(self, event: str, **fields: object) -> None:
        """Do nothing."""


@dataclass(frozen=True, kw_only=True)
class Context(Generic[Config]):
    """The world, as far as an adapter may see it.

    Attributes:
        http: the guarded client.
        config: the channel's settings, an instance of `Adapter.settings`; secrets are `Secret`.
        key: the idempotency key of this delivery: the same on each attempt, never used for another.
            Empty where nothing is published (`verify`, `limits`).
        log: goes to the host's log.
        now: the present instant, aware, in UTC.
    """

    http: Http
    config: Config
    key: str
    log: Log
    now: datetime

    @property
    def credentials(self) -> Mapping[str, Secret]:
        """The secrets among the settings, by field name; those not given are left out."""
        values = ((name, getattr(self.config, name)) for name in self.config.__struct_fields__)
        return {name: value for name, value in values if isinstance(value, Secret)}
