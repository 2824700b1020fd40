"""Argon2 in a thread: 64 MiB and about a fifth of a CPU second each, so only two at a time."""

import asyncio

import anyio
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

__all__ = ["hash_password", "needs_rehash", "verify_password"]

_hasher = PasswordHasher()
# Hashing an unknown user's password against this takes as long as against a real one.
_DUMMY = (
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$"
    "Wn3MXhCd4Bsqj0Kz5OQCJTI2MNMtDrRBQjnCXx9rWqg"
)
_gates: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}


def _gate() -> asyncio.Semaphore:
    loop = asyncio.get_running_loop()
    if loop not in _gates:
        _gates.clear()  # the loop before this one has ended
        _gates[loop] = asyncio.Semaphore(2)
    return _gates[loop]


async def hash_password(password: str) -> str:
    """Answer a salted Argon2id hash in the PHC string format."""
    async with _gate():
        return await anyio.to_thread.run_sync(_hasher.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Say whether the password is the stored one; takes as long when there is none."""

    def check() -> bool:
        try:
            return _hasher.verify(stored or _DUMMY, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    async with _gate():
        return await anyio.to_thread.run_sync(check)


def needs_rehash(stored: str) -> bool:
    """Say whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)
