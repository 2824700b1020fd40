"""What an import from Ghost asks of the world around: redirects, pictures of other hosts, settings."""

import json

import httpx
import pytest
from tests.content.ghost_exports import PIXEL, body_of, post, write

from octavo.accounts import queries as accounts_q
from octavo.content.importers.formats import Options
from octavo.content.importers.ghost.importer import Ghost
from octavo.content.importers.ghost.redirects import import_redirects
from octavo.content.importers.ghost.service import GhostOptions, import_ghost
from octavo.content.importers.intake import take_in
from octavo.content.importers.sources import UnusableSourceError
from octavo.content.media.store import MediaStore
from octavo.content.tables import RedirectRow
from octavo.kernel.http import Fetched
from octavo.kernel.storage import open_storage


@pytest.fixture
def run(room, tmp_path):
    async def run(path, *, content=None, site_url="", dry_run=False, author=None):
        media = MediaStore(storage=open_storage(str(tmp_path / "media")))
        ghost = Ghost(
            path, media=media, now=room.now, dry_run=dry_run, content=content, site_url=site_url
        )
        options = Options(dry_run=dry_run, author_email=author)
        return await take_in(ghost, options=options, now=room.now, bus=room.bus)

    return run


async def test_redirects_come_along_and_patterns_are_told(room, run, tmp_path):
    await run(write(tmp_path / "e.json", [post(1)]))
    file = tmp_path / "redirects.json"
    file.write_text(
        json.dumps(
            [
                {"from": "/old-page/", "to": "/post-1/"},
                {"from": "^/with\\-dash/?$", "to": "https://x.example/"},
                {"from": "/blog/(.*)", "to": "/$1"},
                {"from": "/post-1/", "to": "/elsewhere/"},
                {"from": "/evil", "to": "javascript:alert(1)"},
                {"from": 7, "to": None},
                "x",
            ]
        )
    )
    yaml = tmp_path / "redirects.yaml"
    yaml.write_text("301:\n  /from-yaml/: /post-1/\n302:\n  /again/: /post-1/\n")

    dry = await import_redirects(file, dry_run=True, now=room.now, bus=room.bus)
    assert not await RedirectRow.exists().where(RedirectRow.from_path == "/old-page/")
    rows = await import_redirects(file, dry_run=False, now=room.now, bus=room.bus)
    again = await import_redirects(file, dry_run=False, now=room.now, bus=room.bus)
    more = await import_redirects(yaml, dry_run=False, now=room.now, bus=room.bus)

    assert [row.outcome for row in rows] == ["taken", "taken", "skipped", "skipped", "skipped"]
    assert [row.outcome for row in again][:2] == ["unchanged", "unchanged"]
    assert [row.outcome for row in dry][:3] == ["taken", "taken", "skipped"]
    assert [row.outcome for row in more] == ["taken", "taken"]
    found = await RedirectRow.select().where(RedirectRow.from_path == "/with-dash").first()
    assert found["to_path"] == "https://x.example/"


@pytest.mark.parametrize(
    "text", ["", "{", "7", "a: &a [*a, *a]", "[" * 100_000, "\x00", "- x: [", "{" * 5000]
)
@pytest.mark.parametrize("name", ["redirects.json", "redirects.yaml"])
async def test_broken_redirects_are_refused_in_one_line(room, tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text)

    with pytest.raises(UnusableSourceError, match=name):
        await import_redirects(file, dry_run=False, now=room.now, bus=room.bus)


class Web:
    """Stands for the guarded client: answers what it was given, counts what was asked."""

    def __init__(self, answers):
        self.answers, self.asked = answers, []

    async def fetch(self, url, *, max_bytes):
        self.asked.append(url)
        if url not in self.answers:
            raise httpx.ConnectError("no such host")
        status, body = self.answers[url]
        return Fetched(url=url, status=status, headers={}, body=body)


async def test_pictures_are_fetched_once_and_a_silent_host_is_left_alone(room, tmp_path):
    html = (
        '<p><img src="__GHOST_URL__/content/images/a.png"><img src="https://cdn.example/b.png"></p>'
    )
    dead = "".join(f'<p><img src="https://gone.example/{n}.png"></p>' for n in range(9))
    path = write(
        tmp_path / "e.json",
        [post(1, html=html), post(2, html=html + dead, feature_image="https://cdn.example/b.png")],
    )
    web = Web(
        {
            "https://blog.example/content/images/a.png": (200, PIXEL),
            "https://cdn.example/b.png": (404, b""),
        }
    )
    media = MediaStore(storage=open_storage(str(tmp_path / "media")))
    report = await import_ghost(
        path,
        options=GhostOptions(site_url="https://blog.example", fetch_media=True, settings=True),
        now=room.now, bus=room.bus, media=media, http=web,
    )  # fmt: skip

    assert "![](/media/" in (await body_of("Post 1"))["body"]
    assert "(https://cdn.example/b.png)" in (await body_of("Post 1"))["body"]
    assert len(web.asked) == len(set(web.asked)) == 2 + 3
    assert any("answered 404" in warning for warning in report.rows[0].warnings)
    assert any("gone.example does not answer" in warning for warning in report.rows[1].warnings)


async def test_settings_are_taken_over_only_when_asked(room, tmp_path):
    path = write(
        tmp_path / "e.json", [post(1)], settings=[{"key": "title", "value": "Crumbs & Co"}]
    )
    media = MediaStore(storage=open_storage(str(tmp_path / "media")))
    given = {"now": room.now, "bus": room.bus, "media": media, "http": Web({})}
    await import_ghost(path, options=GhostOptions(), **given)
    assert (await accounts_q.get_organisation()).name == "Crumb"
    report = await import_ghost(path, options=GhostOptions(settings=True), **given)

    assert (await accounts_q.get_organisation()).name == "Crumbs & Co"
    assert any("Crumbs & Co" in note for note in report.notes)
