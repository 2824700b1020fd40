"""The site readers get, in a real browser: every kind of page, from 320 px to wide, light and dark."""

import json
import shutil
import subprocess
import time
import wave
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from tests import pictures
from tests.browser.server_process import Server
from tests.browser.test_accessible import findings

_VALIDATOR = Path(__file__).parents[2] / "admin/node_modules/html-validate/bin/html-validate.mjs"
_TEXT = """
A sheet, folded three times, is an *octavo*.[^1] Eight leaves,[^2] sixteen pages.

<!-- cta: one-letter-a-month -->

## What folding does

```python
pages = 16  # a comment that goes on and on, until it is wider than any telephone is, and then some
```

### By hand

> [!NOTE]
> Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung is one word.

| Format | Folds | Leaves | Pages | Usual height | What it was used for in Europe |
|:--|--:|--:|--:|--:|:--|
| Octavo | 3 | 8 | 16 | 20 cm | Nearly everything |

## The end

- [x] Paper, from https://example.org/a/very/long/address/that/never/ends/and/goes/on/and/on/and/on

[^1]: “In an eighth.”
[^2]: A leaf has two pages.
"""
_SHIFTS = """
window.shifted = [];
new PerformanceObserver(list => {
  for (const entry of list.getEntries())
    for (const {node} of entry.sources)
      if (node?.parentElement)  // not where the browser's own player settles inside itself
        window.shifted.push(`${entry.value} ${node.parentElement.outerHTML.slice(0, 90)}`);
}).observe({type: "layout-shift", buffered: true});
"""
_PAGES = [
    "/", "/page/1/", "/text/", "/press/", "/video/", "/audio/", "/pictures/", "/newsletter/", "/link/",
    "/update/", "/hebrew/", "/languages/he/", "/about/", "/tags/", "/tags/paper/",
    "/authors/ada-lovelace/", "/archive/", "/archive/{month}/", "/series/", "/series/printing/",
    "/search/", "/search/?q=ink", "/search/?q=zzz", "/nowhere/", "/p/{preview}",
]  # fmt: skip


def _png(width: int, height: int) -> bytes:
    rows = b"".join(b"\0" + bytes([y % 256, 80, 60]) * width for y in range(height))
    return pictures.png(width, height, rows)


def _silence() -> bytes:
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(b"\x80" * 800)
    return out.getvalue()


def _publish(client: httpx.Client, *, cta: int | None = None, **piece: object) -> None:
    made = _post(client, "/pieces", piece)
    if cta is not None:
        _post(client, f"/pieces/{made['id']}/ctas", {"cta_id": cta})
    version = client.get(f"/api/v1/pieces/{made['id']}").json()["version"]
    _post(
        client, f"/pieces/{made['id']}/transitions", {"to": "published", "version": version}, ok=200
    )


def _post(client: httpx.Client, path: str, body: object, *, ok: int = 201) -> dict[str, object]:
    answer = client.post(f"/api/v1{path}", json=body)
    assert answer.status_code in {ok, 201}, answer.text
    found: dict[str, object] = answer.json()
    return found


def _upload(client: httpx.Client, name: str, data: bytes) -> int:
    answer = client.post("/api/v1/media", files={"file": (name, data)}, data={"alt": "A sheet"})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


@pytest.fixture(scope="module")
def pages(blog: str, owner: httpx.Client) -> list[str]:
    """A page of each type, that of a piece under embargo too; not what leads elsewhere at once."""
    pieces = owner.get("/api/v1/pieces?status=draft").json()["items"]
    made = _post(owner, f"/pieces/{pieces[0]['id']}/previews", {"days": 1})
    live = httpx.get(f"{blog}/archive/").text
    month = live.partition('href="/archive/20')[2].partition('/"')[0]
    token = str(made["url"]).rpartition("/p/")[2]
    paths = [path.format(month=f"20{month}", preview=token) for path in _PAGES]
    answers = {path: httpx.get(blog + path).status_code for path in paths}
    assert {path for path, status in answers.items() if status != 200} == {"/nowhere/"}
    return paths


