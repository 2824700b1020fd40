"""Sizes of pictures: made after publication, and followed by the site. On both engines."""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image
from tests.publishing.house import House
from tests.publishing.image_samples import WHERE, opened, photo

from octavo.content.kinds import Cover
from octavo.content.media import orphans
from octavo.kernel.settings import SettingsError
from octavo.publishing.cards import drawing
from octavo.publishing.images import service, sizes
from octavo.publishing.images.jobs import Studio
from octavo.publishing.serving.site import site_app

if TYPE_CHECKING:
    pass


async def test_a_picture_is_shown_at_once_and_its_sizes_follow(house: House) -> None:
    await house.site.build(now=house.clock())
    file = await house.upload(photo())
    await house.publish(title="Mill", body=f"![The mill](/media/{file.path})\n")
    await house.site.build_pending(house.clock())
    page = house.page("mill/index.html")
    assert f'<img src="/media/{file.path}"' in page.replace(' decoding="async"', "")
    assert "srcset" not in page
    assert 'width="1000" height="700"' in page

    assert await house.make() == 1
    report = await house.site.build_pending(house.clock())
    assert report is not None
    assert report.problems == []
    page = house.page("mill/index.html")
    assert '<source type="image/avif" srcset="/media/sizes/' in page
    assert '<source type="image/webp" srcset="/media/sizes/' in page
    made = await house.made(file)
    assert {one.width for one in made.files if one.mime == "image/avif"} == {480, 800, 1000}
    for one in made.files:
        picture = opened(house.site_file(one.path).read_bytes())
        assert Image.MIME[picture.format or ""] == one.mime
        assert picture.size == (one.width, one.height)
        assert f"/media/{one.path} {one.width}w" in page
        assert not picture.getexif()
        assert b"GPS-41" not in house.site_file(one.path).read_bytes()
    assert await house.make() == 0
    assert await house.site.build_pending(house.clock()) is None


async def test_readers_never_get_the_place_where_a_picture_was_taken(house: House) -> None:
    file = await house.upload(photo(turned=6))
    stored = house.store.storage.local_file(file.path)
    assert stored is not None
    assert WHERE in stored.read_bytes()
    assert (file.width, file.height) == (700, 1000)
    await house.publish(title="Mill", body=f"![The mill](/media/{file.path})\n")
    await house.site.build(now=house.clock())
    assert 'width="700" height="1000"' in house.page("mill/index.html")
    shown = house.site_file(file.path).read_bytes()
    assert WHERE not in shown
    assert opened(shown).getexif()[0x0112] == 6

    # … nor of one that no page shows yet.
    other = await house.upload(photo(seed=9))
    app = site_app(house.site, media=house.store.storage)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="https://folio.example"
    ) as client:
        answer = await client.get(f"/media/{other.path}")
        assert answer.status_code == 200
        assert WHERE not in answer.content
        assert opened(answer.content).size == (1000, 700)
        assert "max-age=300" in answer.headers["cache-control"]
        known = {"if-none-match": answer.headers["etag"]}
        assert (await client.get(f"/media/{other.path}", headers=known)).status_code == 304


async def test_a_full_build_gives_the_same_site(house: House) -> None:
    file = await house.upload(photo())
    await house.publish(
        title="Mill", body=f"![The mill](/media/{file.path})\n", cover=Cover(media_id=file.id)
    )
    await house.site.build(now=house.clock())
    await house.make()
    await house.site.build_pending(house.clock())
    report = await house.site.build(now=house.clock(), full=True)
    assert (report.written, report.removed) == (0, 0)


@pytest.mark.parametrize("cut", [2, 1.1], ids=["half", "nearly whole"])
async def test_a_picture_that_cannot_be_read_is_shown_as_it_is_and_says_why(
    house: House, cut: float
) -> None:
    data = photo()
    file = await house.upload(data[: int(len(data) / cut)])
    await house.publish(title="Mill", body=f"![The mill](/media/{file.path})\n")
    await house.site.build(now=house.clock())
    await house.make()
    made = await house.made(file)
    assert made.state == "failed"
    assert "cannot be read as a picture" in made.reason
    report = await house.site.build_pending(house.clock())
    assert report is not None
    assert report.problems == []
    assert house.site_file(file.path).exists()


async def test_one_that_takes_too_long_is_ended(house: House) -> None:
    house.studio = house.new_studio(time_limit_s=0.01)
    file = await house.upload(photo())
    await house.make()
    assert (await house.made(file)).reason == "takes longer than 0.01 seconds"
    assert await house.studio.look_again(failed=True) == 1


async def test_a_worker_killed_in_the_middle_leaves_it_to_the_next(house: House) -> None:
    file = await house.upload(photo())
    await house.studio.find_new()
    work = asyncio.create_task(house.studio.make_waiting())
    await asyncio.sleep(0.05)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert (await house.made(file)).state == "wanted"
    assert await house.make() == 0  # somebody may still be at it
    house.clock.move(minutes=6)
    assert await house.make() == 1
    assert (await house.made(file)).state == "made"


