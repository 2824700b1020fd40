"""Files and folders that appear whole or not at all."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from octavo.content.exporters.records import MANIFEST, OWN_NAMES
from octavo.kernel.errors import RefusedError, UnavailableError


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
        raise _no_room(target, exc) from exc
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Fill a folder that takes its name at the end of the block.

    An earlier export at the target is replaced; what is hidden in it (`.git`) stays.

    Raises:
        TargetRefusedError: something else is there.
        NoRoomError: the disk is full, or may not be written to.
    """
    target = target.absolute()
    _check(target)
    partial = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.partial")
    try:
        partial.mkdir(mode=0o755)
        yield partial
        _swap(partial, target)
    except OSError as exc:
        raise _no_room(target, exc) from exc
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
        for entry in old.iterdir():
            if entry.name.startswith("."):
                entry.rename(partial / entry.name)
        partial.rename(target)
    except OSError:
        for entry in partial.iterdir():
            if entry.name.startswith("."):
                entry.rename(old / entry.name)
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _no_room(target: Path, exc: OSError) -> NoRoomError:
    return NoRoomError(f"{target.name} could not be written: {exc.strerror or exc}")
