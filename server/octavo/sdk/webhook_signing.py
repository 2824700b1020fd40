"""Signatures of Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable

__all__ = ["PREFIX", "key_of", "signature", "signature_header"]

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64


def key_of(secret: str) -> bytes:
    """Answer the key inside `whsec_…`.

    Raises:
        ValueError: it is not `whsec_` and base64 of 24 to 64 bytes. The message does not show it.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        msg = f"a secret must be {PREFIX} followed by base64 of {_SHORTEST} to {_LONGEST} bytes"
        raise ValueError(msg)
    return key


def signature(key: bytes, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign one attempt with one key."""
    content = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def signature_header(keys: Iterable[bytes], *, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign with every key, the present one first: receivers accept any, so keys can be rotated."""
    return " ".join(
        signature(key, message_id=message_id, timestamp=timestamp, body=body) for key in keys
    )
