"""Decisions about calls to action: where they may lead, and what their figures mean. Pure."""

import re
from math import sqrt
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from msgspec import UNSET

from octavo.cta.errors import InvalidCtaError, wrong
from octavo.cta.schemas import Action, Confidence, Destination, Expected
from octavo.kernel.text import clean_text, slugify

_FIELD = "destination.url"
_MOST_URL = 2_000
_MOST_SLUG = 60
_PPM = 1_000_000
_SAFE = "/?:@!$&'()*+,;=-._~%#[]"
_MAIL = re.compile(r"[A-Za-z0-9.!#$&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+\Z")
_TEL = re.compile(r"\+?[0-9][0-9().-]{1,30}\Z")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_.])?\Z")

_FEW_TRIALS, _FEW_RESULTS = 30, 5
_LOW_TRIALS, _LOW_RESULTS = 100, 10
_Z95 = 1.96


def destination_url(destination: Destination, *, action: Action) -> str:
    """Answer the address in the form that is stored: ASCII, its host in lower case or punycode.

    Raises:
        InvalidCtaError: it is none, or leads where a call to action must not.
    """
    if destination.form_id is not UNSET:
        raise wrong(
            "destination.form_id", "hosted forms are not there yet: give a url", code="unsupported"
        )
    if destination.url is UNSET:
        raise wrong(_FIELD, "give the full address that it leads to", code="missing")
    text = clean_text(destination.url, field=_FIELD).strip()
    if not text or re.search(r"\s", text) or "\\" in text:
        raise _bad("is not an address: it is empty, or holds a space or a backslash")
    parts = _split(text)
    if parts.scheme in {"http", "https"}:
        url = _web_address(parts)
    elif parts.scheme in {"mailto", "tel"}:
        url = _contact_address(parts, action)
    else:
        raise _bad("must start with https:// or http:// (or mailto: or tel: for a contact)")
    if len(url) > _MOST_URL:
        raise _bad(f"is longer than {_MOST_URL} characters")
    return url


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is none
    except ValueError as exc:
        raise _bad("is not an address") from exc
    return parts


def _web_address(parts: SplitResult) -> str:
    if parts.username is not None or parts.password is not None:
        raise _bad("must not hold a user name or password")
    host = _host(parts.hostname or "")
    port = f":{parts.port}" if parts.port is not None else ""
    return urlunsplit(
        (
            parts.scheme,
            host + port,
            quote(parts.path, safe=_SAFE) or "/",
            quote(parts.query, safe=_SAFE),
            quote(parts.fragment, safe=_SAFE),
        )
    )


def _host(host: str) -> str:
    if ":" in host:  # urlsplit has checked that it is an IPv6 address
        return f"[{host}]"
    try:
        ascii_host = host.encode("idna").decode().lower()
    except UnicodeError as exc:
        raise _bad("has a host name that cannot be") from exc
    if not _HOST.match(ascii_host) or ".." in ascii_host:
        raise _bad("has no host name that could be")
    return ascii_host


def _contact_address(parts: SplitResult, action: Action) -> str:
    if action != "contact":
        raise _bad(f"{parts.scheme}: is for the action contact only")
    if parts.netloc or parts.query or parts.fragment:
        raise _bad(f"{parts.scheme}: takes an address and nothing else")
    pattern = _MAIL if parts.scheme == "mailto" else _TEL
    if not pattern.match(parts.path):
        raise _bad("is not an e-mail address or telephone number")
    return f"{parts.scheme}:{parts.path}"


def _bad(message: str) -> InvalidCtaError:
    return wrong(_FIELD, message, code="bad_url")


def slug_of(label: str, *, action: Action) -> str:
    """Answer a slug for a label. Bodies name it in a comment, so it is ASCII whatever the label."""
    slug = slugify(label)[:_MOST_SLUG].strip("-_")
    return slug if slug and slug.isascii() else action.replace("_", "-")


def stored_expectation(expected: Expected) -> tuple[int | None, int | None]:
    """Answer the expectation as count and parts per million, one of them None.

    Raises:
        InvalidCtaError: not exactly one is given, or the rate rounds to nothing.
    """
    if (expected.count is UNSET) == (expected.rate is UNSET):
        raise wrong("expected", "give either a count or a rate", code="one_of")
    if expected.rate is not UNSET:
        ppm = round(expected.rate * _PPM)
        if ppm < 1:
            raise wrong("expected.rate", "is too small to measure", code="out_of_range")
        return None, ppm
    return (None if expected.count is UNSET else expected.count), None


def expectation_of(count: int | None, ppm: int | None) -> Expected:
    """Answer a stored expectation as it was given."""
    return Expected(count=count) if count is not None else Expected(rate=(ppm or 0) / _PPM)


def attainment(expected: Expected, *, reached: int, rate: float | None) -> float | None:
    """Answer the part of the expectation that was reached; None when it cannot be told."""
    if expected.count is not UNSET:
        return reached / expected.count
    if expected.rate is UNSET or rate is None:
        return None
    return rate / expected.rate


def rate_of(results: int, trials: int) -> float | None:
    """Answer results per trial; None without trials."""
    return results / trials if trials else None


def wilson(results: int, trials: int) -> tuple[float, float] | None:
    """Answer the 95 % interval of a rate; None without trials.

    Wilson, E. B. (1927), JASA 22:209-212. `results` must be a subset of `trials`.
    """
    if trials <= 0:
        return None
    p = results / trials
    square = _Z95 * _Z95
    centre = (p + square / (2 * trials)) / (1 + square / trials)
    spread = p * (1 - p) / trials + square / (4 * trials * trials)
    half = _Z95 * sqrt(spread) / (1 + square / trials)
    return max(0.0, centre - half), min(1.0, centre + half)


def confidence(results: int, trials: int) -> Confidence:
    """Answer how a rate may be shown: `too_few` as "k of n", `low` greyed with its interval."""
    if trials < _FEW_TRIALS or results < _FEW_RESULTS:
        return "too_few"
    if trials < _LOW_TRIALS or results < _LOW_RESULTS:
        return "low"
    return "good"
