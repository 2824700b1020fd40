"""The site as readers fetch it."""

from collections.abc import Callable

import httpx
import pytest
from tests.publishing.fakes import NOW, Desk, make_piece

from octavo.publishing.serving.site import site_app

MakeDesk = Callable[..., Desk]


def client(desk: Desk) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=site_app(desk.site))
    return httpx.AsyncClient(transport=transport, base_url="https://folio.example")


@pytest.fixture
async def desk(make_desk: MakeDesk) -> Desk:
    desk = make_desk(
        make_piece(1), make_piece(2, path="/año/é/"), make_piece(3, body="![x](/media/a/x.svg)")
    )
    (desk.settings.media_dir / "a").mkdir(parents=True)
    (desk.settings.media_dir / "a" / "x.svg").write_text("<svg onload='alert(1)'/>")
    (desk.settings.media_dir / "a" / "big.mp4").write_bytes(b"\0" * 700_000)
    (desk.settings.media_dir / "a" / "page.html").write_text("<script>alert(1)</script>")
    desk.change(1, body="[v](/media/a/big.mp4) [h](/media/a/page.html)")
    desk.library.leads["/old.html"] = "/piece-1/"
    desk.library.leads["/was/"] = "/piece-1/"
    await desk.site.build(now=NOW)
    return desk


async def test_pages_have_a_strong_etag_and_answer_304(desk: Desk) -> None:
    async with client(desk) as http:
        first = await http.get("/piece-1/")
        again = await http.get(
            "/piece-1/", headers={"if-none-match": f'"x", W/{first.headers["etag"]}'}
        )
        head = await http.head("/piece-1/")

        assert first.status_code == 200
        assert first.headers["content-type"] == "text/html; charset=utf-8"
        assert first.headers["etag"].startswith('"')
        assert first.headers["cache-control"] == "no-cache"
        assert (again.status_code, again.content) == (304, b"")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == first.headers["content-length"]
        desk.change(1, title="Another")
        await desk.site.build(now=NOW)
        changed = await http.get("/piece-1/", headers={"if-none-match": first.headers["etag"]})
        assert changed.status_code == 200
        assert "Another" in changed.text


async def test_types_and_caching_fit_the_file(desk: Desk) -> None:
    async with client(desk) as http:
        for path, kind in {
            "/feed.xml": "application/xml; charset=utf-8",
            "/atom.xml": "application/xml; charset=utf-8",
            "/feed.json": "application/feed+json; charset=utf-8",
            "/sitemap.xml": "application/xml",
            "/robots.txt": "text/plain; charset=utf-8",
            "/media/a/x.svg": "image/svg+xml",
        }.items():
            answer = await http.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (200, kind), path
        (css,) = (name for name in desk.tree() if name.startswith("assets/css/site."))
        assert "immutable" in (await http.get("/" + css)).headers["cache-control"]


async def test_old_addresses_and_missing_slashes_answer_301(desk: Desk) -> None:
    async with client(desk) as http:
        for path, target in {
            "/old.html": "/piece-1/",
            "/was/": "/piece-1/",
            "/was": "/piece-1/",
            "/piece-1": "/piece-1/",
            "/piece-1?utm=a": "/piece-1/?utm=a",
            "/a%C3%B1o/%C3%A9": "/a%C3%B1o/%C3%A9/",
        }.items():
            answer = await http.get(path)
            assert (answer.status_code, answer.headers["location"]) == (301, target)
        assert (await http.get("/a%C3%B1o/%C3%A9/")).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../octavo.db", "/%2e%2e/octavo.db", "/a/..%2f..%2fsecret", "/.octavo-site",
        "/..\\x", "//evil.example",
        "//evil.example/%2e%2e", "/piece-1//", "/x%00", "/%ff%fe", "/" + "a/" * 3_000, "/" + "a" * 300,
        "/nothing/",
    ],
)  # fmt: skip
async def test_nothing_outside_the_site_is_answered(desk: Desk, path: str) -> None:
    messages: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        messages.append(message)

    from urllib.parse import unquote

    (desk.settings.home / "octavo.db").write_text("secret")
    (desk.settings.home / "secret").write_text("secret")
    scope = {
        "type": "http", "method": "GET", "path": unquote(path), "query_string": b"", "headers": [],
    }  # fmt: skip
    await site_app(desk.site)(scope, None, send)

    assert messages[0]["status"] == 404
    assert b"This page is missing" in messages[1]["body"]


