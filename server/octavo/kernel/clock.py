"""The only place that reads the time. Everything else takes `now` as an argument."""

from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Clock", "system_clock", "to_ms"]

Clock = Callable[[], datetime]
"""Answers the present instant: aware, in UTC."""


def system_clock() -> datetime:
    """Answer the present instant in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the clock


def to_ms(instant: datetime) -> int:
    """Answer the milliseconds since 1970 of an aware `instant`."""
    if instant.tzinfo is None:
        msg = "a naive datetime is not an instant"
        raise ValueError(msg)
    return int(instant.timestamp() * 1000)
