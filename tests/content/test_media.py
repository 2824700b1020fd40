"""The media library through its API: in, described, used, replaced, out."""

import asyncio
import hashlib
import os
from datetime import timedelta

import pytest
from tests.content import media_samples as samples

from octavo.accounts import service as accounts
from octavo.content.media import jobs, orphans, replacing
from octavo.content.media import service as library
from octavo.content.tables import MediaRow, MediaUseRow, RevisionRow
from octavo.kernel.storage import StorageUnavailableError

API = "/api/v1/media"


@pytest.fixture
async def owner(installation):
    return await installation.owner()


async def upload(client, data, name="a.png", *, kind=None, **fields):
    part = (name, data) if kind is None else (name, data, kind)
    return await client.post(API, files={"file": part}, data=fields)


async def make(client, data, name="a.png", **fields):
    answer = await upload(client, data, name, **fields)
    assert answer.status_code == 201, answer.text
    return answer.json()


def folder(installation):
    return installation.runtime.settings.media_dir


def stored(installation):
    """Everything in the media folder, what is on its way in included."""
    return sorted(
        str(f.relative_to(folder(installation)))
        for f in folder(installation).rglob("*")
        if f.is_file()
    )


@pytest.mark.parametrize("name", samples.EVERY_KIND)
async def test_every_kind_is_taken_in_known_by_its_bytes_and_served(installation, owner, name):
    data, kind, mime = samples.EVERY_KIND[name]

    media = await make(owner, data, name, alt="what it shows")

    assert (media["kind"], media["mime"], media["name"]) == (kind, mime, name)
    assert (media["alt"], media["version"], media["pieces"]) == ("what it shows", 1, 0)
    assert media["url"] == f"http://blog.test/media/{media['path']}"
    assert (await owner.get(f"{API}/{media['id']}")).json() == media
    served = await installation.client().get(f"/media/{media['path']}")
    assert served.status_code == 200
    assert hashlib.sha256(served.content).hexdigest() == media["sha256"]
    headers = served.headers
    assert headers["content-type"].split(";")[0] == mime
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    shown = kind in {"image", "video", "audio"}
    assert (headers.get("content-disposition") == "attachment") is not shown
    assert stored(installation) == [media["path"]]


async def test_sizes_come_from_the_headers(owner):
    large_exif = await make(owner, samples.jpeg(3000, 2000, exif_bytes=200_000), "photo.jpg")
    avif = await make(owner, samples.avif(640, 480), "photo.avif")

    assert (large_exif["width"], large_exif["height"]) == (3000, 2000)
    assert (avif["width"], avif["height"]) == (640, 480)


async def test_the_same_bytes_are_stored_once_and_answered_with_the_file_that_is_there(
    installation, owner
):
    first = await make(owner, samples.png(), "first.png", alt="one")
    again = await upload(owner, samples.png(), "second.png", alt="two")

    assert again.status_code == 200
    assert again.json() == first
    assert stored(installation) == [first["path"]]


async def test_many_at_once_with_the_same_bytes_get_one_row_and_one_file(installation, owner):
    answers = await asyncio.gather(*(upload(owner, samples.png(colour=9)) for _ in range(6)))

    assert sorted({a.status_code for a in answers}) == [200, 201]
    assert len({a.json()["id"] for a in answers}) == 1
    assert len(stored(installation)) == 1
    assert await MediaRow.count() == 1


async def test_lost_bytes_come_back_with_the_next_upload_of_them(installation, owner):
    media = await make(owner, samples.png())
    (folder(installation) / media["path"]).unlink()

    assert (await upload(owner, samples.png())).json()["id"] == media["id"]
    assert stored(installation) == [media["path"]]


async def test_fields_may_come_after_the_file_and_a_name_of_choice_is_shown(owner):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="IMG_1.png"\r\n\r\n'
        + samples.png()
        + b'\r\n--x\r\nContent-Disposition: form-data; name="alt"\r\n\r\nDas M\xc3\xa4dchen'
        b'\r\n--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nGirl\r\n--x--\r\n'
    )
    answer = await owner.post(
        API, content=body, headers={"content-type": "multipart/form-data; boundary=x"}
    )

    assert answer.status_code == 201
    assert (answer.json()["alt"], answer.json()["name"]) == ("Das Mädchen", "Girl")
    assert answer.json()["path"].endswith(".png")


