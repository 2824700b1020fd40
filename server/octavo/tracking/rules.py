"""Who is a visitor, and what a hit counts as. Pure: no clock, no database, no randomness.

Crawlers are told by the `crawler-user-agents` list, which is kept up by many hands; the lists here
add what it lacks. Order matters: a preview fetcher is also in the crawler list, and says more.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from octavo.kernel.errors import FieldError, InvalidInputError
from octavo.tracking.schemas import Class, Hit, Verdict

SALT_LIFE_AFTER_DAY = timedelta(hours=48)
REPEAT_MS = 2_000
CLICKS_PER_MINUTE = 30
_UA_CHARS = 1_000

# What fetches a page to draw a card for a link that somebody posted.
_PREVIEWS = (
    "Slackbot|Slack-ImgProxy|facebookexternalhit|meta-externalagent|meta-externalfetcher|Facebot|Twitterbot"
    "|Discordbot|TelegramBot|WhatsApp/|LinkedInBot|Mastodon/|http\\.rb/|Pleroma|Akkoma|Misskey|Firefish"
    "|Sharkey|Iceshrimp|Friendica|GoToSocial|Lemmy/|Cardyb|Bluesky|Iframely|Embedly|SkypeUriPreview"
    "|redditbot|vkShare|Viber"
)
# Programs that say so, where the crawler list does not know them.
_PROGRAMS = (
    "(?<!cu)bot\\b|crawl|spider|headless|phantomjs|puppeteer|playwright|selenium|curl/|wget|libwww|python"
    "|aiohttp|httpx|go-http-client|okhttp|java/|apache-httpclient|axios|node-fetch|undici"
    "|got \\(|postman|insomnia|\\bruby\\b|\\bperl\\b|php/|guzzle|restsharp|winhttp|\\bmonitor|uptime|fetch|://"
)


def _tagged(tag: str) -> str:
    return "|".join(
        entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA if tag in entry.get("tags", ())
    )


def _patterns(chunk: int = 100) -> list[re.Pattern[str]]:
    """Compile the crawler list in pieces: one expression of all is slower to build and to run."""
    everything = [entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA]
    return [
        re.compile("|".join(everything[i : i + chunk])) for i in range(0, len(everything), chunk)
    ]


_is_preview = re.compile(f"{_PREVIEWS}|{_tagged('social-preview')}")
_is_program = re.compile(_PROGRAMS, re.IGNORECASE)
_crawlers = _patterns()


@lru_cache(maxsize=8_192)
def classify_user_agent(user_agent: str) -> Verdict:
    """Answer what the User-Agent alone says: BOT, PREVIEW, or HUMAN if nothing is against it."""
    text = user_agent[:_UA_CHARS]
    if not text.strip():
        return Verdict(klass=Class.BOT, reason="no_user_agent")
    if _is_preview.search(text):
        return Verdict(klass=Class.PREVIEW, reason="link_preview")
    if _is_program.search(text):
        return Verdict(klass=Class.BOT, reason="program")
    if any(pattern.search(text) for pattern in _crawlers):
        return Verdict(klass=Class.BOT, reason="crawler")
    return Verdict(klass=Class.HUMAN)


def classify(hit: Hit) -> Verdict:
    """Answer what a hit counts as, before it is known whether it is one too many."""
    verdict = classify_user_agent(hit.user_agent)
    if verdict.klass is not Class.HUMAN:
        return verdict
    purpose = hit.purpose.strip().lower()
    if purpose.startswith(("prefetch", "preview", "prerender")):
        return Verdict(klass=Class.PREFETCH, reason=purpose.partition(";")[0][:24])
    if hit.staff:
        return Verdict(klass=Class.STAFF, reason="signed_in")
    return verdict


def truncated(address: str) -> str:
    """Answer an address as far as it is hashed: IPv6 by its /64, since hosts change the rest."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(ip, IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(IPv6Address(int(ip) >> 64 << 64))


def visitor_hash(salt: bytes, *, address: str, user_agent: str) -> str | None:
    """Answer the keyed hash that stands for a visitor on one day; None without an address."""
    network = truncated(address)
    if not network:
        return None
    text = f"{network}\n{user_agent[:_UA_CHARS]}".encode("utf-8", "surrogatepass")
    return blake2b(text, key=salt, digest_size=11).hexdigest()


def local_day(instant: datetime, zone: str) -> int:
    """Answer the day (yyyymmdd) that an instant falls on in `zone`."""
    return day_number(instant.astimezone(_zone(zone)))


def day_number(day: date) -> int:
    """Answer a date as yyyymmdd."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_range(first: str | None, last: str | None) -> tuple[date | None, date | None]:
    """Answer the days of a range as it stands in a query, `from` and `to`.

    Raises:
        InvalidInputError: one is no date, or the range ends before it begins; names the field.
    """
    days = _date(first, field="from"), _date(last, field="to")
    if days[0] and days[1] and days[0] > days[1]:
        raise _bad_day("from", "is after the end of the range")
    return days


def _date(text: str | None, *, field: str) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as exc:
        raise _bad_day(field, "is not a day like 2026-12-01") from exc


def _bad_day(field: str, message: str) -> InvalidInputError:
    return InvalidInputError(
        f"{field}: {message}", FieldError(field=field, message=message, code="bad_day")
    )


def day_end(day: int, zone: str) -> datetime:
    """Answer the instant at which a local day ends; days with a clock change are 23 or 25 hours."""
    midnight = datetime(day // 10_000, day // 100 % 100, day % 100, tzinfo=UTC) + timedelta(days=1)
    return midnight.replace(tzinfo=_zone(zone)).astimezone(UTC)


def salt_dies_at(day: int, zone: str) -> datetime:
    """Answer when the salt of a day must be gone."""
    return day_end(day, zone) + SALT_LIFE_AFTER_DAY


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def client_address(peer: str, forwarded_for: str, trusted: tuple[str, ...]) -> str:
    """Answer the reader's address: the peer's, or what a trusted proxy says about it.

    Read from the right: each trusted hop vouches for the entry before it, nobody for the rest.
    """
    address = peer
    for entry in reversed(forwarded_for.split(",") if forwarded_for else []):
        if not _is_trusted(address, trusted):
            break
        address = entry.strip()
    return address


@lru_cache(maxsize=1_024)
def _is_trusted(address: str, trusted: tuple[str, ...]) -> bool:
    try:
        ip = ip_address(address)
        return any(ip in ip_network(network, strict=False) for network in trusted)
    except ValueError:
        return False


def with_click_id(dest_url: str, click_id: str) -> str:
    """Append `cid=` to a web address, before its fragment; other schemes stay as they are."""
    parts = urlsplit(dest_url)
    if parts.scheme not in {"http", "https"}:
        return dest_url
    query = f"{parts.query}&cid={click_id}" if parts.query else f"cid={click_id}"
    return urlunsplit(parts._replace(query=query))
