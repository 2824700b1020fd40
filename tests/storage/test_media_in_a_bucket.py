"""A whole installation whose media lie in a bucket: uploaded, built into the site, replaced, deleted."""

import shutil

import pytest
from tests import pictures
from tests.publishing.image_samples import opened, photo

from octavo.content.media import orphans
from octavo.deploying.running import Deploying, run_deployment
from octavo.kernel.storage import StorageUnavailableError
from octavo.publishing import service as publishing
from octavo.publishing.images.jobs import Studio

API = "/api/v1/media"


def png(colour: int) -> bytes:
    return pictures.png(1, 1, bytes([0, colour, 0, 0]))


@pytest.fixture
def environment(bucket_server, tmp_path):
    endpoint, key, secret = bucket_server
    prefix = tmp_path.name
    return {"OCTAVO_MEDIA_URL": f"s3://{key}:{secret}@media/site/{prefix}?endpoint={endpoint}"}


def in_bucket(installation):
    return sorted(file.name for file in installation.runtime.media.storage.files())


async def test_media_in_a_bucket_live_as_in_a_folder(installation, clock):
    owner, runtime = await installation.owner(), installation.runtime
    media = (await owner.post(API, files={"file": ("loaf.png", png(1))})).json()
    assert in_bucket(installation) == [media["path"]]
    assert not runtime.settings.media_dir.exists()
    # Before any page shows it, straight from the bucket.
    reader, path = installation.client(), f"/media/{media['path']}"
    assert (await reader.get(path)).content == png(1)

    body = f"![A loaf]({path})"
    piece = (await owner.post("/api/v1/pieces", json={"title": "Bread", "body": body})).json()
    published = await owner.post(
        f"/api/v1/pieces/{piece['id']}/transitions", json={"to": "published", "version": 1}
    )
    assert published.status_code == 200
    first = await runtime.site.build(now=clock())
    on_site = runtime.site.folder / "media" / media["path"]
    assert (first.problems, on_site.read_bytes()) == ([], png(1))
    again = await runtime.site.build(now=clock(), full=True)
    assert again.written == 0

    replaced = await owner.put(f"{API}/{media['id']}/content", files={"file": ("x.png", png(2))})
    assert (replaced.status_code, replaced.json()["path"]) == (200, media["path"])
    report = await runtime.site.build_pending(clock())
    assert (report.written, on_site.read_bytes()) == (1, png(2))
    assert (await reader.get(path)).content == png(2)
    assert in_bucket(installation) == [media["path"]]

    assert (await owner.delete(f"{API}/{media['id']}")).status_code == 409
    idle = (await owner.post(API, files={"file": ("idle.png", png(3))})).json()
    assert (await owner.delete(f"{API}/{idle['id']}")).status_code == 204
    assert in_bucket(installation) == [media["path"]]
    runtime.media.storage.delete(media["path"])
    found = await orphans.find_orphans(store=runtime.media)
    assert (found.count_rows_without_file, found.count_files_without_row) == (1, 0)


async def test_sizes_of_pictures_in_a_bucket_are_made_served_and_deployed(installation, clock):
    owner, runtime = await installation.owner(), installation.runtime
    media = (await owner.post(API, files={"file": ("mill.jpg", photo(turned=6))})).json()
    assert (media["width"], media["height"]) == (700, 1000)
    body = f"![A mill](/media/{media['path']})"
    piece = (await owner.post("/api/v1/pieces", json={"title": "Mill", "body": body})).json()
    await owner.post(
        f"/api/v1/pieces/{piece['id']}/transitions", json={"to": "published", "version": 1}
    )
    await runtime.site.build(now=clock())
    studio = Studio(store=runtime.media, clock=clock, recipe=runtime.recipe)
    await studio.find_new()
    assert await studio.make_waiting() == 1
    made = (await owner.get(f"{API}/{media['id']}/renditions")).json()
    assert made["state"] == "made"
    sizes = [file["path"] for file in made["files"]]
    assert in_bucket(installation) == sorted([media["path"], *sizes])
    kept_in = (await owner.get(f"{API}/storage")).json()
    assert (kept_in["kind"], kept_in["place"][:11]) == ("bucket", "media/site/")
    assert "secret" not in str(kept_in)

    # Straight from the bucket, then from the site that has them beside its pages.
    reader = installation.client()
    small = min(made["files"], key=lambda file: file["width"])
    early = await reader.get(f"/media/{small['path']}")
    assert (early.status_code, opened(early.content).width) == (200, small["width"])
    report = await runtime.site.build_pending(clock())
    assert report.problems == []
    page = (runtime.site.folder / "mill/index.html").read_text()
    for path in sizes:
        assert f"/media/{path}" in page
        assert (runtime.site.folder / "media" / path).is_file()
    target = {"deployer": "folder", "name": "Mirror", "settings": {"folder": "blog"}}
    target_id = (await owner.post("/api/v1/deploy-targets", json=target)).json()["id"]
    deploying = Deploying(
        site=runtime.site,
        registry=runtime.deployers,
        vault=runtime.vault,
        http=runtime.http,
        settings=runtime.settings,
        clock=clock,
    )
    run = await run_deployment(deploying, target_id, reason="hand")
    assert run.state == "done", run.error
    shown = runtime.settings.home / "deploys/blog/current"
    assert all((shown / "media" / path).is_file() for path in sizes)

    # Other bytes: the old sizes leave the bucket, but not while a build may be reading of them.
    await owner.put(f"{API}/{media['id']}/content", files={"file": ("m.jpg", photo(seed=2))})
    await studio.look_again()
    assert await studio.make_waiting() == 1
    await runtime.site.build_pending(clock())
    assert await studio.drop_unneeded(at_once=True) == len(sizes)
    assert not set(sizes) & set(in_bucket(installation))
    found = await orphans.find_orphans(store=runtime.media)
    assert (found.count_rows_without_file, found.count_files_without_row) == (0, 0)


async def test_a_bucket_that_is_gone_is_said_so_and_takes_nothing_off_the_site(
    installation, clock, monkeypatch
):
    owner, runtime = await installation.owner(), installation.runtime
    media = (await owner.post(API, files={"file": ("loaf.png", png(1))})).json()
    body = f"![A loaf](/media/{media['path']})"
    piece = (await owner.post("/api/v1/pieces", json={"title": "Bread", "body": body})).json()
    await owner.post(
        f"/api/v1/pieces/{piece['id']}/transitions", json={"to": "published", "version": 1}
    )
    await runtime.site.build(now=clock())
    kind = type(runtime.media.storage)

    def gone(*_):
        raise StorageUnavailableError("the bucket media cannot be used: nobody answers")

    with monkeypatch.context() as patched:
        for name in ("find", "put"):
            patched.setattr(kind, name, gone)
        refused = await owner.post(API, files={"file": ("b.png", png(2))})
        assert (refused.status_code, refused.json()["type"]) == (
            503,
            "/problems/storage_unavailable",
        )
        assert (await installation.client().get("/media/ab/unknown.png")).status_code == 503
        # The bytes that were last fetched will do,
        full = await runtime.site.build(now=clock(), full=True)
        assert full.problems == []
        # and when there are none, what readers have stays.
        shutil.rmtree(runtime.settings.state_dir / "media")
        await publishing.mark_changed(f"media:{media['path']}")
        step = await runtime.site.build_pending(clock())
        assert "cannot be had" in step.problems[0].message
    assert (runtime.site.folder / "media" / media["path"]).read_bytes() == png(1)
