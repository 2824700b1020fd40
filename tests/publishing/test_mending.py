"""One bad piece, a file broken by hand, a lost state: the site stays, and says so."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

from tests.publishing.fakes import NOW, Desk, make_piece

MakeDesk = Callable[..., Desk]


def mtimes(desk: Desk) -> dict[str, int]:
    folder = desk.settings.site_dir
    return {
        f.relative_to(folder).as_posix(): f.stat().st_mtime_ns
        for f in folder.rglob("*")
        if f.is_file()
    }


async def test_one_bad_piece_is_reported_and_its_last_good_page_stays(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(1), make_piece(2))
    await desk.site.build(now=NOW)
    good = desk.read("piece-1/index.html")
    desk.change(1, body="x" * 10_000_001)
    desk.put(make_piece(3, body="x" * 10_000_001))
    desk.put(make_piece(4))
    report = await desk.site.build(now=NOW)

    assert [p.subject for p in report.problems] == ["piece:1", "piece:3"]
    assert "at most" in report.problems[0].message
    assert desk.read("piece-1/index.html") == good
    assert not (desk.settings.site_dir / "piece-3").exists()
    assert "Piece 4" in desk.read("index.html")
    full = await desk.site.build(full=True, now=NOW)
    assert (full.written, full.removed, len(full.problems)) == (0, 0, 2)
    desk.change(1, body="Fine again.")
    desk.withdraw(3)
    mended = await desk.site.build(now=NOW)
    assert mended.problems == []
    assert "Fine again." in desk.read("piece-1/index.html")


async def test_a_full_build_keeps_the_last_good_page_of_what_fails_now(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(1), make_piece(2))
    await desk.site.build(now=NOW)
    good = desk.read("piece-1/index.html")
    template = desk.settings.home / "theme" / "templates" / "post.html"
    template.parent.mkdir(parents=True)
    template.write_text(
        "{% if post.title == 'Piece 1' %}{{ post.nothing }}{% endif %}<title>{{ post.title }}</title>"
    )

    for full in (True, False, True):
        report = await desk.site.build(full=full, now=NOW)
        assert [p.subject for p in report.problems] == ["piece:1"]
        assert desk.read("piece-1/index.html") == good
        assert desk.read("piece-2/index.html") == "<title>Piece 2</title>"
    template.unlink()
    assert (await desk.site.build(now=NOW)).problems == []


async def test_a_full_build_mends_what_was_broken_by_hand(make_desk: MakeDesk) -> None:
    desk = make_desk(*(make_piece(n) for n in range(1, 5)))
    await desk.site.build(now=NOW)
    good = desk.tree()
    (desk.settings.site_dir / "index.html").write_text("defaced")
    (desk.settings.site_dir / "piece-1" / "index.html").unlink()
    (desk.settings.site_dir / "stray.html").write_text("stray")
    report = await desk.site.build(full=True, now=NOW)

    assert (report.written, report.removed) == (2, 1)
    assert desk.tree() == good


async def test_a_lost_or_damaged_state_is_made_again(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(1))
    await desk.site.build(now=NOW)
    good = desk.tree()
    (desk.settings.state_dir / "site.db").write_bytes(b"not a database" * 1_000)
    assert (await desk.site.build(now=NOW)).written == 0
    assert desk.tree() == good


async def test_a_full_build_renders_what_changed_and_takes_the_rest_as_it_was(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk(make_piece(1), make_piece(2), make_piece(3))
    await desk.site.build(now=NOW)
    state = sqlite3.connect(desk.settings.state_dir / "site.db")
    with closing(state):  # so that what is taken can be told from what is rendered
        state.execute("UPDATE body SET html = CAST('<p>kept</p>' AS BLOB)")
        state.execute("UPDATE piece SET page = x'c1' WHERE id = 3")  # damaged
        state.commit()
    desk.change(2, body="New words.")
    await desk.site.build(full=True, now=NOW)

    assert "<p>kept</p>" in desk.read("piece-1/index.html")
    assert "New words." in desk.read("piece-2/index.html")
    assert "<p>kept</p>" not in desk.read("piece-3/index.html")
    state = sqlite3.connect(desk.settings.state_dir / "site.db")
    with closing(state):  # another renderer, another text
        state.execute("UPDATE meta SET value = 'older' WHERE name = 'version'")
        state.commit()
    await desk.site.build(now=NOW)
    assert "<p>kept</p>" not in desk.read("piece-1/index.html")
