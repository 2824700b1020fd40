"""Deployments of a real site: what goes, in which order, and what a killed one leaves."""

import random
from collections.abc import AsyncIterator

import msgspec
import pytest
from octavo_deploy_folder import FolderDeployer, FolderSettings

from octavo.deploying.deployment import Deployment
from octavo.deploying.manifest import Manifest
from octavo.deploying.rules import phase_of
from octavo.sdk.deploying import (
    Begun,
    DeployCapabilities,
    Deployer,
    DeployUnavailableError,
    Held,
    md5_of,
)
from octavo.sdk.deploying_testing import context


class _Killed(BaseException):
    """As if the process ended: nothing catches it."""


class _Place:
    """A target in memory that readers see at once. `left`: deeds until the process is killed."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.deeds: list[tuple[str, str]] = []
        self.left: float = float("inf")
        self.name = "first"
        self.dress = ""
        self.asked = 0

    def spend(self, error: type[BaseException] = _Killed) -> None:
        self.left -= 1
        if self.left < 0:
            raise error


class _Settings(msgspec.Struct, frozen=True):
    pass


class _Deployer(Deployer[_Settings]):
    api_version = 1
    id = "memory"
    title = "Memory"
    capabilities = DeployCapabilities(atomic=False, batch=5)
    settings = _Settings

    def __init__(self, place: _Place) -> None:
        super().__init__(context(_Settings()))
        self.place = place

    async def begin(self):
        return Begun(live=self.place.name, release=self.place.name)

    async def held(self, paths=None) -> AsyncIterator[Held]:
        self.place.asked += 1
        for path in sorted(self.place.files) if paths is None else paths:
            if path in self.place.files:
                yield Held(path=path, tag=_md5(self.place.files[path]))

    async def put(self, files):
        for file in files:
            self.place.spend()
            self.place.files[file.path] = file.source.read_bytes()
            self.place.deeds.append(("put", file.path))

    async def delete(self, paths):
        for path in paths:
            self.place.spend()
            if self.place.files.pop(path, None) is not None:
                self.place.deeds.append(("delete", path))

    def tag(self, file):
        return md5_of(file.source)

    def dress(self):
        return self.place.dress


def _md5(data: bytes) -> str:
    import hashlib

    return hashlib.md5(data, usedforsecurity=False).hexdigest()


class _World:
    def __init__(self, folio, folder):
        self.folio, self.desk, self.folder = folio, folio.desk, folder
        self.place = _Place()

    async def build(self):
        return await self.desk.site.build(now=self.folio.NOW)

    def site(self):
        return {path: data for path, data in self.desk.tree().items() if path != ".octavo-site"}

    async def deploy(self, *, full=False, deployer=None):
        deployer = deployer or _Deployer(self.place)
        manifest = Manifest(self.folder / "m.db", atomic=deployer.capabilities.atomic)
        try:
            spool = self.folder / "spool"
            return await Deployment(self.desk.site, deployer, manifest, spool=spool).run(full=full)
        finally:
            manifest.close()


@pytest.fixture
def world(folio, tmp_path):
    return _World(folio, tmp_path)


async def test_a_target_gets_the_whole_site_and_then_only_what_changed(world):
    await world.build()
    moved = await world.deploy()
    assert world.place.files == world.site()
    assert moved.put == len(world.place.files)

    again = await world.deploy()
    assert (again.put, again.deleted, again.to_put) == (0, 0, 0)

    world.place.deeds.clear()
    before = world.site()
    world.desk.change(3, body="Other words.")
    await world.build()
    moved = await world.deploy()
    after = world.site()
    assert world.place.files == after
    assert {path for _, path in world.place.deeds} == {
        path for path in after if before.get(path) != after[path]
    }


async def test_what_pages_need_goes_first_and_what_is_gone_goes_last(world):
    await world.build()
    await world.deploy()
    world.desk.withdraw(2)
    world.desk.put(world.folio.make_piece(7, tags=[world.folio.tag(1)]))
    await world.build()
    world.place.deeds.clear()
    await world.deploy()

    pages = {
        "piece-7/index.html": "piece:7",
        **{f"piece-{n}/index.html": f"piece:{n}" for n in range(7)},
    }
    order = [
        9 if kind == "delete" else phase_of(path, pages.get(path, "list:home"))
        for kind, path in world.place.deeds
    ]
    assert order == sorted(order)
    assert {0, 1, 2, 3, 9} - {0} <= set(order)
    assert ("delete", "piece-2/index.html") in world.place.deeds


async def test_the_first_deployment_begins_with_assets(world):
    await world.build()
    await world.deploy()

    paths = [path for _, path in world.place.deeds]
    first_page = paths.index("piece-1/index.html")
    assert all(paths.index(path) < first_page for path in paths if path.startswith("assets/"))
    assert paths.index("index.html") > first_page
    assert paths.index("feed.xml") > paths.index("index.html")


async def test_killed_anywhere_the_next_run_finishes_and_puts_nothing_twice(world):
    await world.build()
    chance = random.Random(7)
    for number in range(4):
        world.desk.put(world.folio.make_piece(20 + number, tags=[world.folio.tag(number % 3)]))
        if number % 3 == 2:
            world.desk.withdraw(20 + number - 1)
        await world.build()
        world.place.deeds.clear()
        while True:
            world.place.left = chance.randint(0, 9)
            try:
                await world.deploy()
            except _Killed:
                continue
            break
        assert world.place.files == world.site()
        assert len(world.place.deeds) == len(set(world.place.deeds))


async def test_a_target_that_fails_in_the_middle_has_no_page_without_its_assets(world):
    await world.build()
    count = len(world.site())
    for left in range(0, count, 7):
        world.place = _Place()
        world.place.left = left
        (world.folder / "m.db").unlink(missing_ok=True)
        with pytest.raises(_Killed):
            await world.deploy()
        if any(path.endswith(".html") for path in world.place.files):
            assets = {path for path in world.site() if path.startswith("assets/")}
            assert assets <= world.place.files.keys()


async def test_a_lost_manifest_costs_a_look_and_no_upload(world):
    await world.build()
    await world.deploy()
    (world.folder / "m.db").unlink()
    world.place.deeds.clear()
    world.place.files["stray.html"] = b"of an old release"
    moved = await world.deploy()

    assert world.place.deeds == [("delete", "stray.html")]
    assert (moved.put, moved.same) == (0, len(world.site()))


async def test_a_full_deployment_mends_what_somebody_changed_there(world):
    await world.build()
    await world.deploy()
    del world.place.files["index.html"]
    world.place.files["piece-1/index.html"] = b"defaced"
    assert (await world.deploy()).put == 0

    assert (await world.deploy(full=True)).put == 2
    assert world.place.files == world.site()


async def test_a_place_that_was_emptied_gets_everything_again(world):
    await world.build()
    await world.deploy()
    world.place.files.clear()
    world.place.name = "second"
    await world.deploy()

    assert world.place.files == world.site()


async def test_other_headers_put_every_file_again(world):
    await world.build()
    await world.deploy()
    world.place.dress = "max-age 600"
    moved = await world.deploy()

    assert moved.put == len(world.site())
    assert (await world.deploy()).put == 0


async def test_a_site_built_from_scratch_is_compared_and_not_sent_again(world):
    await world.build()
    await world.deploy()
    await world.desk.site.build(full=True, now=world.folio.NOW)
    moved = await world.deploy()

    assert (moved.put, moved.deleted) == (0, 0)


async def test_a_failure_tells_and_what_arrived_is_kept(world):
    class Failing(_Deployer):
        async def put(self, files):
            if len(self.place.files) >= 10:
                raise DeployUnavailableError("the disk over there is full")
            await super().put(files)

    await world.build()
    with pytest.raises(DeployUnavailableError):
        await world.deploy(deployer=Failing(world.place))
    arrived = len(world.place.files)
    moved = await world.deploy()

    assert arrived == 10
    assert moved.put == len(world.site()) - 10


async def test_a_folder_switches_at_once_and_a_failed_deployment_is_not_seen(world, tmp_path):
    config = FolderSettings(folder="blog")
    (tmp_path / "sites").mkdir()

    class Cut(FolderDeployer):
        async def delete(self, paths):
            raise _Killed

    def deployer(kind=FolderDeployer):
        return kind(context(config, folders=(tmp_path / "sites",)))

    def shown():
        return world.folio.tree(tmp_path / "sites/blog/current")

    await world.build()
    await world.deploy(deployer=deployer())
    before = shown()
    assert before == world.site()

    world.desk.withdraw(4)
    world.desk.change(5, body="Other words.")
    await world.build()
    with pytest.raises(_Killed):
        await world.deploy(deployer=deployer(Cut))
    assert shown() == before
    moved = await world.deploy(deployer=deployer())
    assert shown() == world.site()
    assert moved.put == 0  # all of it was there already, for the switch to show

    for number in range(30, 36):
        world.desk.put(world.folio.make_piece(number))
        await world.build()
        await world.deploy(deployer=deployer())
        assert shown() == world.site()
