"""Secrets of webhooks, and the headers of an attempt as Standard Webhooks 1.0 names them."""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime

from octavo.sdk.webhook_signing import PREFIX, key_of, signature_header

__all__ = ["new_secret", "signed_headers"]

_KEY_BYTES = 32


def new_secret() -> str:
    """Make a secret that receivers' libraries take as it is."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def signed_headers(
    body: bytes, *, message_id: str, now: datetime, secrets: Iterable[str]
) -> dict[str, str]:
    """Answer the headers of one attempt, signed with every secret, the present one first."""
    timestamp = int(now.timestamp())
    keys = [key_of(secret) for secret in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature_header(
            keys, message_id=message_id, timestamp=timestamp, body=body
        ),
    }
