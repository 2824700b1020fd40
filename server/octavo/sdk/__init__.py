"""The public contract between Octavo and a channel adapter; all that a plugin may import of ours.

A plugin is a distribution with an entry point in the group `octavo.adapters` whose value is a
subclass of `Adapter`. The host decides *when* (schedules, leases, retries, late policy), the
adapter knows *how* (one network's format, limits, errors). An adapter never sleeps, never retries,
never reads the environment or a database; time, HTTP, settings and key come in `Context`.

    class PagerAdapter(Adapter[PagerSettings]):
        api_version = 1
        id = "pager"
        title = "Pager"
        capabilities = Capabilities(counter="graphemes", max_length=80, idempotency="none")
        settings = PagerSettings

        async def publish(self, ctx, prepared):
            reply = await ctx.http.request("POST", ctx.config.url, json=prepared.data)
            raise_for_status(reply, now=ctx.now)
            return Published(remote_id=ctx.key)

`octavo.sdk.testing.AdapterContract` is the test class that every adapter inherits. This package is
versioned by `API_VERSION`; within a version names are only added.
"""

from octavo.sdk.adapter import API_VERSION, Adapter
from octavo.sdk.context import Config, Context, Log, NullLog
from octavo.sdk.errors import (
    AdapterError,
    AdapterOutdatedError,
    AlreadyExistsError,
    AuthExpiredError,
    PermissionMissingError,
    RateLimitedError,
    RejectedError,
    TransientError,
    UnsupportedError,
)
from octavo.sdk.http import Http, Response, raise_for_status, retry_after
from octavo.sdk.secrets import Secret, decode_settings, secret_fields, settings_schema
from octavo.sdk.shapes import (
    Account,
    Capabilities,
    Count,
    CountPart,
    CtaLink,
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

__all__ = [
    "API_VERSION",
    "Account",
    "Adapter",
    "AdapterError",
    "AdapterOutdatedError",
    "AlreadyExistsError",
    "AuthExpiredError",
    "Capabilities",
    "Config",
    "Context",
    "Count",
    "CountPart",
    "CtaLink",
    "Finding",
    "Http",
    "Limits",
    "Log",
    "Message",
    "NotFound",
    "NullLog",
    "Pending",
    "PermissionMissingError",
    "Prepared",
    "Preview",
    "Published",
    "RateLimitedError",
    "RejectedError",
    "Response",
    "Secret",
    "TransientError",
    "Undecidable",
    "UnsupportedError",
    "decode_settings",
    "raise_for_status",
    "retry_after",
    "secret_fields",
    "settings_schema",
]
