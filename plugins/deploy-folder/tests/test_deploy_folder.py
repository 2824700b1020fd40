import os
from pathlib import Path

import pytest
from octavo_deploy_folder import FolderDeployer, FolderSettings

from octavo.sdk.deploying import DeployRefusedError, SiteFile
from octavo.sdk.deploying_testing import DeployerContract, context


class TestFolder(DeployerContract):
    @pytest.fixture(params=[1, 2, 3], autouse=True)
    def _keep(self, request: pytest.FixtureRequest) -> None:
        self.keep = request.param

    def deployer(self, target: str = "target-1") -> FolderDeployer:
        (self.folder / "sites").mkdir(exist_ok=True)
        settings = FolderSettings(folder="blog", keep=self.keep)
        return FolderDeployer(context(settings, target=target, folders=(self.folder / "sites",)))

    def shown(self) -> dict[str, bytes]:
        root = self.folder / "sites/blog/current"
        return {
            str(file.relative_to(root)): file.read_bytes()
            for file in root.rglob("*")
            if file.is_file()
        }

    def litter(self) -> None:
        place = self.folder / "sites/blog"
        place.mkdir(parents=True)
        (place / "diary.txt").write_text("mine")

    def test_so_many_releases_stay_to_go_back_to(self) -> None:
        for number in range(6):
            self._deploy(put={"n": b"%d" % number})

        releases = sorted(p for p in (self.folder / "sites/blog/releases").iterdir() if p.is_dir())
        kept = [(release / "n").read_bytes() for release in releases]
        assert kept == [b"%d" % number for number in range(6 - self.keep, 6)]

    def test_after_going_back_by_hand_the_next_release_is_made_of_what_readers_saw(self) -> None:
        for number in range(3):
            self._deploy(put={"n": b"%d" % number, f"only-{number}": b"x"})
        current = self.folder / "sites/blog/current"
        oldest = min(p.name for p in (self.folder / "sites/blog/releases").iterdir() if p.is_dir())
        current.unlink()
        current.symlink_to(f"releases/{oldest}")
        seen = self.shown()

        for _ in range(3):
            self._deploy(put={"m": b"m"})
            assert self.shown() == seen | {"m": b"m"}

    def test_a_cut_at_any_step_of_the_switch_is_mended(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wanted = {"a": b"0"}
        self._deploy(put=wanted)
        for step in range(1, 7):
            fresh = {"a": b"%d" % step, f"b{step}": b"b"}
            wanted |= fresh
            with monkeypatch.context() as patch:
                _cut_after(patch, step)
                with pytest.raises(_CutError):
                    self._deploy(put=fresh)
            before = self.shown()
            assert before in (wanted, {p: d for p, d in before.items() if wanted.get(p)})
            self._deploy(put=fresh)

            assert self.shown() == wanted

    def test_a_folder_outside_of_those_set_aside_is_refused(self) -> None:
        for folder in ("../elsewhere", "/etc", ".", "a/../.."):
            settings = FolderSettings(folder=folder)
            with pytest.raises(DeployRefusedError, match="inside one set aside"):
                FolderDeployer(context(settings, folders=(self.folder / "sites",)))

    def test_a_path_that_would_leave_the_release_is_refused(self) -> None:
        async def put(deployer: FolderDeployer) -> None:
            await deployer.begin()
            source = Path(os.devnull)
            await deployer.put(
                [SiteFile(path="../x", source=source, size=0, content_type="text/html")]
            )

        with pytest.raises(DeployRefusedError, match="not the path"):
            self._run(put)


class _CutError(BaseException):
    """As if the process were killed: nothing catches it."""


def _cut_after(patch: pytest.MonkeyPatch, steps: int) -> None:
    """Let so many renames and unlinks of a release happen, and end at the next one."""
    left = steps

    def counted(done):
        def do(self, *args, **named):
            nonlocal left
            left -= 1
            if left < 0:
                raise _CutError
            return done(self, *args, **named)

        return do

    for name in ("rename", "replace", "symlink_to"):
        patch.setattr(Path, name, counted(getattr(Path, name)))
