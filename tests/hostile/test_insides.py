"""Addresses that others write never lead inside: of pictures to fetch, and of webhooks to call."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest
from tests.hostile.test_content_payloads import PIXEL
from tests.hostile.test_exports_of_others import ghost, importing_of

from octavo.content.importers.runs.jobs import run_next
from octavo.webhooks.jobs import Sender
from octavo.webhooks.tables import WebhookRow


@dataclass
class Host:
    """A server on the loopback: `/to/<address>` leads there, anything else is a picture."""

    port: int = 0
    asked: list[str] = field(default_factory=list)


def _serve(host: Host) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            length = int(self.headers.get("content-length") or 0)
            self.rfile.read(length)
            if self.path.startswith("/to/"):
                self.send_response(307)
                self.send_header("location", unquote(self.path.removeprefix("/to/")))
                self.send_header("content-length", "0")
                self.end_headers()
                return
            self.send_response(200)
            self.send_header("content-type", "image/png")
            self.send_header("content-length", str(len(PIXEL)))
            self.end_headers()
            self.wfile.write(PIXEL)

        do_POST = do_GET  # noqa: N815 - the name that the library asks for

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


@pytest.fixture
def hosts() -> Iterator[tuple[Host, Host]]:
    """Two servers on the loopback: the one that may be called, and the one that may not."""
    harmless, inside = Host(), Host()
    servers = [_serve(harmless), _serve(inside)]
    yield harmless, inside
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def environment(hosts: tuple[Host, Host]) -> dict[str, str]:
    return {"OCTAVO_ALLOWED_TARGETS": f"127.0.0.1:{hosts[0].port}"}


@pytest.fixture(autouse=True)
def _names_that_lie(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of the outside whose addresses are inside."""
    inner = socket.getaddrinfo
    lies = {"lies.example.org": "127.0.0.1", "six.example.org": "::ffff:127.0.0.1"}

    def found(host: str | bytes | None, *args: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        return inner(lies.get(name or "", name), *args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", found)


def addresses(inside: Host) -> list[str]:
    """Write one forbidden server in every way there is, on its own port and on that of the web."""
    names = (
        "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "0.0.0.0",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]", "lies.example.org", "six.example.org",
    )  # fmt: skip
    far = (
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "[fe80::1]",
    )
    return [
        *(f"http://{name}{port}/x.png" for name in names for port in ("", f":{inside.port}")),
        *(f"http://{name}/latest/meta-data/x.png" for name in far),
        "https://user@127.0.0.1/x.png",
        "file:///etc/passwd",
        "gopher://127.0.0.1/x.png",
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_pictures_of_an_import_are_never_fetched_from_the_inside(
    world: Any, hosts: tuple[Host, Host]
) -> None:
    harmless, inside = hosts
    base = f"http://127.0.0.1:{harmless.port}"
    direct = addresses(inside)
    # A host that leads astray three times is asked no more.
    led = [
        f"{base}/to/http://127.0.0.1:{inside.port}/x.png",
        f"{base}/to/http://[::ffff:127.0.0.1]:{inside.port}/x.png",
        f"{base}/to/http://lies.example.org/x.png",
    ]
    posts = [
        {
            "id": n,
            "title": f"P{n}",
            "slug": f"p{n}",
            "status": "published",
            "html": f'<img src="{u}">',
        }
        for n, u in enumerate([f"{base}/good.png", *direct, *led], start=1)
    ]
    answer = await world.owner.post(
        "/api/v1/imports/ghost",
        files={"file": ("blog.json", ghost(*posts))},
        data={"fetch_media": "true"},
    )
    assert answer.status_code == 202, answer.text
    assert await run_next(importing_of(world))
    run = (await world.owner.get(f"/api/v1/imports/{answer.json()['id']}")).json()
    assert run["state"] == "done", run
    assert run["counts"]["taken"] == len(posts)
    assert "/good.png" in harmless.asked
    assert inside.asked == []
    media = (await world.owner.get("/api/v1/media")).json()["items"]
    assert len(media) == 1, media
    untold = [
        row["item"]
        for row in run["rows"][1 : len(direct) - 1]  # the last two are no addresses of the web
        if not any("could not be fetched" in warning for warning in row["warnings"])
    ]
    assert not untold, untold
    assert len([path for path in harmless.asked if path.startswith("/to/")]) == len(led)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_webhooks_are_never_sent_to_the_inside(world: Any, hosts: tuple[Host, Host]) -> None:
    harmless, inside = hosts
    base = f"http://127.0.0.1:{harmless.port}"
    targets = addresses(inside)
    made = []
    for url in [f"{base}/good", *targets, *(f"{base}/to/{url}" for url in targets[:6])]:
        body = {"name": "Hook", "url": url, "events": ["piece.created"]}
        answer = await world.owner.post("/api/v1/webhooks", json=body)
        if answer.status_code == 400:
            assert "url" in answer.text, (url, answer.text)
            # Names change where they lead: what was refused here is tried at its use as well.
            body["url"] = f"{base}/later"
            answer = await world.owner.post("/api/v1/webhooks", json=body)
            number = answer.json()["id"]
            await WebhookRow.update({"url": url}).where(WebhookRow.id == number)
        assert answer.status_code == 201, (url, answer.text)
        made.append((url, answer.json()["id"]))
    await world.make("news", "/pieces", title="News", body="Words.")
    runtime = world.installation.runtime
    sender = Sender(
        clock=runtime.clock,
        bus=runtime.bus,
        vault=runtime.vault,
        http=runtime.http,
        owner=runtime.owner,
    )
    while await sender.tick():  # a few at a time
        await sender.drain()
    assert inside.asked == []
    assert "/good" in harmless.asked
    for url, number in made[1:]:
        items = (await world.owner.get(f"/api/v1/webhooks/{number}/deliveries")).json()["items"]
        assert items[0]["attempts"], url
        assert all(item["state"] != "delivered" for item in items), (url, items)
