"""Decisions about objectives and campaigns."""

from datetime import date

from octavo.kernel.errors import FieldError
from octavo.strategy.errors import InvalidStrategyError


def check_period(starts_on: date | None, ends_on: date | None) -> None:
    """Pass if the period does not end before it starts.

    Raises:
        InvalidStrategyError: it does.
    """
    if starts_on and ends_on and ends_on < starts_on:
        raise InvalidStrategyError(
            "the period ends before it starts",
            FieldError(field="ends_on", message=f"must not be before {starts_on}"),
        )


def check_unit(metric: str, unit: str) -> None:
    """Pass if a custom metric says what it counts.

    Raises:
        InvalidStrategyError: it does not.
    """
    if metric == "custom" and not unit.strip():
        raise InvalidStrategyError(
            "a custom metric needs a unit",
            FieldError(
                field="unit", message="say what is counted, e.g. `sign-ups`", code="required"
            ),
        )
