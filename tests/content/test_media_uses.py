"""Uses beyond the body: covers, fields, planned edits; hostile uploads through the whole stack."""

import pytest
from tests.content import media_samples as samples

from octavo.content.media import service as library
from octavo.content.media import uses
from octavo.content.tables import MediaRow, MediaUseRow, PieceRow, RevisionRow

API = "/api/v1/media"
POLYGLOT = b"GIF89a/*" + b"\x00" * 6 + b"*/=1;alert(document.domain)//"


@pytest.fixture
async def owner(installation):
    return await installation.owner()


async def make(client, data, name="a.png"):
    answer = await client.post(API, files={"file": (name, data)})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def usages(owner, media):
    return (await owner.get(f"{API}/{media['id']}/usages")).json()["items"]


async def test_covers_and_fields_count_too(owner):
    cover, film, poster, words = [
        await make(owner, data, name)
        for data, name in (
            (samples.png(colour=1), "cover.png"), (samples.mp4(), "film.mp4"),
            (samples.png(colour=2), "poster.png"), (samples.VTT, "words.vtt"),
        )
    ]  # fmt: skip
    answer = await owner.post(
        "/api/v1/pieces",
        json={
            "kind": "video", "title": "How bread is made",
            "cover": {"media_id": cover["id"], "alt": "A loaf", "caption": ""},
            "fields": {
                "video": {"media_id": film["id"]}, "poster_media_id": poster["id"],
                "captions": [{"language": "en", "media_id": words["id"]}],
            },
        },
    )  # fmt: skip
    assert answer.status_code == 201, answer.text

    assert [use["places"] for use in await usages(owner, cover)] == [["cover"]]
    for media in (film, poster, words):
        (use,) = await usages(owner, media)
        assert (use["places"], use["texts"]) == (["fields"], ["draft"])
    assert (await owner.get(API, params={"unused": True})).json()["items"] == []


async def test_a_planned_edit_holds_its_files(owner):
    media = await make(owner, samples.png())
    made = (
        await owner.post(
            "/api/v1/pieces", json={"title": "A", "body": f"![](/media/{media['path']})"}
        )
    ).json()
    # What a planned edit is: a revision that is fixed while the head goes on.
    await owner.patch(f"/api/v1/pieces/{made['id']}", json={"version": 1, "body": "nothing"})
    assert await usages(owner, media) == []
    first = await RevisionRow.select(RevisionRow.id).order_by(RevisionRow.id).first()
    await PieceRow.update({PieceRow.edit_revision_id: first["id"]}).where(PieceRow.id == made["id"])

    (use,) = await usages(owner, media)
    assert use["texts"] == ["planned"]
    assert (await owner.delete(f"{API}/{media['id']}")).status_code == 409


async def test_odd_references_are_understood_or_ignored(owner):
    media = await make(owner, samples.png())
    path = media["path"]
    body = (
        f"<img srcset='/media/{path} 2x' src=\"http://blog.test/media/{path}?v=1#x\">\n"
        f"[a](/media/{path.replace('-', '%2D')}) /media/../{path} /media//{path} /media/{'x' * 900}"
        " ![](/media/) ![](/media/%00) /media/no/such.png"
    )
    answer = await owner.post("/api/v1/pieces", json={"title": "A", "body": body})
    assert answer.status_code == 201

    assert len(await usages(owner, media)) == 1
    assert await MediaUseRow.count() == 1


async def test_noting_many_revisions_costs_a_few_statements(owner, database_url, monkeypatch):
    media = await make(owner, samples.png())
    piece = (await owner.post("/api/v1/pieces", json={"title": "A", "body": "x"})).json()
    row = await RevisionRow.objects().where(RevisionRow.piece_id == piece["id"]).first()
    many = []
    for number in range(2, 202):
        copy = {c._meta.name: getattr(row, c._meta.name) for c in RevisionRow._meta.columns}
        copy.pop("id")
        body = f"![](/media/{media['path']})" if number % 10 == 0 else "words"
        many.append(RevisionRow(**{**copy, "number": number, "media_noted": False, "body": body}))
    for start in range(0, len(many), 20):
        await RevisionRow.insert(*many[start : start + 20])
    asked = 0
    fetch = uses.fetch

    async def counted(*args, **named):
        nonlocal asked
        asked += 1
        return await fetch(*args, **named)

    monkeypatch.setattr(uses, "fetch", counted)
    await uses.note_all()

    assert asked < 10
    assert await MediaUseRow.count() == 20


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("picture.png", b"<!doctype html><script>alert(1)</script>", "image/png"),
        ("picture.gif", POLYGLOT, "image/gif"),
        ("x.html", samples.png(), "text/html"),
        ("x.js", samples.gif(), "text/javascript"),
        ("bomb.png", samples.png(50_000, 50_000), "image/png"),
        ("a.pdf", b"%PD", "application/pdf"),
        ("empty.png", b"", "image/png"),
    ],
)
async def test_hostile_files_are_refused_with_the_reason_and_leave_nothing(
    installation, owner, name, data, kind
):
    answer = await owner.post(API, files={"file": (name, data, kind)})

    assert answer.status_code == 422, answer.text
    (wrong,) = answer.json()["errors"]
    assert (wrong["field"], answer.json()["type"]) == ("file", "/problems/not_media")
    assert len(wrong["message"]) >= 8
    folder = installation.runtime.settings.media_dir
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert await MediaRow.count() == 0


