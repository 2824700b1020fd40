"""In which language a file is by its name or folder, and which files are translations of each other.

A folder counts as a language's only among others: `it/` alone may be about computers.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

_LIST = (
    "aa af am ar as az be bg bn bo br bs ca cs cy da de dv el en eo es et eu fa fi "
    "fil fo fr fy ga gd gl gn gu ha he hi hr ht hu hy id ig is it ja jv ka kk km kn "
    "ko ku ky la lb lo lt lv mg mi mk ml mn mr ms mt my nb ne nl nn no oc om or pa "
    "pcm pl ps pt qu ro ru rw sa sd si sk sl sm sn so sq sr st su sv sw ta te tg th "
    "ti tk tl tn to tr tt ug uk ur uz vi wo xh yi yo zh zu"
)
_CODES = frozenset(_LIST.split())
_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([A-Za-z]{2,4}))?", re.IGNORECASE)
_SUFFIX = re.compile(r"^(?P<stem>.+)\.(?P<tag>[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?)(?P<end>\.[a-z]+)$")
_ENOUGH = 2


class Placed(NamedTuple):
    """The language of a file ("" unknown), and what all its translations are called.

    The one in the main language of the site keeps its plain slug.
    """

    language: str
    key: str
    is_main: bool = False


def place_all(files: Iterable[str]) -> dict[str, Placed]:
    """Answer the language and the common name of every file."""
    names = list(files)
    folders = _language_folders(names)
    return {name: _placed(name, folders) for name in names}


def _language_folders(files: list[str]) -> set[str]:
    """Answer the folders that are languages: at least two lie side by side."""
    beside: dict[str, set[str]] = defaultdict(set)
    for file in files:
        parts = file.split("/")[:-1]
        for place, part in enumerate(parts):
            if is_language(part):
                beside["/".join(parts[:place])].add(part)
    return {
        f"{parent}/{name}".lstrip("/")
        for parent, names in beside.items()
        if len(names) >= _ENOUGH
        for name in names
    }


def _placed(file: str, folders: set[str]) -> Placed:
    folder, _, name = file.rpartition("/")
    found = _SUFFIX.match(name)
    if found is not None and is_language(found["tag"]):
        key = f"{folder}/{found['stem']}{found['end']}".lstrip("/")
        return Placed(_normal(found["tag"]), key)
    parts = file.split("/")
    for place in range(len(parts) - 1):
        if "/".join(parts[: place + 1]) in folders:
            key = "/".join([*parts[:place], *parts[place + 1 :]])
            return Placed(_normal(parts[place]), key)
    return Placed("", file)


def is_language(name: str) -> bool:
    """Say whether a name is a language tag like `de` or `pt-BR`."""
    found = _TAG.fullmatch(name)
    return found is not None and found[1].lower() in _CODES


def _normal(tag: str) -> str:
    return tag.replace("_", "-")
