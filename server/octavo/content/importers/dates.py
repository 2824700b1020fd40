"""Dates as they are written at the head of posts. Raw text in, an instant out, nothing guessed."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

_ISO = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"(?:(?:[T ]\s*|\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp][Mm])?)?"
    r"\s*(?P<offset>Z|z|[+-]\d{1,2}(?::?\d{2})?|[A-Z]{3,4})?"
)
_WORDS = re.compile(
    r"(?:(?P<month>[A-Za-z]{3,9})\.? (?P<day>\d{1,2})"
    r"|(?P<day2>\d{1,2})\.? (?P<month2>[A-Za-z]{3,9}))"
    r"(?:st|nd|rd|th)?,? (?P<year>\d{4})"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# What people mean by these in posts; others are refused rather than guessed.
_NAMED_HOURS = {
    "UTC": 0, "GMT": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7, "CET": 1, "CEST": 2, "WET": 0, "WEST": 1,
}  # fmt: skip
_IN_PATH = re.compile(r"(?:^|/)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?=[-_/.]|$)")
_NOON = 12
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


def parse_date(raw: str, zone: ZoneInfo) -> datetime:
    """Answer the instant, in UTC, of a date; one that names no offset is read in `zone`.

    A time that clocks in `zone` skip or show twice is read with the offset from before the change.

    Raises:
        ValueError: it is not a date that we can read; the message says so.
    """
    text = " ".join(raw.split())
    found = _ISO.fullmatch(text)
    try:
        if found:
            return _from_numbers(found, zone)
        if words := _WORDS.fullmatch(text):
            return _checked(_from_words(words).replace(tzinfo=zone))
        parsed = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError) as exc:
        msg = f"{raw[:60]!r} is not a date that can be read"
        raise ValueError(msg) from exc
    return _checked(parsed if parsed.tzinfo else parsed.replace(tzinfo=zone))


def date_in_path(path: str, zone: ZoneInfo) -> datetime | None:
    """Answer the day that a file name or an address holds (`2026-01-05-x`, `2026/01/05/x`)."""
    found = _IN_PATH.search(path)
    if found is None:
        return None
    try:
        return _checked(datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=zone))
    except ValueError:
        return None


def _from_numbers(found: re.Match[str], zone: ZoneInfo) -> datetime:
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % _NOON + (_NOON if found["half"].lower() == "pm" else 0)
    naive = datetime(  # noqa: DTZ001 - its zone comes next
        int(found["year"]),
        int(found["month"]),
        int(found["day"]),
        hour,
        int(found["minute"] or 0),
        int(found["second"] or 0),
    )
    return _checked(naive.replace(tzinfo=_offset(found["offset"]) or zone))


def _from_words(found: re.Match[str]) -> datetime:
    name = (found["month"] or found["month2"])[:3].lower()
    day = int(found["day"] or found["day2"])
    return datetime(int(found["year"]), _MONTHS.index(name) + 1, day)  # noqa: DTZ001 - as above


def _offset(raw: str | None) -> timezone | None:
    if raw is None:
        return None
    if raw in {"Z", "z"}:
        return UTC
    if raw.isalpha():
        if raw not in _NAMED_HOURS:
            msg = f"unknown zone {raw}"
            raise ValueError(msg)
        return timezone(timedelta(hours=_NAMED_HOURS[raw]))
    digits = raw[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))  # noqa: PLR2004
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if raw[0] == "-" else delta)


def _checked(aware: datetime) -> datetime:
    if not _FIRST_YEAR <= aware.year <= _LAST_YEAR:
        msg = f"the year {aware.year} is not a date between {_FIRST_YEAR} and {_LAST_YEAR}"
        raise ValueError(msg)
    return aware.astimezone(UTC)
