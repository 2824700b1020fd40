"""The contract between Octavo and a deployer: a place that a generated site is copied to.

A plugin is a distribution with an entry point in the group `octavo.deployers` whose value is a
subclass of `Deployer`. The host decides *what* and *when*: it knows which files changed, in which
order they must arrive, and what the target has; the deployer knows *how* one kind of place takes
files. One deployment is

    begin -> put (assets and media, pages, lists and feeds: a batch at a time) -> delete -> switch

and any of these may be the last that happens: the process may be killed anywhere, and the next
deployment goes on from there. `octavo.sdk.deploying_testing.DeployerContract` is the test class that
every deployer inherits.
"""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Final, Generic

import msgspec

from octavo.sdk.context import Config, Log

__all__ = [
    "DEPLOY_API_VERSION",
    "Begun",
    "DeployCapabilities",
    "DeployContext",
    "DeployError",
    "DeployRefusedError",
    "DeployUnavailableError",
    "Deployer",
    "Held",
    "SiteFile",
    "md5_of",
]

DEPLOY_API_VERSION: Final = 1
"""The version of this contract. The host refuses a deployer that declares another."""


class DeployError(Exception):
    """Base of what a deployer may raise. `reason` is shown and stored: never a secret in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class DeployUnavailableError(DeployError):
    """The target does not answer for now: the host tries again later, by itself."""


class DeployRefusedError(DeployError):
    """A person must change something: settings, rights, or what stands there already."""


class DeployCapabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind of target can do.

    Attributes:
        atomic: readers see nothing of a deployment before `switch`, and then all of it.
        batch: how many files the host hands over at once.
    """

    atomic: bool
    batch: int = 64


class SiteFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file to put.

    Attributes:
        path: its place in the site, relative, with `/` between parts.
        source: where its bytes are; nobody changes them meanwhile. A hard link to it is welcome.
        size: in bytes.
        content_type: the whole header.
        immutable: its path changes with its bytes, so it may be kept for ever.
        attachment: it must never be shown in a browser by itself.
    """

    path: str
    source: Path
    size: int
    content_type: str
    immutable: bool = False
    attachment: bool = False


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the target has. `tag` is what `Deployer.tag` answers for the same bytes."""

    path: str
    tag: str


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment that can begin.

    Attributes:
        live: names what readers see now; empty when it is nothing. Another name than after the
            last deployment makes the host ask for everything that is held.
        release: names what is being made: the same name as before when it goes on with what a
            deployment that was cut off has put already. Without an atomic switch it is `live`.
    """

    live: str
    release: str


@dataclass(frozen=True, kw_only=True)
class DeployContext(Generic[Config]):
    """The world, as far as a deployer may see it.

    Attributes:
        config: the target's settings, an instance of `Deployer.settings`.
        target: names the target for ever; a place that another one marked as its own is refused.
        folders: the folders of this machine in which a target may be.
        check_address: await it with a URL before the first connection there; it raises
            `DeployRefusedError` for addresses that the operator did not allow.
        log: goes to the host's log.
        now: the present instant, aware, in UTC.
    """

    config: Config
    target: str
    folders: tuple[Path, ...]
    check_address: Callable[[str], Awaitable[None]]
    log: Log
    now: datetime


class Deployer(ABC, Generic[Config]):
    """One kind of target. One instance serves one deployment to one target."""

    api_version: ClassVar[int]
    id: ClassVar[str]
    """The name of the entry point, and of the deployer in the API: lower case, stable for ever."""
    title: ClassVar[str]
    capabilities: ClassVar[DeployCapabilities]
    settings: ClassVar[type[msgspec.Struct]]
    """The Struct that settings are checked against; see `octavo.sdk.secrets`."""

    def __init__(self, ctx: DeployContext[Config]) -> None:
        self.ctx = ctx

    @abstractmethod
    async def begin(self) -> Begun:
        """Make ready; nothing that readers see changes. Refuses a place that holds other files.

        Raises:
            DeployError: `reason` says what to change, or that the target does not answer.
        """

    @abstractmethod
    def held(self, paths: Sequence[str] | None = None) -> AsyncIterator[Held]:
        """Answer which of `paths` the release that `begin` named has; None asks for everything."""

    @abstractmethod
    async def put(self, files: Sequence[SiteFile]) -> None:
        """Put every one of the files; a file of the same path is replaced, never half."""

    @abstractmethod
    async def delete(self, paths: Sequence[str]) -> None:
        """Remove files; those that are not there are passed over."""

    async def switch(self) -> None:
        """Let readers see what was put. The default is for targets where they do already."""
        return

    async def tidy(self, *, before: datetime) -> int:
        """Drop what was begun to be put before then and never ended; answer how many. Once a day."""
        del before
        return 0

    async def close(self) -> None:
        """Let go of connections."""
        return

    def tag(self, file: SiteFile) -> str:
        """Answer what `held` would say of the file after `put`. May read it."""
        return md5_of(file.source)

    def dress(self) -> str:
        """Name all of the settings that change how unchanged bytes are put (headers, packing)."""
        return ""


def md5_of(file: Path) -> str:
    """Answer the MD5 of a file: what object stores call its ETag. Not for anything secret."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
