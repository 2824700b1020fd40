"""`DeployerContract`: the tests that every deployer must pass.

    class TestFolderDeployer(DeployerContract):
        def deployer(self, target="t1"):
            return FolderDeployer(context(FolderSettings(folder="site"), target=target, ...))

        def shown(self):
            return {path: bytes} as readers see it

Call `pytest.register_assert_rewrite("octavo.sdk.deploying_testing")` in the plugin's `conftest.py`.
"""

# ruff: noqa: S101
import asyncio
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from octavo.sdk.context import NullLog
from octavo.sdk.deploying import (
    DEPLOY_API_VERSION,
    Begun,
    DeployContext,
    Deployer,
    DeployRefusedError,
    SiteFile,
)
from octavo.sdk.secrets import settings_schema

__all__ = ["DeployerContract", "context"]


def context(
    config: msgspec.Struct, *, target: str = "target-1", folders: tuple[Path, ...] = ()
) -> DeployContext[Any]:
    """Make a context that allows every address."""

    async def allow(url: str) -> None:
        del url

    return DeployContext(
        config=config,
        target=target,
        folders=folders,
        check_address=allow,
        log=NullLog(),
        now=datetime(2026, 6, 15, 10, 30, tzinfo=UTC),
    )


class DeployerContract(ABC):
    """Inherit, and say how to make a deployer of one place, and what readers see there."""

    folder: Path

    def setup_method(self) -> None:
        """Make a folder of its own for each test."""
        self.folder = Path(tempfile.mkdtemp(prefix="octavo-deployer-"))

    def teardown_method(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @abstractmethod
    def deployer(self, target: str = "target-1") -> Deployer[Any]:
        """Make a new deployer of the same empty place, as another process would."""

    @abstractmethod
    def shown(self) -> dict[str, bytes]:
        """Answer what readers see: bytes by path."""

    @abstractmethod
    def litter(self) -> None:
        """Put a file there that is not of a site."""

    # --- the tests

    def test_it_declares_what_it_is(self) -> None:
        """Version, names, and settings that a form can be made of."""
        kind = type(self.deployer())

        assert kind.api_version == DEPLOY_API_VERSION
        assert kind.id
        assert kind.title
        assert settings_schema(kind.settings)["properties"]

    def test_what_is_put_is_seen_and_held(self) -> None:
        """Bytes arrive as they are, whatever the name."""
        files = {"index.html": b"<h1>Home</h1>", "2026/ä post/index.html": b"x" * 70_000, "e": b""}
        self._deploy(put=files)

        assert files == self.shown()
        assert self._held(None) == {path: self._tag(path, data) for path, data in files.items()}
        assert set(self._held(["e", "nowhere/at/all"])) == {"e"}

    def test_a_file_is_replaced_and_a_file_is_deleted(self) -> None:
        """Deleting what is not there is no failure."""
        self._deploy(put={"a/index.html": b"old", "b/index.html": b"b", "c": b"c"})
        self._deploy(put={"a/index.html": b"new"}, delete=["b/index.html", "never/there"])

        assert self.shown() == {"a/index.html": b"new", "c": b"c"}

    def test_a_file_may_become_a_folder_and_back(self) -> None:
        """The host deletes last: what stands in the way goes by itself."""
        self._deploy(put={"a": b"file", "z": b"z"})
        self._deploy(put={"a/index.html": b"folder"}, delete=["a"])
        assert self.shown() == {"a/index.html": b"folder", "z": b"z"}

        self._deploy(put={"a": b"file again"}, delete=["a/index.html"])
        assert self.shown() == {"a": b"file again", "z": b"z"}

    def test_putting_twice_is_putting_once(self) -> None:
        """A process that was killed puts its last batch again."""
        self._deploy(put={"a": b"1"})
        self._deploy(put={"a": b"1"})

        assert self.shown() == {"a": b"1"}

    def test_ten_deployments_leave_what_the_last_one_wanted(self) -> None:
        """Through every release that is kept and dropped."""
        wanted: dict[str, bytes] = {}
        for number in range(10):
            fresh = {
                f"p{number % 4}/index.html": b"%d" % number,
                f"n{number}": b"n",
                "i": b"%d" % number,
            }
            gone = [f"n{number - 2}"] if number > 1 else []
            self._deploy(put=fresh, delete=gone)
            wanted = {p: d for p, d in (wanted | fresh).items() if p not in gone}

            assert self.shown() == wanted

    def test_a_deployment_that_was_cut_off_goes_on(self) -> None:
        """Either it says so by the same name, or what it holds is the truth all the same."""
        first = self._deploy(put={"a": b"1", "b": b"1"})

        async def cut(deployer: Deployer[Any]) -> Begun:
            begun = await deployer.begin()
            await deployer.put([self._file("a", b"2")])
            return begun

        before = self._run(cut)
        if type(self.deployer()).capabilities.atomic:
            assert self.shown() == {"a": b"1", "b": b"1"}
        begun = self._run(lambda deployer: deployer.begin())
        assert begun == before
        assert first.release == begun.live
        assert self._held(["a"]) == {"a": self._tag("a", b"2")}
        self._deploy(put={"b": b"2"})

        assert self.shown() == {"a": b"2", "b": b"2"}

    def test_a_place_with_other_files_is_refused(self) -> None:
        """Nothing of somebody else's is ever removed."""
        self.litter()

        assert "holds other files" in self._refusal("target-1")

    def test_the_place_of_another_target_is_refused(self) -> None:
        """Two sites in one place would delete each other."""
        self._deploy(put={"a": b"1"})

        assert "another target" in self._refusal("target-2")

    def test_the_source_stays_as_it_is(self) -> None:
        """Nobody writes into a file that was handed over."""
        source = self._file("a", b"mine").source
        self._deploy(put={"a": b"mine"})
        self._deploy(put={"a": b"other"}, delete=["a2"])

        assert source.read_bytes() == b"mine"

    # --- what they share

    def _refusal(self, target: str) -> str:
        try:
            self._run(lambda deployer: deployer.begin(), target=target)
        except DeployRefusedError as refused:
            return refused.reason
        raise AssertionError("the place was not refused")

    def _run(
        self, work: Callable[[Deployer[Any]], Awaitable[Any]], *, target: str = "target-1"
    ) -> Any:
        async def run() -> Any:
            deployer = self.deployer(target)
            try:
                return await work(deployer)
            finally:
                await deployer.close()

        return asyncio.run(run())

    def _deploy(self, *, put: dict[str, bytes], delete: list[str] | None = None) -> Begun:
        async def deploy(deployer: Deployer[Any]) -> Begun:
            begun = await deployer.begin()
            await deployer.put([self._file(path, data) for path, data in put.items()])
            await deployer.delete(delete or [])
            await deployer.switch()
            return begun

        found: Begun = self._run(deploy)
        return found

    def _held(self, paths: list[str] | None) -> dict[str, str]:
        async def ask(deployer: Deployer[Any]) -> dict[str, str]:
            await deployer.begin()
            return {held.path: held.tag async for held in deployer.held(paths)}

        found: dict[str, str] = self._run(ask)
        return found

    def _tag(self, path: str, data: bytes) -> str:
        return self.deployer().tag(self._file(path, data))

    def _file(self, path: str, data: bytes) -> SiteFile:
        source = self.folder / "source" / str(abs(hash((path, data))))
        source.parent.mkdir(exist_ok=True)
        source.write_bytes(data)
        return SiteFile(path=path, source=source, size=len(data), content_type="text/html")
