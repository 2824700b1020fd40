"""Who counts: the corpus of real User-Agents, request headers, days and addresses."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from octavo.tracking import rules
from octavo.tracking.schemas import Class, Hit

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "data" / "user-agents"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1"
)
needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="SKIPPED: the corpus ../shared/data/user-agents is not there"
)


@needs_corpus
def test_no_real_browser_is_taken_for_a_program():
    with gzip.open(CORPUS / "browsers.jsonl.gz", "rt") as lines:
        browsers = [json.loads(line)["ua"] for line in lines]

    wrong = [ua for ua in browsers if rules.classify_user_agent(ua).klass is not Class.HUMAN]
    assert (len(browsers) > 500, wrong) == (True, [])


@needs_corpus
def test_no_known_crawler_is_taken_for_a_person():
    crawlers = json.loads((CORPUS / "crawlers.json").read_text())
    instances = [instance for entry in crawlers for instance in entry["instances"]]

    wrong = [ua for ua in instances if rules.classify_user_agent(ua).klass is Class.HUMAN]
    assert (len(instances) > 1000, wrong) == (True, [])


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (FIREFOX, Class.HUMAN),
        (SAFARI, Class.HUMAN),
        ("Mozilla/5.0 (Linux; Android 13; CUBOT NOTE 50) Chrome/130.0 Mobile Safari/537.36", 0),
        ("", Class.BOT),
        ("   ", Class.BOT),
        ("curl/8.5.0", Class.BOT),
        ("python-httpx/0.28.1", Class.BOT),
        ("Mozilla/5.0 (compatible; Thing/1.0; +https://example.org/thing)", Class.BOT),
        ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36", Class.BOT),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Class.PREVIEW),
        ("facebookexternalhit/1.1", Class.PREVIEW),
        ("http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.social/)", Class.PREVIEW),
        ("Mozilla/5.0 (compatible; Bluesky Cardyb/1.1)", Class.PREVIEW),
        ("Akkoma 3.10.4; https://pleroma.envs.net <x@y>", Class.PREVIEW),
        ("TelegramBot (like TwitterBot)", Class.PREVIEW),
        ("WhatsApp/2.23.20.0", Class.PREVIEW),
    ],
)
def test_user_agents_have_their_class(agent: str, expected: int):
    assert rules.classify(Hit(user_agent=agent)).klass == expected


@pytest.mark.parametrize(
    "purpose", ["prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip", "Preview"]
)
def test_a_page_loaded_ahead_is_a_prefetch(purpose: str):
    assert rules.classify(Hit(user_agent=FIREFOX, purpose=purpose)).klass is Class.PREFETCH


def test_who_is_signed_in_is_staff():
    assert rules.classify(Hit(user_agent=FIREFOX, staff=True)).klass is Class.STAFF


def test_a_user_agent_of_a_megabyte_is_read_in_part():
    assert rules.classify(Hit(user_agent="A" * 1_000_000 + "bot")).klass is Class.HUMAN


@pytest.mark.parametrize(
    ("instant", "zone", "expected"),
    [
        (datetime(2026, 6, 15, 18, 14, 59, tzinfo=UTC), "Asia/Kathmandu", 20260615),
        (datetime(2026, 6, 15, 18, 15, tzinfo=UTC), "Asia/Kathmandu", 20260616),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), "Europe/Madrid", 20260329),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "Europe/Madrid", 20260330),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "Europe/Madrid", 20261025),
    ],
)
def test_a_day_is_the_organisations_day(instant: datetime, zone: str, expected: int):
    assert rules.local_day(instant, zone) == expected


@pytest.mark.parametrize(
    ("day", "zone", "expected"),
    [
        (20260615, "UTC", datetime(2026, 6, 18, tzinfo=UTC)),
        (20260329, "Europe/Madrid", datetime(2026, 3, 31, 22, tzinfo=UTC)),
        (20261025, "Europe/Madrid", datetime(2026, 10, 27, 23, tzinfo=UTC)),
        (20261231, "Asia/Kathmandu", datetime(2027, 1, 2, 18, 15, tzinfo=UTC)),
    ],
)
def test_a_salt_dies_48_hours_after_the_end_of_its_day(day: int, zone: str, expected: datetime):
    assert rules.salt_dies_at(day, zone) == expected


def test_a_visitor_is_one_network_and_browser_on_one_day():
    def visitor(salt: bytes, address: str, agent: str = FIREFOX) -> str | None:
        return rules.visitor_hash(salt, address=address, user_agent=agent)

    one = visitor(b"a" * 32, "2001:db8:1:2:3::1")
    assert one == visitor(b"a" * 32, "2001:db8:1:2:ffff::9")
    assert one != visitor(b"a" * 32, "2001:db8:1:3::1")
    assert one != visitor(b"b" * 32, "2001:db8:1:2:3::1")
    assert one != visitor(b"a" * 32, "2001:db8:1:2:3::1", SAFARI)
    assert visitor(b"a" * 32, "203.0.113.7") == visitor(b"a" * 32, "::ffff:203.0.113.7")
    assert visitor(b"a" * 32, "unix") is None


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", "1.2.3.4", "203.0.113.7"),
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "rubbish", "rubbish"),
    ],
)
def test_only_a_trusted_proxy_is_believed_about_addresses(peer, forwarded, expected):
    assert rules.client_address(peer, forwarded, ("10.0.0.0/8",)) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/", "https://a.example/?cid=x"),
        ("https://a.example/p?q=1#top", "https://a.example/p?q=1&cid=x#top"),
        ("mailto:a@b.example", "mailto:a@b.example"),
    ],
)
def test_a_click_id_goes_into_the_query_of_web_addresses_only(url: str, expected: str):
    assert rules.with_click_id(url, "x") == expected
