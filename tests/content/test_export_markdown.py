"""Markdown on its way out and back: what comes back is what went out, to the byte."""

import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.content.media_samples import png

from octavo.content import timing
from octavo.content.exporters import markdown as exporter
from octavo.content.importers.restoring.companion import NoCtas
from octavo.content.importers.restoring.service import restore
from octavo.content.kinds import Cover
from octavo.content.media.service import store_file
from octavo.content.media.store import MediaStore
from octavo.content.schemas import UnpublishTime
from octavo.content.tables import TABLES, AuthorRow, MediaRow, PieceRow, RevisionRow
from octavo.cta import service as ctas
from octavo.cta.carrying import Carrier
from octavo.cta.schemas import CtaIn, Destination, Expected
from octavo.cta.tables import CtaRow, PieceCtaRow
from octavo.kernel.errors import OctavoError
from octavo.kernel.storage import LocalStorage
from octavo.strategy import service as strategy
from octavo.strategy.schemas import CampaignIn
from octavo.strategy.tables import CampaignRow

ODD = 'He said: "no" \\ back\u2028line\u0085 — naïve 日本 🎉 #not: a {{ comment }}'
KINDS = {
    "post": {},
    "page": {},
    "press_release": {
        "dateline": "MADRID, 1 Dec",
        "boilerplate": ODD,
        "contacts": [{"name": "Ana", "email": "ana@example.org"}, {"name": "007"}],
        "embargo_until": "2020-01-01T09:00",
        "embargo_zone": "Europe/Madrid",
    },
    "video": {"video": {"url": "https://v.example/1"}, "duration_s": 61, "transcript": "1\n\n2\n"},
    "audio": {"audio": {"url": "https://a.example/1"}, "episode": 7, "explicit": True},
    "newsletter": {"subject": "true", "preheader": "null"},
    "update": {},
    "link": {"quote": "1.10", "source_title": "~"},
}


@pytest.fixture
def store(tmp_path):
    return MediaStore(storage=LocalStorage(tmp_path / "storage"))


async def every_kind_and_state(room, store):
    """A piece of every kind in every state, with odd texts, and edits of what is live."""
    picture = (await store_file(png(), "tree.png", store=store, now=room.now, alt="A tree")).media
    await MediaRow.update({MediaRow.credit: "Ana", MediaRow.focal_x: 2500}).where(
        MediaRow.id == picture.id
    )
    kinds = {**KINDS, "picture": {"pictures": [{"media_id": picture.id, "alt": "x"}]}}
    for number, (kind, fields) in enumerate(kinds.items()):
        for status in ("idea", "draft", "scheduled", "published", "archived"):
            piece = await room.make(
                kind=kind,
                title=f"{kind} {status} {ODD}"[:200],
                body=f"---\nnot a head\n---\n\r\n{ODD}\n\n![x](/media/{picture.path})"
                + "\n" * number,
                excerpt=ODD,
                tags=["Bread & butter", "C++"] if number % 2 else [],
                fields=fields,
                source_url="https://source.example/a?b=c",
                cover=Cover(media_id=picture.id, alt="t", caption=ODD) if number % 3 else None,
                meta_title="1.10",
                featured=bool(number % 2),
                language="es-MX" if number == 2 else "",
                planned_for="2026-W49" if status == "draft" else None,
                status="idea" if status == "idea" else "draft",
            )
            if status == "scheduled":
                await room.move(
                    piece, "scheduled", publish_at="2031-10-26T02:30", zone="Europe/Madrid", fold=1
                )
            if status in {"published", "archived"}:
                piece = await room.move(piece, "published")
                piece = await room.patch(
                    piece, title=f"Newer {kind} {status}", slug=f"n-{kind}-{status}"
                )
                if number % 2 and status == "published":
                    piece = await room.move(
                        piece, "published", publish_at="2031-01-01T10:00", zone="UTC"
                    )
                    if number % 3:
                        piece = await room.patch(piece, body="newest, without an end of line")
                    await timing.set_unpublish_time(
                        piece.id,
                        UnpublishTime(
                            version=piece.version,
                            unpublish_at="2032-01-01T10:00",
                            zone="Asia/Tokyo",
                        ),
                        actor=room.editor,
                        now=room.now,
                        bus=room.bus,
                    )
            if status == "archived":
                await room.move(piece, "archived")


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


async def empty_database():
    for table in reversed(TABLES):
        await table.delete(force=True)


async def export(target, store):
    return await exporter.export_markdown(target, media=store, ctas=exporter.NoCtas())


async def bring_back(path, room, store, **options):
    return await restore(
        path,
        now=room.now + timedelta(days=3),
        bus=room.bus,
        media=store,
        **{"dry_run": False, "ctas": NoCtas(), **options},
    )


async def test_what_comes_back_goes_out_the_same(room, store, tmp_path):
    await every_kind_and_state(room, store)
    await AuthorRow.update({AuthorRow.website: "https://home.example/"}, force=True)
    pieces = await PieceRow.count()
    report = await export(tmp_path / "one", store)
    assert report.counts["pieces"] == pieces == 45
    first = contents(tmp_path / "one")
    await export(tmp_path / "again", store)
    assert contents(tmp_path / "again") == first

    await empty_database()
    other = MediaStore(storage=LocalStorage(tmp_path / "other"))
    dry = await bring_back(tmp_path / "one", room, other, dry_run=True)
    assert dry.counts["taken"] == pieces
    assert not await PieceRow.count()
    back = await bring_back(tmp_path / "one", room, other)
    assert [row for row in back.rows if row.outcome != "taken" or row.warnings] == []
    await export(tmp_path / "two", other)
    second = contents(tmp_path / "two")
    assert second.keys() == first.keys()
    assert {name for name in first if first[name] != second[name]} == set()
    assert {row["website"] for row in await AuthorRow.select()} == {"https://home.example/"}

    again = await bring_back(tmp_path / "one", room, other)
    assert (again.counts["unchanged"], again.counts["taken"]) == (pieces, 0)
    assert await RevisionRow.count() > pieces

    people = tmp_path / "one" / "authors.jsonl"
    people.write_text(people.read_text().replace("https://home.example/", "javascript:alert(1)"))
    hostile = await bring_back(tmp_path / "one", room, other, dry_run=True)
    assert any(note.endswith("is no address: left out") for note in hostile.notes)


