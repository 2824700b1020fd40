"""The files of a theme's folder, as far as they may be used."""

import tomllib
from pathlib import Path
from typing import Any

__all__ = ["ThemeError", "load_strings", "load_toml", "scan"]

_FOLDERS = ("templates", "assets", "locales")
_FILE_LIMIT_BYTES = 20_000_000


class ThemeError(Exception):
    """The theme cannot be used; the message names the file and says why."""


def scan(folder: Path) -> dict[str, Path]:
    """Answer the theme's files by their name below `folder`; what leads outside is left out."""
    if not folder.is_dir():
        return {}
    root = folder.resolve()
    found: dict[str, Path] = {}
    if (folder / "theme.toml").is_file():
        found["theme.toml"] = folder / "theme.toml"
    for part in _FOLDERS:
        for file in sorted((folder / part).rglob("*")):
            name = file.relative_to(folder).as_posix()
            inside = file.resolve().is_relative_to(root)
            if inside and file.is_file() and not any(p.startswith(".") for p in name.split("/")):
                if file.stat().st_size > _FILE_LIMIT_BYTES:
                    msg = f"{name} is larger than {_FILE_LIMIT_BYTES // 1_000_000} MB"
                    raise ThemeError(msg)
                found[name] = file
    return found


def load_toml(file: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        ThemeError: it cannot be read.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as exc:
        msg = f"{file.name} cannot be read: {exc}"
        raise ThemeError(msg) from exc


def load_strings(file: Path) -> dict[str, str]:
    """Read the strings of a locale; what is no string is left out."""
    return {key: value for key, value in load_toml(file).items() if isinstance(value, str)}