async def test_one_that_ends_its_worker_each_time_is_given_up(house: House) -> None:
    file = await house.upload(photo())
    await house.studio.find_new()
    for _ in range(3):
        assert await service.claim(now=house.clock()) is not None
        house.clock.move(minutes=6)
    await house.make()
    assert (await house.made(file)).reason == "the worker ended in the middle of it, each time"


async def test_other_bytes_get_sizes_of_their_own_and_the_old_ones_go(house: House) -> None:
    file = await house.upload(photo(seed=1))
    await house.publish(title="Mill", body=f"![The mill](/media/{file.path})\n")
    await house.make()
    await house.site.build(now=house.clock())
    old = (await house.made(file)).files

    changed = await house.replace(file, photo(1200, 800, seed=2))
    await house.make()
    await house.site.build_pending(house.clock())
    page = house.page("mill/index.html")
    assert 'width="1200" height="800"' in page
    assert not any(one.path in page for one in old)
    assert not any(house.site_file(one.path).exists() for one in old)

    assert await house.studio.drop_unneeded() == 0  # a build may still be reading
    assert await house.studio.drop_unneeded() == len(old)
    assert not any(house.store.storage.find(one.path) for one in old)
    assert all(house.store.storage.find(one.path) for one in (await house.made(changed)).files)


async def test_sizes_are_no_orphans_of_the_library_and_strays_of_their_own_go(house: House) -> None:
    await house.upload(photo())
    await house.make()
    assert (await orphans.find_orphans(store=house.store)).count_files_without_row == 0
    stray = house.settings.media_dir / "sizes" / "aa" / "stray-480.webp"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"x")
    assert await house.studio.drop_strays() == 0
    house.clock.instant = datetime.now(UTC)
    house.clock.move(hours=2)
    assert await house.studio.drop_strays() == 1
    assert (await house.studio.counts()).made == 1


async def test_another_recipe_makes_them_again(house: House) -> None:
    file = await house.upload(photo())
    await house.make()
    house.studio = house.new_studio(recipe=sizes.Recipe(("webp",)))
    await house.studio.look_again()
    assert await house.studio.make_waiting() == 1
    made = await house.made(file)
    assert {one.mime for one in made.files} == {"image/webp", "image/jpeg"}
    kept = {one.path for one in made.files}
    assert {f.name for f in house.store.storage.files() if f.name.startswith("sizes/")} == kept


async def test_switched_off_nothing_is_made(house: House) -> None:
    house.studio = house.new_studio(recipe=sizes.parse_formats("off"))
    await house.upload(photo())
    assert await house.make() == 0
    assert (await house.studio.counts()).wanted == 0


async def test_many_workers_make_each_picture_once(house: House) -> None:
    for seed in range(4):
        await house.upload(photo(700, 500, seed=seed))
    other = house.new_studio()
    await house.studio.find_new()
    await other.find_new()
    done = await asyncio.gather(house.studio.make_waiting(), other.make_waiting())
    assert sum(done) == 4
    assert (await house.studio.counts()).made == 4


def test_sizes_lie_where_the_library_looks_for_no_orphans() -> None:
    assert orphans._MADE_OF_OURS == (sizes.FOLDER, drawing.FOLDER)


async def test_the_api_says_what_was_made_of_a_picture(installation) -> None:  # type: ignore[no-untyped-def]
    owner = await installation.owner()
    sent = await owner.post("/api/v1/media", files={"file": ("a.jpg", photo())})
    address = f"/api/v1/media/{sent.json()['id']}/renditions"
    assert sent.json()["thumbnail_url"] is None
    assert (await owner.get(address)).json()["state"] == "none"
    runtime = installation.runtime
    studio = Studio(store=runtime.media, clock=runtime.clock, recipe=runtime.recipe)
    await studio.find_new()
    assert (await owner.get(address)).json()["state"] == "wanted"
    await studio.make_waiting()
    said = (await owner.get(address)).json()
    assert said["state"] == "made"
    served = await installation.client().get(f"/media/{said['files'][0]['path']}")
    assert "immutable" in served.headers["cache-control"]
    assert opened(served.content).width == said["files"][0]["width"]
    listed = (await owner.get("/api/v1/media")).json()["items"][0]["thumbnail_url"]
    small = await installation.client().get(listed)
    assert opened(small.content).width == min(one["width"] for one in said["files"])
    assert small.headers["content-type"] == "image/webp"
    assert (await owner.get("/api/v1/media/999/renditions")).status_code == 404
    assert (await installation.client().get(address)).status_code == 401


def test_formats_are_chosen_by_a_setting() -> None:
    assert sizes.parse_formats("") == sizes.Recipe(("avif", "webp"))
    assert sizes.parse_formats(" WebP ") == sizes.Recipe(("webp",))
    assert sizes.parse_formats("off") is None
    with pytest.raises(SettingsError, match="OCTAVO_RENDITIONS"):
        sizes.parse_formats("gif")