async def test_campaigns_and_calls_to_action_come_along(room, store, tmp_path):
    campaign = CampaignIn(name="Autumn", note="leaves")
    made = await strategy.create_campaign(campaign, actor=room.owner, now=room.now, bus=room.bus)
    piece = await room.make(campaign_id=made.id)
    data = CtaIn(
        label="Subscribe",
        action="subscribe",
        destination=Destination(url="https://example.org/news"),
        expected=Expected(count=10),
    )
    cta = await ctas.create_cta(data, actor=room.owner, now=room.now, bus=room.bus)
    await PieceCtaRow.insert(
        PieceCtaRow(piece_id=piece.id, cta_id=cta.id, position=0, expected_count=3)
    )
    await exporter.export_markdown(tmp_path / "one", media=store, ctas=Carrier())
    await empty_database()
    for table in (PieceCtaRow, CtaRow, CampaignRow):
        await table.delete(force=True)
    back = await bring_back(tmp_path / "one", room, store, ctas=Carrier())
    assert [row.outcome for row in back.rows] == ["taken"]
    await exporter.export_markdown(tmp_path / "two", media=store, ctas=Carrier())
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    assert b"Autumn" in (tmp_path / "two" / "pieces" / f"{piece.slug}.md").read_bytes()


async def test_a_hostile_file_is_refused_with_its_reason_and_nothing_of_it_is_stored(
    room, store, tmp_path
):
    await room.make(title="One")
    await room.make(title="Two")
    await export(tmp_path / "out", store)
    await empty_database()
    file = tmp_path / "out" / "pieces" / "one.md"
    file.write_text(file.read_text().replace('slug: "one"', 'slug: "../../etc"'))
    back = await bring_back(tmp_path / "out", room, store)
    assert [(row.file, row.outcome) for row in back.rows] == [
        ("pieces/one.md", "skipped"),
        ("pieces/two.md", "taken"),
    ]
    assert await PieceRow.count() == 1


HOSTILE = st.one_of(
    st.sampled_from([
        ODD, "con", "---", "null", "0x1F", "~", "- a", "{a: b}", "2020-01-01", "'", '"', "\ta",
        "<!-- cta: a -->", "../../etc/passwd", "\u202eedoc", "a\r\nb", "=cmd|' /C calc'!A0", "yes",
    ]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40),
)  # fmt: skip
PIECES = st.lists(
    st.fixed_dictionaries({
        "kind": st.sampled_from([*KINDS, "picture"]),
        "title": HOSTILE,
        "body": HOSTILE,
        "excerpt": HOSTILE,
        "tags": st.lists(st.sampled_from(["C++", "null", "日本", "a: b", "#1"]), max_size=2),
        "slug": st.sampled_from([None, None, "con", "index", "日本", "x" * 190]),
        "meta_title": HOSTILE,
        "language": st.sampled_from(["", "pt-BR", "ar"]),
        "featured": st.booleans(),
        "status": st.sampled_from(["draft", "draft", "idea"]),
        "steps": st.lists(
            st.sampled_from(["published", "scheduled", "scheduled", "approved", "draft", "archived", "edit"]),
            max_size=5,
        ),
    }),
    max_size=5,
)  # fmt: skip


async def make_whatever_is_allowed(room, given, picture):
    """Make a piece and take it where it may go; what the front door refuses does not come in."""
    steps, fields = given.pop("steps"), KINDS.get(given["kind"])
    if fields is None:
        fields = {"pictures": [{"media_id": picture, "alt": given["excerpt"]}]}
    try:
        piece = await room.make(**given, fields=fields, source_url="https://source.example/a")
    except OctavoError:
        return
    for step in steps:
        try:
            if step == "edit":
                piece = await room.patch(piece, title=given["body"], excerpt=given["title"])
            elif step == "scheduled" or (step == "published" and piece.status == "published"):
                at = {"publish_at": "2031-10-26T02:30", "zone": "Europe/Madrid"}
                piece = await room.move(piece, step, **at, fold=1)
            else:
                piece = await room.move(piece, step)
        except OctavoError:
            continue


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(library=PIECES)
async def test_whatever_may_be_written_here_comes_back_and_goes_out_the_same(room, library):
    await empty_database()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = MediaStore(storage=LocalStorage(folder / "storage"))
        picture = (await store_file(png(), "tree.png", store=store, now=room.now)).media
        for piece in library:
            await make_whatever_is_allowed(room, dict(piece), picture.id)
        pieces = await PieceRow.count()
        await export(folder / "one", store)
        await empty_database()
        other = MediaStore(storage=LocalStorage(folder / "other"))
        back = await bring_back(folder / "one", room, other)
        await export(folder / "two", other)

        assert [row for row in back.rows if row.outcome != "taken" or row.warnings] == []
        assert len(back.rows) == pieces == await PieceRow.count()
        assert contents(folder / "two") == contents(folder / "one")
