"""Files in a bucket of an S3-compatible service, with copies on this machine of what is asked for."""

import contextlib
import hashlib
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx
import obstore
from obstore import exceptions as failures
from obstore.store import S3Store

from octavo.kernel.media_types import media_type
from octavo.kernel.storage import (
    CHUNK_BYTES,
    StorageUnavailableError,
    StoredFile,
    StoredFileNotFoundError,
    is_name,
)
from octavo.sdk.buckets import BucketPlace, drop_unfinished

__all__ = ["BucketStorage", "open_bucket"]

_INCOMING = ".incoming"
_PART_BYTES = 5 * 1024 * 1024  # the smallest part that S3 takes
_PARTS_AT_ONCE = 2  # each is held in memory
_COPIES_BYTES = 4_000_000_000
_COPY_KEPT_S = 600  # somebody may be about to read it
_TRIES = 5
_MISSING = (failures.NotFoundError, FileNotFoundError)
_MOVED = (*_MISSING, failures.PreconditionError)


def open_bucket(address: str) -> "BucketStorage":
    """Open a bucket; the form of its address is told in `kernel.storage`.

    Raises:
        ValueError: it names no bucket, or an option that we do not know.
    """
    parts = urlsplit(address)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    copies = Path(options.pop("copies", "") or ".octavo-media-copies")
    if not parts.hostname:
        raise ValueError("s3:// needs the name of a bucket: s3://bucket/prefix")
    unknown = sorted(set(options) - {"endpoint", "region"})
    if unknown:
        msg = f"s3:// knows the options endpoint and region, not {unknown[0]}"
        raise ValueError(msg)
    config: dict[str, Any] = {"region": options.get("region") or "us-east-1"}
    if endpoint := options.get("endpoint"):
        if not endpoint.startswith(("http://", "https://")):
            raise ValueError("the endpoint of s3:// must start with http:// or https://")
        config["endpoint"] = endpoint.rstrip("/")
    if parts.username:
        config["access_key_id"] = unquote(parts.username)
        config["secret_access_key"] = unquote(parts.password or "")
    # The name as it was typed: `hostname` folds its case.
    bucket = parts.netloc.rpartition("@")[2]
    return BucketStorage(bucket, prefix=parts.path.strip("/"), config=config, copies=copies)


