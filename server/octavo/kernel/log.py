"""Structured logs: an event name and fields. No bodies, no secrets, no query strings."""

import logging
import sys
from typing import Any

import structlog

from octavo.kernel.settings import Settings

__all__ = ["configure_logging", "get_logger"]

_HIDDEN = frozenset(
    {
        "authorization", "cookie", "credentials", "csrf_token", "key", "password", "secret",
        "secret_key", "secrets", "set-cookie", "token", "x-csrf-token",
    }
)  # fmt: skip


def get_logger(name: str) -> Any:
    """Answer a logger whose events carry `source=name`."""
    return structlog.get_logger(source=name)


def configure_logging(settings: Settings) -> None:
    """Write events to standard error, for people or for machines; the libraries' too."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    # The plain traceback shows no local variables: they may hold secrets.
    last: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if settings.log_format == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *last,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # A tick that finds the one before it still at work is skipped: that is what ticks are for.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _hide_secrets(_logger: Any, _method: str, event: Any) -> Any:
    for name, value in event.items():
        event[name] = _shown(name, value)
    return event


def _shown(name: str, value: object) -> object:
    if name.lower() in _HIDDEN:
        return "…"
    if isinstance(value, dict):
        return {key: _shown(str(key), inner) for key, inner in value.items()}
    return value
