"""Nobody gets to choose the address that they are counted under."""

import pytest

from octavo.kernel.addresses import client_address

PROXIES = ("10.0.0.0/8", "::1")


def scope(peer, *forwarded):
    headers = [(b"host", b"x"), *((b"x-forwarded-for", line.encode()) for line in forwarded)]
    return {"client": (peer, 1234) if peer else None, "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", ["10.9.9.9"], "10.9.9.9"),
        ("10.0.0.1", ["1.1.1.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1:4711"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("::1", ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        ("not an address", ["198.51.100.1"], "not an address"),
        (None, ["198.51.100.1"], "0.0.0.0"),
    ],
)
def test_only_trusted_proxies_are_believed(peer, forwarded, expected):
    assert client_address(scope(peer, *forwarded), PROXIES) == expected


def test_without_proxies_the_header_is_worth_nothing():
    assert client_address(scope("10.0.0.1", "198.51.100.1"), ()) == "10.0.0.1"
