"""Files and folders that appear whole or not at all."""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from octavo.content.exporters.records import MANIFEST, OWN_NAMES
from octavo.kernel.errors import RefusedError, UnavailableError

_TOKEN = re.compile(r"[0-9a-f]{12}")


class TargetRefusedError(RefusedError):
    """What lies at the target is not ours to replace."""

    code = "target_refused"


class NoRoomError(UnavailableError):
    """The export cannot be written there."""

    code = "no_room"


@contextlib.contextmanager
def whole_file(target: Path) -> Iterator[BinaryIO]:
    """Write a file that takes its name at the end of the block; nothing stays of one that fails.

    Raises:
        TargetRefusedError: a folder has that name, or there is no folder to put it in.
        NoRoomError: the disk is full, or may not be written to.
    """
    if target.is_dir() or not target.parent.is_dir():
        raise TargetRefusedError(f"{target.name} cannot be a file there")
    partial = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.partial")
    try:
        with partial.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(target)
    except OSError as exc:
        raise no_room(target, exc) from exc
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Fill a folder that takes its name at the end of the block.

    An earlier export at the target is replaced; what is hidden in it (`.git`) stays. A replacement
    that was cut off between its two renames is first brought to its end.

    Raises:
        TargetRefusedError: something else is there.
        NoRoomError: the disk is full, or may not be written to.
    """
    target = target.absolute()
    _heal(target)
    _check(target)
    partial = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.partial")
    try:
        partial.mkdir(mode=0o755)
        yield partial
        _swap(partial, target)
    except OSError as exc:
        raise no_room(target, exc) from exc
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _check(target: Path) -> None:
    if not target.parent.is_dir():
        raise TargetRefusedError(f"there is no folder to put {target.name} in")
    if not target.exists() and not target.is_symlink():
        return
    if target.is_symlink() or not target.is_dir():
        raise TargetRefusedError(f"{target.name} is not a folder")
    names = {entry.name for entry in target.iterdir() if not entry.name.startswith(".")}
    if not names:
        return
    foreign = sorted(names - OWN_NAMES)
    if MANIFEST not in names or foreign:
        shown = ", ".join(foreign[:3]) or "files that are no export"
        raise TargetRefusedError(f"{target.name} holds {shown}: choose an empty folder")


def _swap(partial: Path, target: Path) -> None:
    if not target.exists():
        partial.rename(target)
        return
    old = partial.with_suffix(".old")
    target.rename(old)
    try:
        _move_hidden(old, partial)
        partial.rename(target)
    except OSError:
        _move_hidden(partial, old)
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _heal(target: Path) -> None:
    """End a swap that a killed process left: `.old` exists from its first rename to its end."""
    if not target.parent.is_dir():
        return
    start = f".{target.name[:100]}."
    try:
        for old in sorted(target.parent.iterdir()):
            token = old.name.removeprefix(start).removesuffix(".old")
            if old.name == f"{start}{token}.old" and _TOKEN.fullmatch(token):
                _end_swap(old, target)
    except OSError as exc:
        raise no_room(target, exc) from exc


def _end_swap(old: Path, target: Path) -> None:
    partial = old.with_suffix(".partial")
    if not target.exists() and (partial / MANIFEST).is_file():
        _move_hidden(old, partial)
        partial.rename(target)
    elif not target.exists():
        if partial.is_dir():
            _move_hidden(partial, old)
        old.rename(target)
        return
    shutil.rmtree(old, ignore_errors=True)


def _move_hidden(source: Path, target: Path) -> None:
    for entry in list(source.iterdir()):
        if entry.name.startswith("."):
            entry.rename(target / entry.name)


def no_room(target: Path, exc: OSError) -> NoRoomError:
    """Say why something could not be written."""
    return NoRoomError(f"{target.name} could not be written: {exc.strerror or exc}")
