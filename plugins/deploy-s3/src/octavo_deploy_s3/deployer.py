"""The deployer of buckets.

Every file is one object, whole or not at all, so readers never see half of one; the host hands
over what pages need before the pages. An object `.octavo-site` says that a prefix is ours: what
stands in a place without it is never touched.
"""

import asyncio
import gzip
import hashlib
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
import obstore
from msgspec import Meta
from obstore import exceptions as failures
from obstore.store import S3Store

from octavo.sdk import Secret
from octavo.sdk.buckets import BucketPlace, drop_unfinished
from octavo.sdk.deploying import (
    DEPLOY_API_VERSION,
    Begun,
    DeployCapabilities,
    DeployContext,
    Deployer,
    DeployError,
    DeployRefusedError,
    DeployUnavailableError,
    Held,
    SiteFile,
    md5_of,
)

__all__ = ["BucketDeployer", "BucketSettings"]

MARK = ".octavo-site"
_AT_ONCE = 16
_PART_BYTES = 8 * 1024 * 1024  # a larger file goes up in parts of this size
_PACKED_MAX_BYTES = 8 * 1024 * 1024
_PACKED = ("text/", "application/xml", "application/json", "application/feed+json", "image/svg+xml",
           "application/rss+xml", "application/atom+xml", "application/manifest+json")  # fmt: skip
_MISSING = (failures.NotFoundError, FileNotFoundError)
_NOT_LET_IN = (failures.PermissionDeniedError, failures.UnauthenticatedError)


class BucketSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the bucket is, how to get in, and what is said of the files."""

    bucket: Annotated[
        str, Meta(min_length=1, max_length=255, pattern=r"^[A-Za-z0-9._-]+\Z", title="Bucket")
    ]
    access_key_id: Annotated[Secret, Meta(title="Access key id")]
    secret_access_key: Annotated[Secret, Meta(title="Secret access key")]
    endpoint: Annotated[
        str,
        Meta(
            max_length=500,
            pattern=r"^(https?://[^\s?#@]+)?\Z",
            title="Endpoint",
            description="For services other than Amazon's: https://s3.example.com",
        ),
    ] = ""
    region: Annotated[str, Meta(max_length=60, pattern=r"^[a-z0-9-]*\Z", title="Region")] = (
        "us-east-1"
    )
    prefix: Annotated[
        str,
        Meta(
            max_length=500,
            pattern=r"^[A-Za-z0-9._/-]*\Z",
            title="Prefix",
            description="The site goes below it; empty for the whole bucket.",
        ),
    ] = ""
    page_max_age_s: Annotated[
        int,
        Meta(
            ge=0,
            le=86_400,
            title="Pages are fresh for (s)",
            description="How long browsers and caches may show a page before they ask again.",
        ),
    ] = 60
    compress: Annotated[
        bool,
        Meta(
            title="Compress",
            description="Store texts as gzip. Every browser reads it; some scripts do not.",
        ),
    ] = False


class BucketDeployer(Deployer[BucketSettings]):
    """Puts a site into a bucket."""

    api_version = DEPLOY_API_VERSION
    id = "s3"
    title = "S3 bucket"
    capabilities = DeployCapabilities(atomic=False, batch=64)
    settings = BucketSettings

    def __init__(self, ctx: DeployContext[BucketSettings]) -> None:
        super().__init__(ctx)
        config = ctx.config
        endpoint = config.endpoint.rstrip("/")
        options: dict[str, Any] = {
            "region": config.region or "us-east-1",
            "access_key_id": config.access_key_id.reveal(),
            "secret_access_key": config.secret_access_key.reveal(),
        }
        if endpoint:
            options["endpoint"] = endpoint
        self._prefix = config.prefix.strip("/")
        self._store = S3Store(
            config.bucket,
            prefix=self._prefix or None,
            config=options,  # type: ignore[arg-type]  # built above
            client_options={
                "allow_http": endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=10),
                "timeout": timedelta(seconds=120),  # for one request, be it a part
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=60)},
        )

    async def begin(self) -> Begun:
        """Look whether the place is ours, or nobody's."""
        if self.ctx.config.endpoint:
            await self.ctx.check_address(self.ctx.config.endpoint)
        if ".." in self._prefix.split("/") or "" in self._prefix.split("/")[1:]:
            raise DeployRefusedError("the prefix holds an empty part, or `..`")
        try:
            name = await self._claimed()
        except Exception as exc:
            raise self._explained(exc) from exc
        return Begun(live=name, release=name)

    async def _claimed(self) -> str:
        """Answer what our mark says, made now in a place where nothing is."""
        place = f"{self.ctx.config.bucket}/{self._prefix}".rstrip("/")
        try:
            found = await obstore.get_async(self._store, MARK)
            target, _, name = (
                bytes(await found.bytes_async()).decode("utf-8", "replace").partition(" ")
            )
        except _MISSING:
            if await self._first() is not None:
                msg = f"{place} holds other files: empty it, or give a prefix of its own"
                raise DeployRefusedError(msg) from None
            name = secrets.token_hex(8)
            await obstore.put_async(self._store, MARK, f"{self.ctx.target} {name}".encode())
            return name
        if target != self.ctx.target:
            msg = f"another target deploys to {place}; to take it over, remove {MARK} and the files"
            raise DeployRefusedError(msg)
        return name

    async def held(self, paths: Sequence[str] | None = None) -> AsyncIterator[Held]:
        """Answer objects by path; those of another target further below are not ours."""
        try:
            if paths is None:
                async for path, tag in self._everything():
                    yield Held(path=path, tag=tag)
                return
            for found in await asyncio.gather(*(self._find(path) for path in paths)):
                if found is not None:
                    yield Held(path=found["path"], tag=_tag(found))
        except Exception as exc:
            raise self._explained(exc) from exc

    async def put(self, files: Sequence[SiteFile]) -> None:
        """Put objects, some at a time."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def put_one(file: SiteFile) -> None:
            async with gate:
                await self._put(file)

        await self._all(put_one(file) for file in files)

    async def delete(self, paths: Sequence[str]) -> None:
        """Delete objects, all in one request where the service can."""
        try:
            await obstore.delete_async(self._store, list(paths))
        except _MISSING:
            await self._all(self._delete(path) for path in paths)
        except Exception as exc:
            raise self._explained(exc) from exc

    async def tidy(self, *, before: datetime) -> int:
        """Drop the parts of large files whose upload was cut off."""
        config = self.ctx.config
        if config.endpoint:
            await self.ctx.check_address(config.endpoint)
        place = BucketPlace(
            bucket=config.bucket,
            prefix=self._prefix,
            endpoint=config.endpoint,
            region=config.region or "us-east-1",
            key_id=config.access_key_id.reveal(),
            secret=config.secret_access_key.reveal(),
        )
        try:
            return await asyncio.to_thread(drop_unfinished, place, before=before)
        except (httpx.HTTPError, ValueError) as exc:
            msg = f"unfinished uploads of the bucket {config.bucket} stay: {exc}"
            raise DeployUnavailableError(msg) from exc

    def tag(self, file: SiteFile) -> str:
        """Answer the ETag: of what is sent, and of its parts where there are several."""
        if self._is_packed(file):
            return hashlib.md5(_pack(file.source), usedforsecurity=False).hexdigest()
        return md5_of(file.source) if file.size <= _PART_BYTES else _tag_of_parts(file.source)

    def dress(self) -> str:
        """Answer what the headers of pages depend on."""
        config = self.ctx.config
        place = f"{config.endpoint} {config.bucket} {config.prefix}"
        return f"{place} {config.page_max_age_s} {config.compress}"

    # --- one object

    async def _put(self, file: SiteFile) -> None:
        attributes = {"Content-Type": file.content_type, "Cache-Control": self._cache(file)}
        if file.attachment:
            attributes["Content-Disposition"] = "attachment"
        packed = self._is_packed(file)
        if packed:
            attributes["Content-Encoding"] = "gzip"
        body = await asyncio.to_thread(_pack, file.source) if packed else file.source
        await obstore.put_async(
            self._store,
            file.path,
            body,
            attributes=attributes,
            use_multipart=not packed and file.size > _PART_BYTES,
            chunk_size=_PART_BYTES,
            max_concurrency=2,
        )

    async def _delete(self, path: str) -> None:
        try:
            await obstore.delete_async(self._store, path)
        except _MISSING:
            return

    async def _find(self, path: str) -> Any:
        try:
            return await obstore.head_async(self._store, path)
        except _MISSING:
            return None

    async def _first(self) -> Any:
        async for chunk in obstore.list(self._store, chunk_size=1):
            for meta in chunk:
                return meta
        return None

    async def _everything(self) -> AsyncIterator[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        others: list[str] = []
        async for chunk in obstore.list(self._store, chunk_size=1000):
            for meta in chunk:
                path: str = meta["path"]
                if path.endswith(f"/{MARK}"):
                    others.append(path.removesuffix(MARK))
                elif path != MARK:
                    found.append((path, _tag(meta)))
        for path, tag in found:
            if not any(path.startswith(other) for other in others):
                yield path, tag

    async def _all(self, deeds: Any) -> None:
        """Do all, and only then say what went wrong: nothing goes on behind the host's back."""
        for outcome in await asyncio.gather(*deeds, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise self._explained(outcome) from outcome
            if isinstance(outcome, BaseException):
                raise outcome

    def _cache(self, file: SiteFile) -> str:
        if file.immutable:
            return "public, max-age=31536000, immutable"
        return f"public, max-age={self.ctx.config.page_max_age_s}"

    def _is_packed(self, file: SiteFile) -> bool:
        fits = file.size <= _PACKED_MAX_BYTES and file.content_type.startswith(_PACKED)
        return self.ctx.config.compress and fits

    def _explained(self, exc: Exception) -> Exception:
        if isinstance(exc, DeployError):
            return exc
        bucket = self.ctx.config.bucket
        if isinstance(exc, _NOT_LET_IN):
            return DeployRefusedError(
                f"the bucket {bucket} does not let us in: check key and rights"
            )
        if isinstance(exc, _MISSING):
            return DeployRefusedError(f"there is no bucket {bucket}")
        if isinstance(exc, failures.BaseError | OSError):
            reason = str(exc).split("\n", 1)[0][:300]
            for secret in (self.ctx.config.access_key_id, self.ctx.config.secret_access_key):
                reason = reason.replace(secret.reveal(), "***")
            return DeployUnavailableError(f"the bucket {bucket} cannot be used: {reason}")
        return exc


def _tag(meta: Any) -> str:
    return str(meta["e_tag"] or "").strip('"')


def _pack(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), 6, mtime=0)


def _tag_of_parts(file: Path) -> str:
    """Answer the ETag of an upload in parts: the MD5 of their MD5s, and how many they are."""
    digests: list[bytes] = []
    with file.open("rb") as stream:
        while part := stream.read(_PART_BYTES):
            digests.append(hashlib.md5(part, usedforsecurity=False).digest())
    whole = hashlib.md5(b"".join(digests), usedforsecurity=False).hexdigest()
    return f"{whole}-{len(digests)}"
