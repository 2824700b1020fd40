"""One delivery as the host would make it, and what it is made of."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from octavo.sdk.adapter import Adapter
from octavo.sdk.context import Context
from octavo.sdk.errors import AdapterError, AlreadyExistsError
from octavo.sdk.shapes import CtaLink, Message, NotFound, Pending, Prepared, Published, Undecidable
from octavo.sdk.testing.remote import FakeRemote
from octavo.sdk.text import compose
from octavo.sdk.transport import HttpxHttp

__all__ = ["NOW", "Case", "RecordingLog", "sample"]

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class RecordingLog:
    """Keeps what an adapter logs."""

    lines: list[str] = field(default_factory=list)

    def info(self, event: str, **fields: object) -> None:
        """Keep the line."""
        self.lines.append(f"{event} {fields!r}")

    def warning(self, event: str, **fields: object) -> None:
        """Keep the line."""
        self.lines.append(f"{event} {fields!r}")


def sample(text: str | None = None, *, title: str = "Eight leaves from one sheet") -> Message:
    """Make a message as the host would; `text` None = the default text."""
    url = "https://blog.example.org/eight-leaves/"
    ctas = (
        CtaLink(
            slug="subscribe",
            label="Get the letter",
            action="subscribe",
            url="https://blog.example.org/go/7h2k9x3m1q",
        ),
    )
    excerpt = "How a sheet becomes a book."
    return Message(
        piece_id=7,
        kind="post",
        title=title,
        url=url,
        excerpt=excerpt,
        text=compose(text, title=title, url=url, excerpt=excerpt, ctas=ctas),
        html="<p>How a sheet becomes a <em>book</em>.</p>",
        language="en",
        tags=("Printing", "Paper"),
        authors=("Ada Example",),
        ctas=ctas,
        published_at=NOW - timedelta(hours=1),
    )


class Case:
    """One delivery through one adapter, as the host would do it."""

    def __init__(
        self, adapter: Adapter[Any], remote: FakeRemote, config: msgspec.Struct, http: HttpxHttp
    ) -> None:
        self.adapter = adapter
        self.remote = remote
        self.key = "contract-key-0001"
        self.log = RecordingLog()
        self.message = sample()
        self._config = config
        self._http = http

    @property
    def ctx(self) -> Context[Any]:
        """What the host hands over with this delivery."""
        return Context(http=self._http, config=self._config, key=self.key, log=self.log, now=NOW)

    async def prepare(self) -> Prepared:
        """Make what is to be sent."""
        return await self.adapter.prepare(self.ctx, self.message)

    async def publish(self, prepared: Prepared) -> Published | Pending:
        """Send it, and ask until the network has taken it."""
        outcome = await self.adapter.publish(self.ctx, prepared)
        while isinstance(outcome, Pending):
            outcome = await self.adapter.poll(self.ctx, outcome)
        return outcome

    async def deliver(self) -> Published | Pending:
        """Make it and send it."""
        return await self.publish(await self.prepare())

    async def failure(self, prepared: Prepared) -> AdapterError | None:
        """Publish; answer the error, or None if it went well. Anything else is the test's end."""
        try:
            await self.publish(prepared)
        except AlreadyExistsError:
            return None
        except AdapterError as error:
            return error
        return None

    async def deliver_again(
        self, prepared: Prepared
    ) -> Published | Pending | NotFound | Undecidable:
        """Look first, and send again only what is not there: what the host does."""
        found = await self.adapter.reconcile(self.ctx, prepared)
        if not isinstance(found, NotFound):
            return found
        try:
            return await self.publish(prepared)
        except AlreadyExistsError as there:
            return Published(remote_id=there.remote_id, url=there.url)
