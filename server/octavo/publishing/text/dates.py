"""Dates as readers write them. A language not listed here gets the ISO form, never a wrong one."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from octavo.publishing.theme.contexts import DateView

__all__ = ["date_view", "from_micros", "iso", "month_key", "month_name", "to_micros"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ca": "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "gl": "xaneiro febreiro marzo abril maio xuño xullo agosto setembro outubro novembro decembro",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}
_DAY = {
    "es": "{day} de {month} de {year}",
    "gl": "{day} de {month} de {year}",
    "pt": "{day} de {month} de {year}",
    "de": "{day}. {month} {year}",
}
_MONTH = {"es": "{month} de {year}", "gl": "{month} de {year}", "pt": "{month} de {year}"}


def to_micros(instant: datetime) -> int:
    """Answer the microseconds since 1970 of an aware instant."""
    return (instant - _EPOCH) // _MICRO


def from_micros(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local(micros: int, zone: str) -> datetime:
    return from_micros(micros).astimezone(_zone(zone))


def iso(micros: int, zone: str) -> str:
    """RFC 3339, in seconds, with the offset of `zone`."""
    return local(micros, zone).replace(microsecond=0).isoformat()


def month_key(micros: int, zone: str) -> str:
    """`2026-11`: the month of a moment, as people of `zone` count."""
    at = local(micros, zone)
    return f"{at.year:04d}-{at.month:02d}"


def date_view(micros: int, *, zone: str, locale: str) -> DateView:
    at = local(micros, zone)
    return DateView(
        iso=at.replace(microsecond=0).isoformat(),
        day=at.date().isoformat(),
        text=_day_text(at.date(), locale.split("-", maxsplit=1)[0]),
        year=at.year,
    )


@lru_cache(maxsize=4096)
def _day_text(day: date, language: str) -> str:
    months = _MONTHS.get(language)
    if months is None:
        return day.isoformat()
    form = _DAY.get(language, "{day} {month} {year}")
    return form.format(day=day.day, month=months.split()[day.month - 1], year=day.year)


def month_name(key: str, locale: str, *, with_year: bool) -> str:
    """Answer `November 2026` or `November` for `2026-11`; the key itself in a language unknown here."""
    year, _, month = key.partition("-")
    language = locale.split("-", maxsplit=1)[0]
    months = _MONTHS.get(language)
    if months is None:
        return key
    name = months.split()[int(month) - 1]
    if with_year:
        name = _MONTH.get(language, "{month} {year}").format(month=name, year=int(year))
    return name[:1].upper() + name[1:]