async def test_pages_are_locked_down_and_uploads_cannot_run(desk: Desk) -> None:
    async with client(desk) as http:
        for path in ("/", "/nothing/", "/old.html"):
            headers = (await http.get(path)).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
        svg = await http.get("/media/a/x.svg")
        assert "sandbox" in svg.headers["content-security-policy"]
        assert (await http.get("/media/a/page.html")).headers["content-disposition"] == "attachment"
        assert (await http.post("/")).status_code == 405


async def test_large_files_stream_whole(desk: Desk) -> None:
    async with client(desk) as http:
        video = await http.get("/media/a/big.mp4")
        head = await http.head("/media/a/big.mp4")
        again = await http.get("/media/a/big.mp4", headers={"if-none-match": video.headers["etag"]})

        assert (len(video.content), video.headers["content-type"]) == (700_000, "video/mp4")
        assert (head.headers["content-length"], head.content) == ("700000", b"")
        assert again.status_code == 304


FILM, SOUND = bytes(range(250)) * 2_800, bytes(range(250)) * 28


@pytest.fixture
async def films(make_desk: MakeDesk) -> Desk:
    """A film that is sent in pieces, sound that is kept in memory, and captions, which are text."""
    desk = make_desk(make_piece(1, body="[f](/media/f.mp4) [s](/media/s.mp3) [c](/media/c.vtt)"))
    desk.settings.media_dir.mkdir(parents=True)
    (desk.settings.media_dir / "f.mp4").write_bytes(FILM)
    (desk.settings.media_dir / "s.mp3").write_bytes(SOUND)
    (desk.settings.media_dir / "c.vtt").write_bytes(b"WEBVTT\n" + b"words\n" * 400)
    await desk.site.build(now=NOW)
    return desk


@pytest.mark.parametrize(("path", "data"), [("/media/f.mp4", FILM), ("/media/s.mp3", SOUND)])
async def test_parts_of_a_file_are_answered_as_asked(films: Desk, path: str, data: bytes) -> None:
    size = len(data)
    async with client(films) as http:
        whole = await http.get(path)
        etag = whole.headers["etag"]
        assert (whole.content, whole.headers["accept-ranges"]) == (data, "bytes")
        for asked, part in {
            "bytes=0-9": data[:10],
            "BYTES=7-7": data[7:8],
            "bytes=5-": data[5:],
            "bytes=0-": data,
            "bytes=-4": data[-4:],
            f"bytes=-{size * 2}": data,
            f"bytes={size - 1}-{size * 2}": data[-1:],
        }.items():
            answer = await http.get(path, headers={"range": asked})
            assert (answer.status_code, answer.content) == (206, part), asked
            said = answer.headers["content-range"]
            assert said.endswith(f"/{size}"), asked
            assert answer.headers["etag"] == etag, asked
            first, last = map(int, said.removeprefix("bytes ").partition("/")[0].split("-"))
            assert data[first : last + 1] == part, asked
        # Several parts, other units and nonsense are answered with the whole, as is allowed.
        for asked in ("bytes=0-1,5-9", "lines=0-9", "bytes=9-5", "bytes=-", "bytes=", "0-9"):
            answer = await http.get(path, headers={"range": asked})
            assert (answer.status_code, len(answer.content)) == (200, size), asked
            assert "content-range" not in answer.headers
        for asked in (f"bytes={size}-", f"bytes={size + 5}-{size + 9}", "bytes=-0"):
            answer = await http.get(path, headers={"range": asked})
            assert (answer.status_code, answer.content) == (416, b""), asked
            assert answer.headers["content-range"] == f"bytes */{size}"
            assert answer.headers["cache-control"] == "no-store"
        head = await http.head(path, headers={"range": "bytes=0-9"})
        assert (head.status_code, head.headers["content-length"]) == (200, str(size))


