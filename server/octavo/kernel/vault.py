"""Keeps channel secrets sealed in the database: AES-256-GCM, bound to the place they belong to.

A sealed text is `v1.<key id>.<nonce and ciphertext, base64url>`. The key id says which key opens
it, so that keys can be replaced: seal with the newest, open with any that is still known.
"""

import base64
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

__all__ = ["SealBrokenError", "Vault"]

_NONCE_BYTES = 12


class SealBrokenError(Exception):
    """The sealed text was changed, moved to another place, or sealed with a key we do not have."""


class Vault:
    """Seals and opens short texts. `context` names the place, such as `channel:7`.

    Args:
        secret_key: seals from now on.
        former_keys: still open what they sealed.
    """

    def __init__(self, secret_key: str, *, former_keys: tuple[str, ...] = ()) -> None:
        self._keys = {_key_id(key): AESGCM(_derived(key)) for key in (*former_keys, secret_key)}
        self._current = _key_id(secret_key)

    def __repr__(self) -> str:
        return f"Vault(current={self._current!r})"

    def seal(self, plain: str, *, context: str) -> str:
        """Answer the sealed text; sealing the same text twice gives two different ones."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        cipher = self._keys[self._current].encrypt(nonce, plain.encode(), context.encode())
        return f"v1.{self._current}.{base64.urlsafe_b64encode(nonce + cipher).decode()}"

    def unseal(self, sealed: str, *, context: str) -> str:
        """Answer what was sealed for this context.

        Raises:
            SealBrokenError: changed, moved, or sealed with an unknown key.
        """
        try:
            key_id, payload = sealed.removeprefix("v1.").split(".", 1)
            raw = base64.urlsafe_b64decode(payload)
            key = self._keys[key_id]
            return key.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()
        except (ValueError, KeyError, InvalidTag) as exc:
            msg = f"the secret of {context} cannot be opened: was OCTAVO_SECRET_KEY changed?"
            raise SealBrokenError(msg) from exc


def _derived(secret_key: str) -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"octavo vault v1")
    return kdf.derive(secret_key.encode())


def _key_id(secret_key: str) -> str:
    return hashlib.sha256(b"octavo key id" + secret_key.encode()).hexdigest()[:8]
