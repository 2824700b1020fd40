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
    address = client[0] if client else _UNKNOWN
    networks = _networks(tuple(trusted_proxies))
    if not networks or not _is_in(address, networks):
        return str(address)
    for hop in reversed(_forwarded(scope)):
        if not _is_in(hop, networks):
            return hop
        address = hop
    return str(address)


def _forwarded(scope: Any) -> list[str]:
    values = [
        value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"
    ]
    hops = [hop.strip() for value in values for hop in value.split(",")]
    return [hop for hop in hops if _parsed(hop) is not None]


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