async def test_what_is_said_of_a_file_is_patched_by_version(owner):
    media = await make(owner, samples.png())
    said = {
        "alt": "A loaf", "decorative": True, "caption": "Fresh", "credit": "Ana Pérez",
        "licence": "CC BY 4.0", "focal_x": 0.25, "focal_y": 0.3333, "name": "loaf.png",
    }  # fmt: skip
    patched = (await owner.patch(f"{API}/{media['id']}", json={"version": 1, **said})).json()

    assert {name: patched[name] for name in said} == said
    assert patched["version"] == 2
    stale = await owner.patch(f"{API}/{media['id']}", json={"version": 1, "alt": "x"})
    assert stale.status_code == 409
    assert stale.json()["current"]["alt"] == "A loaf"
    cleared = await owner.patch(f"{API}/{media['id']}", json={"version": 2, "focal_x": None})
    assert (cleared.json()["focal_x"], cleared.json()["focal_y"]) == (None, 0.3333)
    for wrong in ({"focal_x": 1.5}, {"focal_y": -1}, {"alt": "a\x00b"}, {"path": "x"}):
        answer = await owner.patch(f"{API}/{media['id']}", json={"version": 3, **wrong})
        assert answer.status_code == 400, wrong


async def test_the_list_is_searched_and_filtered(owner):
    loaf = await make(owner, samples.png(), "loaf.png", alt="Bread from Málaga")
    film = await make(owner, samples.mp4(), "film.mp4")
    await make(owner, samples.pdf(), "price 100%.pdf")

    async def found(**query):
        page = (await owner.get(API, params=query)).json()
        return [item["name"] for item in page["items"]]

    assert await found() == ["price 100%.pdf", "film.mp4", "loaf.png"]
    assert await found(kind="video") == ["film.mp4"]
    assert await found(q="malaga BREAD") == ["loaf.png"]
    assert await found(q="100%") == ["price 100%.pdf"]
    assert await found(q="%") == ["price 100%.pdf"]
    assert await found(q="nothing") == []
    first = (await owner.get(API, params={"limit": 2})).json()
    rest = (await owner.get(API, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [m["id"] for m in rest["items"]] == [loaf["id"]]
    assert rest["next_cursor"] is None
    assert (await owner.get(API, params={"kind": "film"})).status_code == 400
    assert film["id"] in [
        m["id"] for m in (await owner.get(API, params={"unused": True})).json()["items"]
    ]


async def piece_with(owner, body, **fields):
    answer = await owner.post("/api/v1/pieces", json={"title": "Bread", "body": body, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def usages(owner, media):
    return (await owner.get(f"{API}/{media['id']}/usages")).json()["items"]


async def test_usages_follow_the_revisions_that_count(installation, owner):
    media = await make(owner, samples.png(), "loaf.png")
    piece = await piece_with(owner, f"![loaf](/media/{media['path']}) and again <{media['url']}>.")

    (use,) = await usages(owner, media)
    assert (use["piece_id"], use["texts"], use["places"]) == (piece["id"], ["draft"], ["body"])
    assert (await owner.get(f"{API}/{media['id']}")).json()["pieces"] == 1
    assert (await owner.get(API, params={"unused": True})).json()["items"] == []

    live = (
        await owner.post(
            f"/api/v1/pieces/{piece['id']}/transitions", json={"to": "published", "version": 1}
        )
    ).json()
    assert (await usages(owner, media))[0]["texts"] == ["draft", "live"]
    without = await owner.patch(
        f"/api/v1/pieces/{piece['id']}", json={"version": live["version"], "body": "No picture."}
    )
    assert without.status_code == 200, without.text
    assert (await usages(owner, media))[0]["texts"] == ["live"]
    again = await owner.post(
        f"/api/v1/pieces/{piece['id']}/transitions",
        json={"to": "published", "version": without.json()["version"]},
    )
    assert again.status_code == 200, again.text
    assert await usages(owner, media) == []
    assert await RevisionRow.count().where(RevisionRow.media_noted == False) == 0  # noqa: E712


async def test_revisions_saved_by_others_are_noted_when_somebody_asks(installation, owner):
    media = await make(owner, samples.png())
    piece = await piece_with(owner, f"![](/media/{media['path']})")
    # As it was before there was such a table.
    await MediaUseRow.delete(force=True)
    await RevisionRow.update({RevisionRow.media_noted: False}, force=True)

    assert [use["piece_id"] for use in await usages(owner, media)] == [piece["id"]]


async def test_a_file_in_use_is_not_deleted_and_an_unused_one_goes_with_its_bytes(
    installation, owner
):
    media = await make(owner, samples.png())
    piece = await piece_with(owner, f"![](/media/{media['path']})")
    refused = await owner.delete(f"{API}/{media['id']}")

    assert refused.status_code == 409
    assert "1 piece uses this file" in refused.json()["detail"]
    assert refused.json()["usages"][0]["piece_id"] == piece["id"]
    await owner.patch(f"/api/v1/pieces/{piece['id']}", json={"version": 1, "body": "gone"})
    assert (await owner.delete(f"{API}/{media['id']}")).status_code == 204
    assert stored(installation) == []
    assert (await owner.get(f"{API}/{media['id']}")).status_code == 404
    assert (await installation.client().get(f"/media/{media['path']}")).status_code != 200
    # Its old revision is still there, and names a file that is not.
    assert await MediaUseRow.count() == 0


async def another_writer(installation):
    """A second person of that role: `member` knows one of each."""
    runtime, email = installation.runtime, "second@example.org"
    await accounts.create_user(
        email, role="writer", password="correct horse battery", now=runtime.clock(), bus=runtime.bus
    )
    client = installation.client()
    answer = await client.post(
        "/api/v1/session", json={"email": email, "password": "correct horse battery"}
    )
    client.headers["x-csrf-token"] = answer.json()["csrf_token"]
    return client


async def test_writers_delete_their_own_files_and_editors_anybodys(installation, owner):
    writer = await installation.member("writer")
    other = await another_writer(installation)
    marketer = await installation.member("marketer")
    own = await make(writer, samples.png(colour=1))
    others = await make(owner, samples.png(colour=2))

    assert (await upload(marketer, samples.png(colour=3))).status_code == 403
    assert (await marketer.get(API)).status_code == 200
    assert (
        await marketer.patch(f"{API}/{own['id']}", json={"version": 1, "alt": "x"})
    ).status_code == 403
    assert (
        await other.patch(f"{API}/{own['id']}", json={"version": 1, "alt": "x"})
    ).status_code == 200
    assert (await other.delete(f"{API}/{own['id']}")).status_code == 403
    assert (await writer.delete(f"{API}/{others['id']}")).status_code == 403
    assert (await writer.delete(f"{API}/{own['id']}")).status_code == 204
    assert (await writer.get(f"{API}/orphans")).status_code == 403
    assert (await installation.client().get(API)).status_code == 401
    assert (await upload(installation.client(), samples.png())).status_code == 401


async def replace(client, media, data, name="new.png", **fields):
    return await client.put(
        f"{API}/{media['id']}/content", files={"file": (name, data)}, data=fields
    )


async def test_a_replaced_file_keeps_its_id_and_address_on_the_site_too(installation, owner, clock):
    media = await make(owner, samples.png(colour=1))
    piece = await piece_with(owner, f"![](/media/{media['path']})")
    await owner.post(
        f"/api/v1/pieces/{piece['id']}/transitions", json={"to": "published", "version": 1}
    )
    site = installation.runtime.site
    await site.build(now=clock())
    on_site = site.folder / "media" / media["path"]
    assert on_site.read_bytes() == samples.png(colour=1)

    answer = await replace(owner, media, samples.png(8, 8, colour=2), version="1")

    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["id"], after["path"], after["version"]) == (media["id"], media["path"], 2)
    assert (after["width"], after["sha256"] != media["sha256"]) == (8, True)
    report = await site.build_pending(clock())
    assert report.problems == []
    page = site.folder / piece["slug"] / "index.html"
    assert 'width="8" height="8"' in page.read_text()
    served = await installation.client().get(f"/media/{media['path']}")
    assert served.content == on_site.read_bytes() == samples.png(8, 8, colour=2)
    assert "max-age=300" in served.headers["cache-control"]
    assert stored(installation) == [media["path"]]
    # The old bytes are free again, under an address of their own.
    old = await make(owner, samples.png(colour=1))
    assert old["path"] != media["path"]


async def test_a_replacement_is_refused_when_it_is_of_another_format_known_or_stale(
    installation, owner
):
    media = await make(owner, samples.png(colour=1))
    other = await make(owner, samples.png(colour=2))
    before = stored(installation)

    jpeg = await replace(owner, media, samples.jpeg(), "new.jpg")
    assert (jpeg.status_code, jpeg.json()["errors"][0]["field"]) == (422, "file")
    assert "ends in .png" in jpeg.json()["detail"]
    known = await replace(owner, media, samples.png(colour=2))
    assert (known.status_code, f"file {other['id']}" in known.json()["detail"]) == (409, True)
    stale = await replace(owner, media, samples.png(colour=3), version="7")
    assert (stale.status_code, stale.json()["current"]["version"]) == (409, 1)
    assert (
        await owner.put(f"{API}/99999/content", files={"file": ("a.png", samples.png())})
    ).status_code == 404
    same = await replace(owner, media, samples.png(colour=1))
    assert (same.status_code, same.json()["version"]) == (200, 1)
    assert stored(installation) == before


async def test_a_replacement_that_died_after_its_commit_is_finished_by_the_worker(
    installation, owner, monkeypatch
):
    media = await make(owner, samples.png(colour=1))
    runtime = installation.runtime

    def die(*_):
        raise StorageUnavailableError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(type(runtime.media.storage), "move", die)
        assert (await replace(owner, media, samples.png(colour=2))).status_code == 503
    assert len(stored(installation)) == 2
    report = (await owner.get(f"{API}/orphans")).json()
    assert (report["count_files_without_row"], report["count_rows_without_file"]) == (0, 0)

    await jobs.keep_in_order(store=runtime.media, bus=runtime.bus)

    assert stored(installation) == [media["path"]]
    served = await installation.client().get(f"/media/{media['path']}")
    assert served.content == samples.png(colour=2)
    assert await replacing.finish_replacements(store=runtime.media, bus=runtime.bus) == 0


async def test_a_failing_row_takes_its_file_back(installation, owner, monkeypatch):
    async def fail(*_, **__):
        raise RuntimeError("the database went away")

    with monkeypatch.context() as patched:
        patched.setattr(library, "_insert", fail)
        assert (await upload(owner, samples.png())).status_code == 500
    assert stored(installation) == []


async def test_orphans_are_reported_and_only_old_files_without_rows_deleted(
    installation, owner, clock
):
    used = await make(owner, samples.png(colour=1))
    await piece_with(owner, f"![](/media/{used['path']})")
    idle = await make(owner, samples.png(colour=2))
    lost = await make(owner, samples.png(colour=3))
    await piece_with(owner, f"![](/media/{lost['path']})")
    (folder(installation) / lost["path"]).unlink()
    (folder(installation) / "zz").mkdir(exist_ok=True)
    (folder(installation) / "zz" / "stray.png").write_bytes(b"12345")
    (folder(installation) / ".incoming" / "upload-1").write_bytes(b"678")

    report = (await owner.get(f"{API}/orphans")).json()

    assert [f["name"] for f in report["files_without_row"]] == [
        ".incoming/upload-1",
        "zz/stray.png",
    ]
    assert (report["count_files_without_row"], report["bytes_without_row"]) == (2, 8)
    assert [m["id"] for m in report["rows_without_file"]] == [lost["id"]]
    assert [m["id"] for m in report["unused"]] == [idle["id"]]
    now = clock().timestamp()
    os.utime(folder(installation) / "zz" / "stray.png", (now - 7_200, now - 7_200))
    os.utime(folder(installation) / ".incoming" / "upload-1", (now, now))
    writer = await installation.member("writer")
    assert (await writer.delete(f"{API}/orphans")).status_code == 403
    left = (await owner.delete(f"{API}/orphans")).json()
    assert (left["deleted"], [f["name"] for f in left["files_without_row"]]) == (
        1,
        [".incoming/upload-1"],
    )
    later = clock() + timedelta(hours=2)
    gone = await orphans.drop_orphans(store=installation.runtime.media, now=later)
    assert (gone.deleted, gone.count_files_without_row, gone.count_unused) == (1, 0, 1)
    assert stored(installation) == sorted([used["path"], idle["path"]])


async def test_an_idempotency_key_repeats_the_answer_of_an_upload(owner):
    key = {"idempotency-key": "upload-1"}
    first = await owner.post(API, files={"file": ("a.png", samples.png())}, headers=key)
    again = await owner.post(API, files={"file": ("a.png", samples.png())}, headers=key)
    other = await owner.post(API, files={"file": ("abc.png", samples.png())}, headers=key)

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"


async def test_parts_of_a_film_are_served(installation, owner):
    film = samples.mp4() + bytes(range(256)) * 4_000
    media = await make(owner, film, "film.mp4")
    client, path = installation.client(), f"/media/{media['path']}"

    async def part(wanted, **headers):
        return await client.get(path, headers={"range": wanted, **headers})

    head = await part("bytes=0-1")
    assert (head.status_code, head.content) == (206, film[:2])
    assert head.headers["content-range"] == f"bytes 0-1/{len(film)}"
    assert (await part("bytes=-10")).content == film[-10:]
    assert (await part("bytes=1000000-")).content == film[1000000:]
    assert (await part(f"bytes={len(film) - 5}-99999999")).content == film[-5:]
    beyond = await part("bytes=99999999-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(film)}")
    for odd in ("bytes=5-2", "bytes=-", "bytes=0-1,4-5", "lines=1-2", "bytes=x-y"):
        whole = await part(odd)
        assert (whole.status_code, whole.content) == (200, film), odd
    assert (await part("bytes=0-1", **{"if-range": '"other"'})).status_code == 200
    assert (await part("bytes=0-1", **{"if-range": head.headers["etag"]})).status_code == 206
    assert (await client.head(path)).headers["accept-ranges"] == "bytes"
