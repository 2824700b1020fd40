"""Names of files: as people gave them, as they are shown, and as addresses."""

import re
import secrets
import unicodedata
from pathlib import PurePosixPath

from octavo.kernel.text import slugify, without_forbidden_characters

_NAME_LIMIT = 255
_STEM_LIMIT = 60
_TOKEN_SIGNS = "abcdefghijkmnpqrstuvwxyz23456789"  # noqa: S105 - no secret: none that look alike
_TOKEN_LENGTH = 12
_PLACES = re.compile(r"[/\\]")
_OWN_PATH = re.compile(r"[a-z0-9]{2}/[a-z0-9][a-z0-9_-]{0,99}\.[a-z0-9]{1,8}")
_SPACES = re.compile(r"\s+")


def shown_name(raw: str) -> str:
    """Answer a name as it is stored and shown: its last part, without what cannot be seen.

    Folders, control characters and marks that turn the direction of writing are dropped; a long
    name keeps its end. Never empty.
    """
    last = _PLACES.split(raw)[-1]
    plain = without_forbidden_characters(unicodedata.normalize("NFC", last))
    seen = "".join(sign for sign in plain if unicodedata.category(sign) not in {"Cf", "Cc", "Cs"})
    name = _SPACES.sub(" ", seen).strip(" .")
    if len(name) > _NAME_LIMIT:
        stem, dot, extension = name.rpartition(".")
        end = dot + extension if stem and len(extension) <= 10 else ""  # noqa: PLR2004 - plausible
        name = name[: _NAME_LIMIT - len(end)] + end
    return name or "file"


def is_own_path(path: str, *, extension: str) -> bool:
    """Say whether an address could be one that was given out here, to a file of that kind."""
    return _OWN_PATH.fullmatch(path) is not None and path.endswith(f".{extension}")


def new_path(name: str, *, extension: str) -> str:
    """Answer an address that no other file has and nobody can guess."""
    token = "".join(secrets.choice(_TOKEN_SIGNS) for _ in range(_TOKEN_LENGTH))
    stem = slugify(PurePosixPath(name).stem)[:_STEM_LIMIT].strip("-") or "file"
    return f"{token[:2]}/{token[2:]}-{stem}.{extension}"