class BucketStorage:
    """A bucket, or the part of one below a prefix."""

    def __init__(self, bucket: str, *, prefix: str, config: dict[str, Any], copies: Path) -> None:
        self._bucket = bucket
        self._copies = copies
        self._place = BucketPlace(
            bucket=bucket,
            prefix=prefix,
            endpoint=config.get("endpoint", ""),
            region=config["region"],
            key_id=config.get("access_key_id", ""),
            secret=config.get("secret_access_key", ""),
        )
        self._store = S3Store(
            bucket,
            prefix=prefix or None,
            config=config,  # type: ignore[arg-type]  # built by open_bucket
            client_options={
                "allow_http": str(config.get("endpoint", "")).startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                # For one request, be it a part of 5 MB.
                "timeout": timedelta(seconds=120),
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
        )

    @property
    def incoming(self) -> Path:
        return self._copies / _INCOMING

    def put(self, name: str, file: Path) -> None:
        with self._explained():
            obstore.put(
                self._store,
                _checked(name),
                file,
                attributes={"Content-Type": media_type(name)},
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )
            file.unlink()

    def read(self, name: str) -> Iterator[bytes]:
        with self._explained():
            try:
                found = obstore.get(self._store, _checked(name))
                for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                    yield bytes(chunk)
            except _MISSING as exc:
                raise StoredFileNotFoundError(f"there is no file {name}") from exc

    def local_file(self, name: str) -> Path | None:
        """Answer the copy of the present bytes; fetched when there is none yet.

        While the bucket does not answer, the copy of the bytes that were last fetched will do.
        """
        for _ in range(_TRIES):
            try:
                found = self.find(name)
                return None if found is None else self._copy_of(found)
            except _MOVED:
                continue  # it was replaced or deleted meanwhile
            except StorageUnavailableError:
                if latest := self._copies_of(name):
                    return latest[-1]
                raise
        raise StorageUnavailableError(f"{name} is replaced over and over")

    def _copy_of(self, found: StoredFile) -> Path:
        # By name and version: a copy never changes, and two processes may fetch the same.
        version = hashlib.sha256(found.etag.encode()).hexdigest()[:16]
        folder, key = self._place_of(found.name)
        copy = folder / f"{key}-{version}"
        with self._explained(passing=_MOVED):
            if not copy.is_file() or copy.stat().st_size != found.size_bytes:
                self._fetch(found, copy)
        return copy

    def move(self, name: str, target: str) -> bool:
        with self._explained():
            try:
                # Not atomic, and need not be: a second try finds the source and does both again.
                obstore.copy(self._store, _checked(name), _checked(target), overwrite=True)
                obstore.delete(self._store, name)
            except _MISSING:
                return False
            return True

    def delete(self, name: str) -> bool:
        existed = self.find(name) is not None
        with self._explained(), contextlib.suppress(*_MISSING):
            obstore.delete(self._store, _checked(name))
        return existed

    def drop_unfinished(self, before: datetime) -> int:
        try:
            return drop_unfinished(self._place, before=before)
        except (httpx.HTTPError, ValueError) as exc:
            msg = f"unfinished uploads of the bucket {self._bucket} stay: {exc}"
            raise StorageUnavailableError(msg) from exc

    def find(self, name: str) -> StoredFile | None:
        with self._explained():
            try:
                return _stored(obstore.head(self._store, _checked(name)))
            except _MISSING:
                return None

    def files(self) -> Iterator[StoredFile]:
        with self._explained():
            for chunk in obstore.list(self._store, chunk_size=1000):
                yield from (_stored(meta) for meta in chunk)

    def _place_of(self, name: str) -> tuple[Path, str]:
        key = hashlib.sha256(name.encode()).hexdigest()[:40]
        return self._copies / key[:2], key

    def _copies_of(self, name: str) -> list[Path]:
        """Answer the copies of a name, the latest last."""
        folder, key = self._place_of(name)
        return sorted(folder.glob(f"{key}-*"), key=lambda file: file.stat().st_ctime)

    def _fetch(self, found: StoredFile, copy: Path) -> None:
        self._drop_old_copies(room_for=found.size_bytes)
        self.incoming.mkdir(parents=True, exist_ok=True)
        copy.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.incoming / f"copy-{secrets.token_hex(8)}"
        try:
            with fresh.open("wb") as stream:
                got = obstore.get(self._store, found.name, options={"if_match": found.etag})
                for chunk in got.stream(min_chunk_size=CHUNK_BYTES):
                    stream.write(chunk)
            fresh.replace(copy)
            for old in self._copies_of(found.name):
                if old != copy and _is_old(old):
                    old.unlink(missing_ok=True)
        finally:
            fresh.unlink(missing_ok=True)

    def _drop_old_copies(self, *, room_for: int) -> None:
        """Keep the copies below a limit: the ones fetched longest ago go; links to them stay."""
        held = []
        for file in self._copies.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                status = file.stat()
                held.append((status.st_ctime, status.st_size, file))
        total = sum(size for _, size, _ in held) + room_for
        for _, size, file in sorted(held):
            if total <= _COPIES_BYTES or not _is_old(file):
                return
            file.unlink(missing_ok=True)
            total -= size

    @contextlib.contextmanager
    def _explained(self, *, passing: tuple[type[Exception], ...] = ()) -> Iterator[None]:
        try:
            yield
        except passing:
            raise
        except (failures.BaseError, OSError) as exc:
            reason = str(exc).split("\n", 1)[0][:300]
            msg = f"the bucket {self._bucket} cannot be used: {reason}"
            raise StorageUnavailableError(msg) from exc


def _is_old(copy: Path) -> bool:
    try:
        return copy.stat().st_ctime < time.time() - _COPY_KEPT_S
    except FileNotFoundError:
        return False


def _checked(name: str) -> str:
    if not is_name(name):
        raise StoredFileNotFoundError(f"no file is called {name[:100]!r}")
    return name


def _stored(meta: Any) -> StoredFile:
    return StoredFile(
        name=meta["path"],
        size_bytes=meta["size"],
        modified_at=meta["last_modified"].astimezone(UTC),
        etag=meta["e_tag"] or f"{meta['last_modified'].timestamp()}-{meta['size']}",
    )
