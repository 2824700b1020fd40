"""Whose request this is: the peer's address, or the one a trusted proxy vouches for."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

__all__ = ["client_address"]

_UNKNOWN = "0.0.0.0"  # noqa: S104 - a value, not something we listen on


def client_address(scope: Any, trusted_proxies: Sequence[str]) -> str:
    """Answer the address of whoever made the request.

    `X-Forwarded-For` is read from the right, and only past addresses in `trusted_proxies`: what a
    client wrote into it stands to the left of what the first honest proxy added.
    """
    client = scope.get("client")
    address = _plain(client[0]) if client else _UNKNOWN
    networks = _networks(tuple(trusted_proxies))
    for hop in reversed(_forwarded(scope)):
        # A hop that is no address was written by the last one we trust, and tells nothing further.
        if not _is_in(address, networks) or _parsed(hop) is None:
            break
        address = _plain(hop)
    return address


def _forwarded(scope: Any) -> list[str]:
    values = [
        value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"
    ]
    return [hop.strip() for value in values for hop in value.split(",")]


def _plain(address: str) -> str:
    """Write an IPv4 address that came over an IPv6 socket as IPv4."""
    mapped = getattr(_parsed(address), "ipv4_mapped", None)
    return str(mapped or address)


@lru_cache(maxsize=8)
def _networks(trusted: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(ipaddress.ip_network(entry, strict=False) for entry in trusted)


def _parsed(address: str) -> Any:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def _is_in(address: str, networks: tuple[Any, ...]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)