@pytest.fixture(scope="module")
def blog(server: Server, owner: httpx.Client) -> str:
    """A site with a piece of each kind; answers its address."""
    wide = _upload(owner, "wide.png", _png(160, 90))
    tall = _upload(owner, "tall.png", _png(90, 120))
    captions = _upload(owner, "en.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nWell.\n")
    sound = _upload(owner, "talk.wav", _silence())
    series = _post(owner, "/series", {"title": "Printing", "description": "Six letters."})["id"]
    cta = _post(
        owner,
        "/ctas",
        {
            "label": "One letter a month",
            "action": "subscribe",
            "destination": {"url": "https://example.org/letter"},
            "expected": {"count": 1},
        },
    )["id"]
    settings = owner.get("/api/v1/settings").json()
    nav = [{"label": "Archive", "url": "/archive/"}, {"label": "About", "url": "/about/"}]
    changes = {"version": settings["version"], "nav": nav, "theme": {"share": "on"}}
    assert owner.patch("/api/v1/settings", json=changes).status_code == 200
    paper: dict[str, object] = {"tags": ["Paper"]}
    cover = {"media_id": wide, "alt": "A sheet", "caption": "Folded once"}
    _publish(owner, kind="page", title="About", slug="about", body="We print.")
    for number, title in enumerate(["The table", "The ink"], start=1):
        _publish(owner, title=title, body="Short.", series_id=series, series_position=number)
    _publish(
        owner, cta=int(str(cta)), title="On folding a sheet in eight", slug="text", body=_TEXT,
        cover=cover, series_id=series, series_position=3, **paper,
    )  # fmt: skip
    press = {
        "dateline": "PORTO, 22 November",
        "boilerplate": "A small press.",
        "contacts": [
            {
                "name": "Ana",
                "email": f"{'a.long.name.' * 4}ana@press.example",
                "phone": "+351 22 123",
            }
        ],
    }
    held = {"embargo_until": "2099-01-04T09:00", "embargo_zone": "Europe/Madrid", **press}
    _post(owner, "/pieces", {"kind": "press_release", "title": "Held back", "fields": held})
    _post(owner, "/redirects", {"from_path": "/old/", "to_path": "/text/"})
    for number in range(10):  # so that the front has a page before it
        _publish(owner, kind="update", body=f"Sheet {number} is printed.")
    film = {
        "video": {"url": f"{server.base}/media/none.mp4"},
        "poster_media_id": wide,
        "captions": [{"language": "en", "media_id": captions}],
        "transcript": "Well, hello.",
        "duration_s": 90,
    }
    talk = {"audio": {"media_id": sound}, "episode": 3, "season": 1, "transcript": "Well."}
    quote = {"quote": "A page is a room.", "source_title": "The page", "source_author": "Eve"}
    shown = {"pictures": [{"media_id": wide}, {"media_id": tall, "caption": "A leaf"}] * 2}
    _publish(
        owner, kind="press_release", title="A press", slug="press", body="It opens.", fields=press
    )
    _publish(owner, kind="video", title="A film", slug="video", fields=film)
    _publish(owner, kind="audio", title="A talk", slug="audio", fields=talk, cover=cover)
    _publish(owner, kind="picture", title="Sheets", slug="pictures", fields=shown)
    letter = {"subject": "Letter 41", "preheader": "Ink dries slowly."}
    _publish(
        owner, kind="newsletter", title="Letter 41", slug="newsletter", body="Dear,", fields=letter
    )
    _publish(
        owner, kind="link", slug="link", body="Read it twice.", fields=quote,
        source_url="https://example.org/page?utm_source=x", **paper,
    )  # fmt: skip
    _publish(owner, kind="update", slug="update", body="The second press is here.")
    _publish(owner, title="מבוא לדפוס", slug="hebrew", body="טקסט עם English.", language="he")
    deadline = time.monotonic() + 60
    while httpx.get(f"{server.base}/hebrew/").status_code != 200:
        assert time.monotonic() < deadline, server.output[-20:]
        time.sleep(0.2)
    return server.base


def _settle(page: Page) -> None:
    """Wait until the fonts are there and drawn."""
    page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
    page.evaluate("new Promise(requestAnimationFrame)")


def _unsealed(route: Route) -> None:
    """Show a preview without its sandbox: it runs no script, that of axe neither."""
    answer = route.fetch()
    headers = {k: v for k, v in answer.headers.items() if k != "content-security-policy"}
    route.fulfill(response=answer, headers=headers)


def test_every_page_is_accessible_stays_put_and_fits_the_smallest_telephone(
    new_context: Callable[..., BrowserContext], blog: str, pages: list[str]
) -> None:
    page = new_context(color_scheme="light").new_page()
    page.add_init_script(_SHIFTS)
    page.route("**/p/*", _unsealed)
    wrong: list[str] = []
    page.on("console", lambda said: said.type == "error" and wrong.append(f"console: {said.text}"))
    for path in pages:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")
        page.goto(blog + path)
        _settle(page)
        wrong += [f"{path} moved: {shift}" for shift in page.evaluate("window.shifted")]
        wrong += [f"{path} light: {line}" for line in findings(page)]
        for width in (768, 320):
            page.set_viewport_size({"width": width, "height": 800})
            found = page.evaluate("document.documentElement.scrollWidth")
            wrong += [f"{path} is {found} px wide at {width}"] if found > width else []
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        wrong += [f"{path} dark, small: {line}" for line in findings(page)]

    known = ("status of 404", "none.mp4")  # the page that is missing, the film that nobody made
    assert [line for line in wrong if not any(part in line for part in known)] == []