@pytest.mark.parametrize("path", ["/media/f.mp4", "/media/s.mp3", "/media/c.vtt"])
async def test_a_part_is_only_added_to_the_version_that_it_is_of(films: Desk, path: str) -> None:
    async with client(films) as http:
        plain = await http.get(path, headers={"accept-encoding": "identity"})
        etag = plain.headers["etag"]

        async def status(**conditions: str) -> int:
            headers = {name.replace("_", "-"): value for name, value in conditions.items()}
            return (await http.get(path, headers={"range": "bytes=0-9"} | headers)).status_code

        assert await status(if_range=etag) == 206
        for other in ('"other"', f"W/{etag}", "Sun, 22 Nov 2026 12:00:00 GMT"):
            assert await status(if_range=other) == 200, other
        # Whether it is known already is asked before what part is wanted.
        assert await status(if_none_match=f'"x", {etag}') == 304
        assert await status(if_none_match="*") == 304
        assert await status(if_match=etag) == 206
        assert await status(if_match=f'"x", {etag}') == 206
        assert await status(if_match="*") == 206
        assert await status(if_match=f"W/{etag}") == 412
        assert await status(if_match='"other"') == 412
        part = await http.get(path, headers={"range": "bytes=0-9", "accept-encoding": "br"})
        assert "content-encoding" not in part.headers
        assert part.headers.get("vary") == plain.headers.get("vary")
        assert part.headers["etag"] == etag


async def test_before_the_first_build_a_reader_is_told_to_wait(make_desk: MakeDesk) -> None:
    async with client(make_desk()) as http:
        answer = await http.get("/")

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "being built" in answer.text


async def test_pages_are_sent_compressed_to_who_takes_it(desk: Desk) -> None:
    async with client(desk) as http:
        plain = await http.get("/piece-1/", headers={"accept-encoding": "identity"})
        for accepted, coding in {
            "gzip, deflate, br": "br",
            "gzip;q=1.0, br;q=0": "gzip",
            "*": "br",
            "gzip;q=0, identity": None,
            "br;q=nonsense": None,
            "br;q=nan, gzip;q=1.5": None,
            "gzip;q=0.9, br;q=0.2": "gzip",
            "br;q=0.5, gzip;q=0.5": "br",
            "identity, gzip;q=0.4": None,
            "BR": "br",
            "*;q=0": None,
        }.items():
            answer = await http.get("/piece-1/", headers={"accept-encoding": accepted})

            assert answer.headers.get("content-encoding") == coding, accepted
            assert answer.content == plain.content
            assert answer.headers["vary"] == "accept-encoding"
            assert int(answer.headers["content-length"]) <= len(plain.content)
            assert (answer.headers["etag"] == plain.headers["etag"]) == (coding is None)
            again = await http.get(
                "/piece-1/",
                headers={"accept-encoding": accepted, "if-none-match": answer.headers["etag"]},
            )
            assert (again.status_code, again.content) == (304, b"")
        other = await http.get(
            "/piece-1/",
            headers={"accept-encoding": "identity", "if-none-match": f'"{"0" * 32}-br"'},
        )
        assert other.status_code == 200


async def test_what_is_compressed_already_or_tiny_is_sent_as_it_is(desk: Desk) -> None:
    async with client(desk) as http:
        head = await http.get("/", headers={"accept-encoding": "br"})
        font = head.text.split('rel="preload" href="')[1].split('"')[0]
        for path in (font, "/media/a/big.mp4", "/_redirects"):
            answer = await http.get(path, headers={"accept-encoding": "br"})

            assert answer.status_code == 200
            assert "content-encoding" not in answer.headers, path


async def test_a_page_that_was_loaded_before_the_style_changed_is_not_left_without(
    desk: Desk,
) -> None:
    async with client(desk) as http:
        page = await http.get("/piece-1/")
        style = page.text.split('rel="stylesheet" href="')[1].split('"')[0]
        stem, _, rest = style.partition(".")
        old = f"{stem}.0123456789.{rest.partition('.')[2]}"

        answer = await http.get(old)

        assert answer.status_code == 200
        assert answer.text == (await http.get(style)).text
        assert answer.headers["cache-control"] == "no-store"
        for gone in (old.replace("site", "other"), old + ".map", "/assets/css/x.css"):
            assert (await http.get(gone)).status_code == 404
