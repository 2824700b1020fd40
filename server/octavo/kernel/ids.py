"""Random names: tokens that must not be guessed, short codes that people may see."""

import hashlib
import secrets

__all__ = ["fingerprint", "new_code", "new_token"]

# Crockford's base 32 without i, l, o, u: nothing to misread, nothing to spell by accident.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_token() -> str:
    """Make a secret of 256 random bits, safe in URLs and headers."""
    return secrets.token_urlsafe(32)


def new_code(length: int = 10) -> str:
    """Make a public code of `length` base-32 characters (5 random bits each)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def fingerprint(secret: str) -> str:
    """Answer the SHA-256 of a secret, in hex: what is stored in its place."""
    return hashlib.sha256(secret.encode()).hexdigest()
