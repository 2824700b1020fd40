"""The builder over a library in memory: what a change writes, and what it leaves alone."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urljoin

import feedparser
import pytest
from tests.publishing.fakes import NOW, Desk, author, cta, make_piece, tag

from octavo.publishing.building import builder
from octavo.publishing.building.lock import build_lock
from octavo.publishing.errors import BuildRunningError, OutputRefusedError

MakeDesk = Callable[..., Desk]


def mtimes(desk: Desk) -> dict[str, int]:
    folder = desk.settings.site_dir
    return {
        f.relative_to(folder).as_posix(): f.stat().st_mtime_ns
        for f in folder.rglob("*")
        if f.is_file()
    }


async def test_every_kind_of_page_is_there_and_every_link_resolves(make_desk: MakeDesk) -> None:
    pieces = [
        make_piece(
            n, tags=[tag(n % 3 + 1)], authors=[author(n % 2 + 1)], body=f"Text {n} [a](/piece-1/)."
        )
        for n in range(1, 61)
    ]
    desk = make_desk(*pieces, make_piece(99, kind="page", path="/about/", title="About"))
    desk.library.leads["/old.html"] = "/piece-3/"

    report = await desk.site.build(now=NOW)

    files = desk.tree()
    assert report.problems == []
    assert {
        "index.html", "page/1/index.html", "piece-1/index.html", "about/index.html", "tags/index.html",
        "tags/tag-1/index.html", "authors/author-1/index.html", "archive/index.html",
        "archive/2026/01/index.html", "404.html", "robots.txt", "sitemap.xml", "sitemaps/2026-01.xml",
        "feed.xml", "atom.xml", "feed.json", "tags/tag-1/feed.xml", "authors/author-2/feed.json",
        "old.html", "_redirects",
    } <= files.keys()  # fmt: skip
    for name, data in files.items():
        if not name.endswith(".html"):
            continue
        base = f"https://folio.example/{name.removesuffix('index.html')}"
        for link in re.findall(r'(?:href|src)="([^"]*)"', data.decode()):
            target = urljoin(base, link).split("#")[0]
            if target.startswith("https://folio.example/"):
                path = unquote(target.removeprefix("https://folio.example/"))
                assert path in files or f"{path}index.html".lstrip("/") in files, (
                    f"{link} in {name}"
                )


async def test_a_second_build_writes_nothing(make_desk: MakeDesk) -> None:
    desk = make_desk(*(make_piece(n, tags=[tag(1)]) for n in range(1, 30)))
    first = await desk.site.build(now=NOW)
    before = mtimes(desk)
    again = await desk.site.build(now=NOW + timedelta(days=1))
    desk.put(desk.library.live[3])
    marked = await desk.site.build(now=NOW)
    full = await desk.site.build(full=True, now=NOW)

    assert first.written == len(before) - 1  # the mark of the folder
    for report in (again, marked, full):
        assert (report.written, report.removed) == (0, 0)
        assert report.unchanged == first.written
    assert mtimes(desk) == before


async def test_an_edit_writes_its_page_and_feeds_alone(make_desk: MakeDesk) -> None:
    desk = make_desk(*(make_piece(n) for n in range(1, 40)))
    await desk.site.build(now=NOW)
    before = mtimes(desk)
    desk.change(5, excerpt="", body="The text of piece 5.\n\nAnd a line more, far below.")
    # The same first paragraph, so lists show the same excerpt only when it is given.
    desk.change(5, excerpt="E")
    await desk.site.build(now=NOW)
    middle = mtimes(desk)
    desk.change(5, body="Another body.")
    await desk.site.build(now=NOW)
    after = mtimes(desk)

    assert {n for n in after if before.get(n) != middle.get(n)} >= {
        "piece-5/index.html",
        "page/1/index.html",
    }
    assert {n for n in after if after[n] != middle.get(n)} == {"piece-5/index.html"}


async def test_a_new_piece_leaves_the_numbered_pages_alone(make_desk: MakeDesk) -> None:
    desk = make_desk(*(make_piece(n, tags=[tag(1)]) for n in range(1, 75)))
    await desk.site.build(now=NOW)
    before = mtimes(desk)
    desk.put(make_piece(75, tags=[tag(1)]))
    await desk.site.build(now=NOW)

    written = {n for n, at in mtimes(desk).items() if before.get(n) != at}
    assert written == {
        "piece-75/index.html", "piece-74/index.html", "index.html", "tags/tag-1/index.html",
        "tags/index.html", "archive/index.html", "archive/2026/03/index.html", "sitemaps/2026-03.xml",
        "feed.xml", "atom.xml", "feed.json", "tags/tag-1/feed.xml", "tags/tag-1/atom.xml",
        "tags/tag-1/feed.json", "search/docs/4.json", "search/index.json", "llms.txt",
    }  # fmt: skip


async def test_neighbours_follow_a_withdrawal_and_nothing_is_left(make_desk: MakeDesk) -> None:
    desk = make_desk(*(make_piece(n, tags=[tag(n)]) for n in range(1, 4)))
    await desk.site.build(now=NOW)
    assert 'href="/piece-2/" rel="prev"' in desk.read("piece-3/index.html")
    desk.withdraw(2)
    report = await desk.site.build(now=NOW)

    assert 'href="/piece-1/" rel="prev"' in desk.read("piece-3/index.html")
    assert report.removed == 5  # its page, its tag's page, and the tag's three feeds
    assert not any("piece-2/" in name or "tag-2" in name for name in desk.tree())
    assert not (desk.settings.site_dir / "piece-2").exists()
    assert b"piece-2/" not in b"".join(desk.tree().values())


async def test_a_first_site_goes_through_a_linked_folder(
    make_desk: MakeDesk, tmp_path: Path
) -> None:
    desk = make_desk(make_piece(1))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    desk.settings.site_dir.parent.mkdir(parents=True, exist_ok=True)
    desk.settings.site_dir.symlink_to(elsewhere)

    report = await desk.site.build(now=NOW)

    assert report.problems == []
    assert (elsewhere / "piece-1" / "index.html").is_file()
    assert desk.settings.site_dir.is_symlink()
    assert (await desk.site.build(now=NOW)).written == 0


async def test_what_is_said_for_search_engines_stands_in_the_head(make_desk: MakeDesk) -> None:
    desk = make_desk(
        make_piece(1, title="Bread", meta_title="How to bake rye", meta_description="Step by step.")
    )
    await desk.site.build(now=NOW)

    page = desk.read("piece-1/index.html")
    assert "<title>How to bake rye" in page
    assert '<meta name="description" content="Step by step.">' in page
    assert ">Bread</h1>" in page
    assert "How to bake rye" not in desk.read("index.html")


async def test_calls_to_action_stand_in_pages_and_feeds_with_their_own_links(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk(
        make_piece(1, body="Before.\n\n<!-- cta: join -->\n\nAfter <!-- cta: gone -->.")
    )
    desk.library.ctas_of[1] = [cta("join", "Join <us>"), cta("shop")]
    report = await desk.site.build(now=NOW)

    page = desk.read("piece-1/index.html").partition("<article")[2]
    assert (
        page.index("Before")
        < page.index("/go/bjoin")
        < page.index("After")
        < page.index("/go/bshop")
    )
    assert "Join &lt;us&gt;" in page
    assert "/go/fjoin" not in page
    content = feedparser.parse(desk.read("atom.xml")).entries[0].content[0].value
    assert "https://folio.example/go/fjoin" in content
    assert "/go/b" not in content
    assert [p.message for p in report.problems] == [
        "the text asks for the call to action gone, which the piece has not"
    ]
    desk.library.ctas_of[1] = [cta("join", "Sign up")]
    desk.log.mark("piece:1")
    await desk.site.build(now=NOW)
    assert "Sign up" in desk.read("piece-1/index.html")
    assert "/go/bshop" not in desk.read("piece-1/index.html")


async def test_feeds_are_valid_full_and_keep_their_ids(make_desk: MakeDesk) -> None:
    body = "Hello [there](/piece-2/) and [here](#h-x) ![i](/media/x.png) \x0b {{ x }} <!-- c -->"
    desk = make_desk(
        *(
            make_piece(n, title=f"P & <{n}>", body=body, authors=[author(1)], tags=[tag(1)])
            for n in range(1, 31)
        )
    )
    await desk.site.build(now=NOW)
    ids = {}
    for name in ("feed.xml", "atom.xml", "tags/tag-1/feed.xml", "authors/author-1/atom.xml"):
        feed = feedparser.parse(desk.read(name).encode())
        assert not feed.bozo, feed
        assert len(feed.entries) == (20 if "/" not in name else 10)
        entry = feed.entries[0]
        assert entry.title == "P & <30>"
        assert entry.link == "https://folio.example/piece-30/"
        assert 'href="https://folio.example/piece-2/"' in entry.content[0].value
        assert 'src="https://folio.example/media/x.png"' in entry.content[0].value
        assert entry.published_parsed[:3] == (2026, 1, 31)
        ids[name] = entry.id
    items = json.loads(desk.read("feed.json"))["items"]
    assert {items[0]["id"], *ids.values()} == {"tag:folio.example,2026:piece-30"}
    desk.change(30, path="/other/", slug="other")
    await desk.site.build(now=NOW)
    assert (
        feedparser.parse(desk.read("feed.xml")).entries[0].id == "tag:folio.example,2026:piece-30"
    )


async def test_an_empty_site_has_its_pages_and_valid_feeds(make_desk: MakeDesk) -> None:
    desk = make_desk()
    await desk.site.build(now=NOW)

    assert "Nothing is published here yet." in desk.read("index.html")
    assert not feedparser.parse(desk.read("atom.xml")).bozo


async def test_media_are_published_with_the_pieces_that_show_them(make_desk: MakeDesk) -> None:
    desk = make_desk(
        make_piece(1, body="![a](/media/ab/a.png) ![b](/media/../secret_key)"), make_piece(2)
    )
    media = desk.settings.media_dir / "ab"
    media.mkdir(parents=True)
    (media / "a.png").write_bytes(b"png")
    (media / "unused.png").write_bytes(b"no")
    (desk.settings.home / "secret_key").write_text("key")
    (media / "leak.png").symlink_to(desk.settings.home / "secret_key")
    desk.change(2, body="![l](/media/ab/leak.png) ![m](/media/ab/missing.png)")
    report = await desk.site.build(now=NOW)

    assert {n for n in desk.tree() if n.startswith("media")} == {"media/ab/a.png"}
    assert len(report.problems) == 3
    desk.change(1, body="no picture")
    await desk.site.build(now=NOW)
    assert not (desk.settings.site_dir / "media").exists()


async def test_renamed_tags_and_authors_show_everywhere(make_desk: MakeDesk) -> None:
    desk = make_desk(
        *(make_piece(n, tags=[tag(1), tag(2)], authors=[author(1)]) for n in range(1, 50))
    )
    await desk.site.build(now=NOW)
    desk.rename_tag(tag(1, "New Name"))
    desk.rename_author(author(1, "Ana", "Writes."))
    await desk.site.build(now=NOW)

    whole = b"".join(desk.tree().values())
    assert b"Tag 1<" not in whole
    assert b"/tags/tag-1/" not in whole
    assert "Writes." in desk.read("authors/ana/index.html")
    assert "New Name" in desk.read("piece-1/index.html")


async def test_live_pieces_are_announced_once_each(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(1), make_piece(2))
    await desk.site.build(now=NOW)
    desk.put(make_piece(3))
    desk.change(1, body="again")
    desk.withdraw(2)
    await desk.site.build(now=NOW)
    await desk.site.build(now=NOW)

    assert desk.log.announced == [[1, 2], [1, 3]]
    assert desk.log.changes == []


async def test_an_announcement_that_failed_is_made_at_the_next_build(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(1))
    await desk.site.build(now=NOW)
    settle, desk.log.settle = desk.log.settle, fail  # type: ignore[method-assign]
    desk.put(make_piece(2))
    with pytest.raises(ConnectionError):
        await desk.site.build(now=NOW)
    desk.log.settle = settle  # type: ignore[method-assign]
    await desk.site.build(now=NOW)

    assert [2] in desk.log.announced
    assert desk.log.changes == []


async def fail(*args: object) -> None:
    raise ConnectionError


async def test_another_folder_gets_the_whole_site_and_its_strangers_are_safe(
    make_desk: MakeDesk, tmp_path: Path
) -> None:
    desk = make_desk(make_piece(1))
    desk.log.mark("piece:1")
    await desk.site.build(now=NOW, output=tmp_path / "out")
    again = await desk.site.build(now=NOW, output=tmp_path / "out")

    assert desk.tree(tmp_path / "out").keys() >= {"index.html", "piece-1/index.html"}
    assert (again.written, again.removed) == (0, 0)
    assert desk.log.announced == []
    assert len(desk.log.changes) == 1
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(OutputRefusedError):
        await desk.site.build(now=NOW, output=tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").exists()


async def test_two_builds_never_run_at_once(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(1))
    with build_lock(desk.settings.state_dir / "site.lock", wait_s=0):
        with pytest.raises(BuildRunningError):
            await desk.site.build(now=NOW, wait_s=0.1)
        assert await desk.site.build_pending(NOW) is None


async def test_workers_give_the_same_bytes(make_desk: MakeDesk) -> None:
    pieces = [
        make_piece(
            n,
            tags=[tag(n % 5 + 1)],
            authors=[author(n % 3 + 1)],
            body=f"# {n}\n\n```py\nx={n}\n```",
        )
        for n in range(1, 220)
    ]
    alone, helped = make_desk(*pieces, name="a"), make_desk(*pieces, name="b", workers=2)
    await alone.site.build(now=NOW)
    report = await helped.site.build(now=NOW)

    assert report.problems == []
    assert alone.tree() == helped.tree()


async def test_a_preview_is_the_page_as_it_would_be(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.library.ctas_of[7] = [cta("join")]
    draft = make_piece(
        7,
        title="Draft",
        body="Text <script>alert(1)</script> [elsewhere](/other/)\n\n<!-- cta: join -->",
        tags=[tag(1, "A")],
    )
    html = await desk.site.render_piece(draft)

    assert "<h1" in html
    assert "Draft" in html
    assert "/go/bjoin" in html
    assert 'href="/other/"' in html  # it is alone here, and not there
    assert "alert" not in html
    assert not desk.settings.site_dir.exists()


async def test_a_link_lives_and_dies_with_what_it_leads_to(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(1, body="See [the next](/piece-2/) and [the old](/was/)."))
    await desk.site.build(now=NOW)
    alone = desk.read("piece-1/index.html")

    desk.put(make_piece(2))
    desk.lead("/was/", "/piece-1/")
    await desk.site.build(now=NOW)
    together = desk.read("piece-1/index.html"), desk.read("feed.xml")
    desk.withdraw(2)
    desk.lead("/was/", None)
    await desk.site.build(now=NOW)

    assert 'href="/piece-2/"' not in alone
    assert "<a>the next</a>" in alone
    assert 'href="/piece-2/"' in together[0]
    assert 'href="/was/"' in together[0]
    assert "https://folio.example/piece-2/&quot;&gt;the next" in together[1].replace('"', "&quot;")
    assert desk.read("piece-1/index.html") == alone


async def test_pictures_that_another_generator_kept_among_its_assets_are_described(
    make_desk: MakeDesk,
) -> None:
    body = "![Our press](/assets/images/press.png) and [its plan](/assets/plan.pdf)."
    desk = make_desk(make_piece(1, body=body))

    await desk.site.build(now=NOW)

    page = desk.read("piece-1/index.html")
    assert '<span class="missing-image">Our press</span> and <a>its plan</a>.' in page
    style = next(iter(re.findall(r'href="(/assets/css/[^"]*)"', page)))
    desk.put(make_piece(1, body=f"See [our style]({style})."))
    await desk.site.build(now=NOW)
    assert re.search(rf'<a href="{style}"[^>]*>our style</a>', desk.read("piece-1/index.html"))


async def test_a_full_build_settles_all_that_was_marked_however_much(
    make_desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "_CHANGE_LIMIT", 3)
    desk = make_desk(*(make_piece(n) for n in range(1, 9)))
    desk.log.mark(*(f"piece:{n}" for n in range(1, 9)))

    await desk.site.build(now=NOW)

    assert desk.log.changes == []
    assert [len(ids) for ids in desk.log.announced] == [8]
