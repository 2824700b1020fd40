"""What a theme may do, and what becomes of the site when it or a setting changes."""

import json
import re
from collections.abc import Callable

import msgspec
import pytest
from tests.publishing.fakes import NOW, Desk, author, make_piece, tag

from octavo.publishing.errors import BuildFailedError

MakeDesk = Callable[..., Desk]


def mtimes(desk: Desk) -> dict[str, int]:
    folder = desk.settings.site_dir
    return {
        f.relative_to(folder).as_posix(): f.stat().st_mtime_ns
        for f in folder.rglob("*")
        if f.is_file()
    }


async def test_a_changed_setting_or_template_remakes_what_shows_it(make_desk: MakeDesk) -> None:
    desk = make_desk(*(make_piece(n) for n in range(1, 5)))
    await desk.site.build(now=NOW)
    desk.library.organisation_now = msgspec.structs.replace(
        desk.library.organisation_now, name="Renamed", locale="es"
    )
    await desk.site.build(now=NOW)
    assert "Renamed" in desk.read("piece-1/index.html")
    assert "2 de enero de 2026" in desk.read("piece-1/index.html")
    assert "Renamed" in desk.read("feed.xml")

    theme = desk.settings.home / "theme"
    (theme / "templates").mkdir(parents=True)
    (theme / "templates" / "404.html").write_text("<h1>{{ site.name }} lost it</h1>")
    (theme / "assets" / "css").mkdir(parents=True)
    before = mtimes(desk)
    report = await desk.site.build_pending(NOW)
    assert report is not None
    assert {n for n, at in mtimes(desk).items() if before.get(n) != at} == {"404.html"}
    assert desk.read("404.html") == "<h1>Renamed lost it</h1>"
    (theme / "assets" / "css" / "site.css").write_text("body { color: red }")
    await desk.site.build(now=NOW)
    (css,) = (name for name in desk.tree() if name.startswith("assets/css/site."))
    assert css in desk.read("piece-3/index.html")
    assert await desk.site.build_pending(NOW) is None


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% if %}", "post.html"),
        ("{{ asset('nope.css') }}", "nope.css"),
        ("{% extends 'gone.html' %}", "gone.html"),
    ],
)
async def test_a_broken_theme_says_so_and_leaves_the_site(
    make_desk: MakeDesk, template: str, said: str
) -> None:
    desk = make_desk(make_piece(1))
    await desk.site.build(now=NOW)
    before = desk.tree()
    theme = desk.settings.home / "theme" / "templates"
    theme.mkdir(parents=True)
    (theme / "post.html").write_text(template)
    desk.put(make_piece(2))
    with pytest.raises(BuildFailedError, match=said):
        await desk.site.build(now=NOW)

    assert desk.tree() == before
    with pytest.raises(BuildFailedError):
        await desk.site.build_pending(NOW)
    assert await desk.site.build_pending(NOW) is None  # not again before it changes
    (theme / "post.html").unlink()
    assert (await desk.site.build_pending(NOW)) is not None
    assert "Piece 2" in desk.read("index.html")


@pytest.mark.parametrize(
    "expression",
    [
        "{{ post.__class__.__mro__ }}",
        "{{ ''.__class__ }}",
        "{{ site.nav.append(1) }}",
        "{{ asset.__globals__ }}",
        "{{ nothing.at.all }}",
        "{{ post.no_such_field }}",
    ],
)
async def test_a_template_sees_the_contract_and_nothing_else(
    make_desk: MakeDesk, expression: str
) -> None:
    desk = make_desk(make_piece(1))
    theme = desk.settings.home / "theme" / "templates"
    theme.mkdir(parents=True)
    (theme / "post.html").write_text(expression)
    report = await desk.site.build(now=NOW)

    assert [p.subject for p in report.problems] == ["piece:1"]
    assert "piece-1/index.html" not in desk.tree()


async def test_content_in_context_is_always_escaped(make_desk: MakeDesk) -> None:
    desk = make_desk(
        make_piece(
            1, title="</script><script>alert(1)</script>", excerpt='"><img src=x onerror=alert(1)>',
            tags=[tag(1, "<b>")], authors=[author(1, "<i>", "<u>")],
        )
    )  # fmt: skip
    await desk.site.build(now=NOW)

    for name, data in desk.tree().items():
        if name.endswith(".html"):
            assert b"<script>alert" not in data, name
            assert b"<img src=x" not in data, name
            assert b"<b><" not in data
    (ld,) = re.findall(r'ld\+json">(.*?)</script>', desk.read("piece-1/index.html"))
    assert json.loads(ld)["@graph"][0]["headline"] == "</script><script>alert(1)</script>"
