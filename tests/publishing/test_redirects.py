"""Where pieces stand, and where old addresses lead."""

from collections.abc import Callable

import pytest
from tests.publishing.fakes import NOW, Desk, make_piece

MakeDesk = Callable[..., Desk]


def mtimes(desk: Desk) -> dict[str, int]:
    folder = desk.settings.site_dir
    return {
        f.relative_to(folder).as_posix(): f.stat().st_mtime_ns
        for f in folder.rglob("*")
        if f.is_file()
    }


async def test_a_moved_piece_leaves_a_redirect(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(1), make_piece(2))
    await desk.site.build(now=NOW)
    desk.change(1, path="/moved/", slug="moved")
    desk.lead("/piece-1/", "/moved/")
    await desk.site.build(now=NOW)

    assert "/moved/" in desk.read("piece-1/index.html")
    assert desk.read("_redirects") == "/piece-1/ /moved/ 301\n"
    desk.put(make_piece(3, path="/piece-1/"))  # a live piece takes the address, then gives it back
    await desk.site.build(now=NOW)
    assert "Piece 3" in desk.read("piece-1/index.html")
    assert "_redirects" not in desk.tree()
    desk.withdraw(3)
    await desk.site.build(now=NOW)
    assert "/moved/" in desk.read("piece-1/index.html")


async def test_two_old_addresses_of_one_file_agree_about_it(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(1), make_piece(2))
    await desk.site.build(now=NOW)

    desk.lead("/old/", "/piece-2/")
    await desk.site.build(now=NOW)
    assert "/piece-2/" in desk.read("old/index.html")
    desk.lead("/old", "/piece-1/")
    await desk.site.build(now=NOW)
    step_by_step = desk.tree()
    await desk.site.build(full=True, now=NOW)

    assert "/piece-1/" in desk.read("old/index.html")
    assert desk.tree() == step_by_step
    assert desk.read("_redirects") == "/old /piece-1/ 301\n/old/ /piece-2/ 301\n"


async def test_a_redirect_never_leads_into_script_or_onto_our_pages(make_desk: MakeDesk) -> None:
    desk = make_desk(make_piece(1))
    for path, target in {
        "/a/": "javascript:alert(1)", "/b/": "//evil.example/", "/tags/": "/piece-1/",
        "/../x": "/piece-1/", "/.git/config": "/piece-1/", "/feed.xml": "/piece-1/",
    }.items():  # fmt: skip
        desk.library.leads[path] = target
    report = await desk.site.build(now=NOW)

    assert len(report.problems) == 6
    assert "_redirects" not in desk.tree()
    assert not (desk.settings.home / "x").exists()


@pytest.mark.parametrize(
    "path", ["/../../etc/", "/a/../b/", "/assets/x/", "no-slash", "/a\\b/", "/x\0/"]
)
async def test_an_address_outside_the_site_is_refused(make_desk: MakeDesk, path: str) -> None:
    desk = make_desk(make_piece(1), make_piece(2, path=path))
    report = await desk.site.build(now=NOW)

    assert [p.subject for p in report.problems] == ["piece:2"]