def test_every_page_is_valid_html(
    server: Server, blog: str, pages: list[str], tmp_path: Path
) -> None:
    node = shutil.which("node")
    if node is None or not _VALIDATOR.is_file():
        pytest.skip("html-validate is not installed: run `make setup`")
    rules = {"extends": ["html-validate:standard"], "rules": {"long-title": "off"}, "root": True}
    (tmp_path / "rules.json").write_text(json.dumps(rules))
    for number, path in enumerate(pages):
        (tmp_path / f"{number}.html").write_text(httpx.get(blog + path).text, encoding="utf-8")
    shutil.copy(server.home / "site/old/index.html", tmp_path / "redirect.html")

    done = subprocess.run(
        [node, str(_VALIDATOR), "-c", "rules.json", "-f", "text", "*.html"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_a_post_weighs_less_than_forty_kilobytes_without_its_pictures(
    new_context: Callable[..., BrowserContext], blog: str
) -> None:
    page = new_context().new_page()
    loaded: dict[str, int] = {}

    def weigh(request: object) -> None:
        if request.resource_type != "image":  # type: ignore[attr-defined]
            loaded[request.url] = request.sizes()["responseBodySize"]  # type: ignore[attr-defined]

    page.on("requestfinished", weigh)
    page.goto(f"{blog}/newsletter/")
    _settle(page)

    assert any(url.endswith(".woff2") for url in loaded)
    assert sum(loaded.values()) <= 40_000, loaded


def test_notes_stand_beside_their_line_where_there_is_room(
    new_context: Callable[..., BrowserContext], blog: str
) -> None:
    page = new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{blog}/text/")
    mark, first = page.locator("#h-fnref-1"), page.locator("#h-fn-1")
    second = page.locator("#h-fn-2")

    beside = [place.bounding_box() or {} for place in (mark, first, second)]
    page.set_viewport_size({"width": 800, "height": 900})
    below = [place.bounding_box() or {} for place in (mark, first)]

    assert beside[1]["x"] > beside[0]["x"] + 200
    assert abs(beside[1]["y"] - beside[0]["y"]) < 20
    assert beside[2]["y"] >= beside[1]["y"] + beside[1]["height"]  # none upon another
    assert below[1]["y"] > below[0]["y"] + 400


def test_nothing_needs_a_script_and_scripts_add_a_button_that_copies(
    new_context: Callable[..., BrowserContext], blog: str
) -> None:
    plain = new_context(java_script_enabled=False).new_page()
    plain.goto(f"{blog}/text/")
    plain.get_by_role("link", name="Archive").first.click()
    expect(plain.get_by_role("heading", name="Archive")).to_be_visible()
    plain.goto(f"{blog}/text/")
    expect(plain.get_by_role("button")).to_have_count(0)

    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{blog}/text/")
    page.get_by_role("button", name="Copy", exact=True).focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("pages = 16")


def test_readers_search_with_the_keyboard_and_hear_what_was_found(
    new_context: Callable[..., BrowserContext], blog: str
) -> None:
    page = new_context().new_page()
    page.goto(f"{blog}/search/?q=tabl")
    links = page.get_by_role("main").get_by_role("listitem").get_by_role("link")
    expect(links).to_have_text(["The table"])
    expect(page.get_by_role("status")).to_have_text("Found: 1")
    day = page.locator("#found time").inner_text()
    assert f">{day}</time>" in httpx.get(f"{blog}/the-table/").text

    page.get_by_role("searchbox").fill("thé")
    expect(links.nth(1)).to_be_visible()
    expect(page).to_have_url(f"{blog}/search/?q=th%C3%A9")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    page.get_by_role("searchbox").fill("zzz")
    expect(page.get_by_role("status")).to_have_text("Nothing was found.")
    page.get_by_role("searchbox").fill("ink")
    expect(links.first).to_have_text("The ink")
    page.get_by_role("searchbox").press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The ink")).to_be_visible()

    plain = new_context(java_script_enabled=False).new_page()
    plain.goto(f"{blog}/search/")
    assert "The search needs JavaScript" in plain.locator("noscript").inner_html()
    plain.get_by_role("main").get_by_role("link", name="Archive").click()
    expect(plain.get_by_role("heading", name="Archive")).to_be_visible()
