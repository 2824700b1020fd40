"""Where a call to action may lead, and what its figures mean."""

import pytest
from msgspec import UNSET

from octavo.cta import rules
from octavo.cta.errors import InvalidCtaError
from octavo.cta.schemas import Destination, Expected
from octavo.kernel.errors import InvalidInputError


def stored(url: str, action: str = "download") -> str:
    return rules.destination_url(Destination(url=url), action=action)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://example.org/guide.pdf", "https://example.org/guide.pdf"),
        (" https://EXAMPLE.org ", "https://example.org/"),
        ("http://example.org:8080/a?b=c&d=%20e#f", "http://example.org:8080/a?b=c&d=%20e#f"),
        (
            "https://münchen.example/straße?q=ä",
            "https://xn--mnchen-3ya.example/stra%C3%9Fe?q=%C3%A4",
        ),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
        ("https://example.org/?next=http://evil.example", None),
    ],
)
def test_an_address_is_stored_as_it_can_be_sent(given: str, expected: str | None):
    assert stored(given) == (expected or given)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "   ",
        "example.org",
        "/shop",
        "//evil.example",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://example.org/",
        "https://",
        "https:///x",
        "https://user:secret@example.org/",
        "https://example.org@evil.example/",
        "https://example.org\\@evil.example/",
        "https://exa mple.org/",
        "https://example.org/a b",
        "https://example.org/\nset-cookie: x",
        "https://example.org/\x00",
        "https://example.org:99999/",
        "https://example.org:x/",
        "https://[::1/",
        "https://a..b/",
        "https://-/",
        "https://" + "a" * 300 + ".example/",
        "https://example.org/" + "a" * 2_000,
        "mailto:a@b.example",
        "tel:+34600000000",
    ],
)
def test_other_addresses_are_refused_with_the_field(url: str):
    with pytest.raises(InvalidInputError) as refused:
        stored(url)

    assert [field.field for field in refused.value.fields] == ["destination.url"]


def test_a_contact_may_lead_to_mail_and_telephone_and_nothing_beside_it():
    assert stored("mailto:ada@example.org", "contact") == "mailto:ada@example.org"
    assert stored("tel:+34600000000", "contact") == "tel:+34600000000"
    for url in ("mailto:a@b.example?bcc=x@y.example", "mailto:", "tel:drop", "mailto:a%0ab@c.d"):
        with pytest.raises(InvalidCtaError):
            stored(url, "contact")


def test_a_hosted_form_is_refused_clearly():
    with pytest.raises(InvalidCtaError) as refused:
        rules.destination_url(Destination(form_id=3), action="subscribe")

    assert refused.value.fields[0].field == "destination.form_id"


@pytest.mark.parametrize(
    ("expected", "stored_as"),
    [(Expected(count=7), (7, None)), (Expected(rate=0.02), (None, 20_000))],
)
def test_an_expectation_is_given_back_as_it_was(expected: Expected, stored_as):
    assert rules.stored_expectation(expected) == stored_as
    assert rules.expectation_of(*stored_as) == expected


@pytest.mark.parametrize(
    "expected", [Expected(), Expected(count=1, rate=0.5), Expected(rate=0.0000001)]
)
def test_an_expectation_is_exactly_one_thing(expected: Expected):
    with pytest.raises(InvalidCtaError):
        rules.stored_expectation(expected)


@pytest.mark.parametrize(
    ("results", "trials", "low", "high"),
    # Golden values: statsmodels proportion_confint(k, n, method="wilson") with z = 1.959964.
    [
        (0, 10, 0.0, 0.277533),
        (1, 50, 0.003539, 0.104954),
        (50, 100, 0.403832, 0.596168),
        (10, 10, 0.722467, 1.0),
    ],
)
def test_the_interval_is_wilsons(results: int, trials: int, low: float, high: float):
    assert rules.wilson(results, trials) == pytest.approx((low, high), abs=2e-5)


def test_without_trials_there_is_no_rate():
    assert (rules.rate_of(0, 0), rules.wilson(0, 0)) == (None, None)


@pytest.mark.parametrize(
    ("results", "trials", "told"),
    [(4, 500, "too_few"), (20, 29, "too_few"), (9, 500, "low"), (30, 99, "low"), (10, 100, "good")],
)
def test_few_results_are_told_as_k_of_n(results: int, trials: int, told: str):
    assert rules.confidence(results, trials) == told


def test_attainment_is_what_was_reached_of_what_is_expected():
    assert rules.attainment(Expected(count=4), reached=6, rate=None) == 1.5
    assert rules.attainment(Expected(rate=0.5), reached=6, rate=0.25) == 0.5
    assert rules.attainment(Expected(rate=0.5), reached=6, rate=None) is None


@pytest.mark.parametrize(
    ("label", "slug"),
    [
        ("Get the guide!", "get-the-guide"),
        ("Écris-nous", "ecris-nous"),
        ("今すぐ", "contact"),
    ],
)
def test_a_slug_is_ascii_whatever_the_label(label: str, slug: str):
    assert rules.slug_of(label, action="contact") == slug
    assert Expected().count is UNSET
