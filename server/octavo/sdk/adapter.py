"""The one class a plugin subclasses."""

from abc import ABC, abstractmethod
from typing import ClassVar, Final, Generic

import msgspec

from octavo.sdk import text as texts
from octavo.sdk.context import Config, Context
from octavo.sdk.errors import RejectedError, UnsupportedError
from octavo.sdk.shapes import (
    Account,
    Capabilities,
    Count,
    Finding,
    Limits,
    Message,
    NotFound,
    Pending,
    Prepared,
    Preview,
    Published,
    Undecidable,
)

__all__ = ["API_VERSION", "Adapter"]

API_VERSION: Final = 1
"""The version of this contract. The host refuses an adapter that declares another."""


class Adapter(ABC, Generic[Config]):
    """One kind of channel. Stateless: one instance serves every channel of its kind.

    Order of calls for one delivery: `validate` (pure), `prepare` once, then `publish`; `reconcile`
    before any repeat whose predecessor may have arrived; `poll` while `publish` said `Pending`.
    """

    api_version: ClassVar[int]
    id: ClassVar[str]
    """The name of the entry point, and of the adapter in the API: lower case, stable for ever."""
    title: ClassVar[str]
    capabilities: ClassVar[Capabilities]
    settings: ClassVar[type[msgspec.Struct]]
    """The Struct that settings are checked against; see `octavo.sdk.secrets`."""

    async def verify(self, ctx: Context[Config]) -> Account:
        """Ask the channel who we are; changes nothing there.

        Raises:
            AdapterError: the settings do not work; `reason` says what to change.
        """
        raise UnsupportedError("be tested without publishing")

    async def limits(self, ctx: Context[Config]) -> Limits:
        """Ask the channel what it allows. The default is what `capabilities` say."""
        return self.default_limits()

    def default_limits(self) -> Limits:
        """Answer what `capabilities` say, for when the channel cannot be asked."""
        return Limits(
            max_length=self.capabilities.max_length, url_length=self.capabilities.url_length
        )

    def count(self, text: str, limits: Limits) -> Count:
        """Count a text as the network does. Pure."""
        counter = texts.COUNTERS[self.capabilities.counter]
        return counter(text, limits)

    def validate(self, message: Message, limits: Limits) -> list[Finding]:
        """List what is wrong with a message for this channel. Pure."""
        count = self.count(message.text, limits)
        if not message.text.strip():
            return [texts.EMPTY]
        return [] if count.fits else [texts.too_long(count)]

    def refuse(self, message: Message, limits: Limits) -> None:
        """Pass if nothing keeps the message from being sent.

        Raises:
            RejectedError: with the first error that `validate` found.
        """
        for finding in self.validate(message, limits):
            if finding.severity == "error":
                raise RejectedError(finding.message, code=finding.code, field=finding.field)

    def preview(self, message: Message, limits: Limits) -> Preview:
        """Show what people will see. Pure."""
        return Preview(text=message.text, count=self.count(message.text, limits))

    async def prepare(self, ctx: Context[Config], message: Message) -> Prepared:
        """Make ready whatever can be, without visible effect; called again after a failure.

        The default freezes the message.
        """
        return Prepared(data=msgspec.to_builtins(message))

    @abstractmethod
    async def publish(self, ctx: Context[Config], prepared: Prepared) -> Published | Pending:
        """Make it visible, with one mutating request.

        Raises:
            AdapterError: see `octavo.sdk.errors` for what each makes the host do.
        """

    async def poll(self, ctx: Context[Config], pending: Pending) -> Published | Pending:
        """Ask how far it is; changes nothing there."""
        raise UnsupportedError("be asked how far it is")

    async def reconcile(
        self, ctx: Context[Config], prepared: Prepared
    ) -> Published | NotFound | Undecidable:
        """Find out whether an earlier `publish` with the same key arrived; changes nothing there.

        The default trusts a network that drops repeats, and knows nothing of any other.
        """
        if self.capabilities.idempotency in {"native_key", "deterministic_id"}:
            return NotFound()
        return Undecidable(reason="this channel cannot be asked what it published")

    async def withdraw(self, ctx: Context[Config], remote_id: str) -> None:
        """Take it down; succeeds when it is gone already."""
        raise UnsupportedError("take back what it published")