@pytest.mark.parametrize(
    "name",
    ["../../../etc/cron.d/x.png", "..\\..\\x.png", "x" * 300 + ".png", "photo\u202egnp.png",
     "%2e%2e%2fx.png", ".htaccess", "CON.png", "a;b\"c.png", "日本.png", "-rf.png", "a\tb.png"],
)  # fmt: skip
async def test_hostile_names_become_harmless(installation, owner, name):
    data = samples.png()
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="'
        + name.replace("\\", "\\\\").replace('"', '\\"').encode()
        + b'"\r\n\r\n' + data + b"\r\n--x--\r\n"
    )  # fmt: skip
    answer = await owner.post(
        API, content=body, headers={"content-type": "multipart/form-data; boundary=x"}
    )
    if name == ".htaccess":
        assert answer.status_code in {201, 422}
        return
    assert answer.status_code == 201, answer.text
    media = answer.json()
    folder = installation.runtime.settings.media_dir.resolve()
    file = (folder / media["path"]).resolve()
    assert file.is_relative_to(folder)
    assert file.read_bytes() == data
    assert file.suffix == ".png"
    assert not set(media["name"]) & set("/\\\u202e\t")
    assert len(media["name"]) <= 255
    assert (await installation.client().get(f"/media/{media['path']}")).content == data


FORM = "multipart/form-data; boundary=x"
END = b"--x--\r\n"


def part(disposition: bytes, data: bytes = b"x") -> bytes:
    return b"--x\r\nContent-Disposition: " + disposition + b"\r\n\r\n" + data + b"\r\n"


def field(name: str, value: bytes) -> bytes:
    return part(f'form-data; name="{name}"'.encode(), value)


PICTURE = part(b'form-data; name="file"; filename="a.png"', samples.png())


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", FORM, 400),
        (END, FORM, 400),
        (b"nonsense", FORM, 400),
        (field("alt", b"x") + END, FORM, 400),
        (field("file", b"x") + END, FORM, 400),
        (PICTURE, FORM, 400),  # it ends too early
        (PICTURE * 2 + END, FORM, 400),
        (field("colour", b"red") + PICTURE + END, FORM, 400),
        (field("alt", b"\xff\xfe") + END, FORM, 400),
        (field("alt", b"a" * 200_000) + END, FORM, 400),
        (field("alt", b"a\x00b") + PICTURE + END, FORM, 400),
        (field("alt", b"a" * 3_000) + PICTURE + END, FORM, 400),
        (b"--x\r\nX-Long: " + b"y" * 100_000 + b"\r\n\r\nx\r\n" + END, FORM, 400),
        (field("a", b"x") * 100 + END, FORM, 400),
        (b"{}", "application/json", 415),
        (b"{}", "multipart/form-data", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (samples.png(), "image/png", 415),
    ],
    ids=range(18),
)
async def test_damaged_forms_are_refused_and_leave_nothing(
    installation, owner, body, content_type, status
):
    answer = await owner.post(API, content=body, headers={"content-type": content_type})

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    folder = installation.runtime.settings.media_dir
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert await MediaRow.count() == 0


async def test_an_importer_stores_bytes_files_and_streams(installation, tmp_path, now):
    store = installation.runtime.media
    (tmp_path / "a.bin").write_bytes(samples.png(colour=1))

    async def stream():
        yield samples.png(colour=2)[:10]
        yield samples.png(colour=2)[10:]

    for number, source in enumerate((samples.png(), tmp_path / "a.bin", stream())):
        stored = await library.store_file(
            source, "photo.aspx", store=store, is_named=False, alt="x", origin="wp:7", now=now
        )
        assert stored.is_new
        assert (stored.media.mime, stored.media.source) == ("image/png", "wp:7")
        assert await MediaRow.count() == number + 1
    assert (tmp_path / "a.bin").exists()
