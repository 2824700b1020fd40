"""Paths of every kind at the front door, spoken to as a raw socket speaks; nothing leaks."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

TARGETS = (
    b"/../secret_key", b"/..%2fsecret_key", b"/%2e%2e/secret_key", b"/%2e%2e%2fsecret_key",
    b"/....//secret_key", b"/%252e%252e%252fsecret_key", b"/..\\secret_key",
    b"/..%5csecret_key", b"/%5c..%5csecret_key", b"/assets/../../secret_key",
    b"/assets/%2e%2e/%2e%2e/secret_key", b"/media/../../secret_key",
    b"/media/..%2f..%2fsecret_key", b"/./../secret_key", b"//secret_key", b"///etc/passwd",
    b"/%2fetc%2fpasswd", b"//etc/passwd", b"/etc/passwd", b"/%00", b"/secret_key%00.html",
    b"/index.html%00", b"/%ff%fe", b"/%c0%ae%c0%ae/", b"/\xff\xfe", b"/%", b"/%zz",
    b"/%u002e%u002e/", b"/a" * 3_000, b"/" + b"a" * 20_000, b"/" * 5_000, b"/.", b"/..",
    b"/.git/config", b"/.site.staging/index.html", b"/.octavo-site", b"/state/", b"/track.db",
    b"/octavo.db", b"/../octavo.db", b"/%2e%2e/octavo.db", b"/live/../../octavo.db",
    b"/live/index.html/../../../octavo.db", b"/live;a=b/", b"/live%20/", b"/LIVE/", b"/live//",
    b"/%6cive/", b"/live/%2e/", b"/CON", b"/aux.html", b"/live/.",
    b"/_redirects/../../secret_key", b"/admin/../secret_key",
    b"/admin/%2e%2e/%2e%2e/secret_key", b"/admin/..%2f..%2fsecret_key",
    b"/admin/assets/../../../secret_key", b"/admin\\..\\secret_key", b"/go/../secret_key",
    b"/api/../secret_key", b"/api/v1/../../secret_key", b"/api/v1/pieces/../keys",
    b"/api//v1/pieces", b"/api/v1/pieces/", b"/api/docs/../../secret_key",
    b"/p/../../secret_key", b"/?", b"/??", b"/#", b"/?" + b"a" * 30_000, b"/live?..%2f",
    b"/search/?q=%00", b"/\x7f", b"/%0d%0aSet-Cookie:a=b",
    b"/live%0d%0aLocation:%20https://evil.example/", b"//evil.example", b"//evil.example/",
    b"//evil.example/..", b"//evil.example/%2e%2e", b"/%5cevil.example", b"/%2fevil.example",
    b"/%2f%2fevil.example/", b"/\\evil.example/", b"/%09/evil.example/",
    b"http://evil.example/live/", b"https://evil.example", b"*", b"evil.example:443",
)  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """A real server over a home with a built site."""
    home = tmp_path_factory.mktemp("served") / "home"
    posts = home.parent / "posts"
    posts.mkdir()
    (posts / "live.md").write_text("---\ntitle: Live\ndate: 2026-01-02\n---\nWords.\n")
    (home.parent / "outside.html").write_text("never to be seen")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = {name: value for name, value in os.environ.items() if not name.startswith("OCTAVO_")}
    environ = {**base, "OCTAVO_HOME": str(home), "OCTAVO_BASE_URL": f"http://127.0.0.1:{port}"}
    for arguments in (["import", "markdown", str(posts)], ["build"]):
        command = [sys.executable, "-m", "octavo", *arguments]
        subprocess.run(command, env=environ, check=True, capture_output=True)
    (home / "site" / "link.html").symlink_to(home.parent / "outside.html")
    command = [sys.executable, "-m", "octavo", "serve", "--port", str(port), "--no-worker"]
    log = (home.parent / "log").open("wb")
    process = subprocess.Popen(command, env=environ, stdout=log, stderr=subprocess.STDOUT)
    try:
        wait_for(port, process)
        yield home, port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()
    told = (home.parent / "log").read_text("utf-8", "replace")
    assert "Traceback" not in told, told[max(0, told.index("Traceback") - 500) :][:4_000]


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the server did not start")


def speak(port: int, request: bytes) -> bytes:
    """Send these bytes; answer all that comes back until the server is done."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        answer = b""
        try:
            while chunk := connection.recv(65_536):
                answer += chunk
        except (TimeoutError, ConnectionResetError):
            pass
    return answer


def get(port: int, target: bytes, method: bytes = b"GET", *headers: bytes) -> tuple[int, bytes]:
    lines = [
        method + b" " + target + b" HTTP/1.1",
        b"host: 127.0.0.1",
        b"connection: close",
        *headers,
    ]
    answer = speak(port, b"\r\n".join([*lines, b"", b""]))
    if not answer:
        return 0, b""
    return int(answer.split(b" ", 2)[1]), answer


def test_no_path_leads_out_of_the_site(server: tuple[Path, int]) -> None:
    home, port = server
    secrets = [
        (home / "secret_key").read_bytes(),
        b"SQLite format 3",
        b"root:x:",
        b"never to be seen",
    ]
    faults = []
    for target in (*TARGETS, b"/link.html"):
        for method in (b"GET", b"HEAD", b"OPTIONS", b"POST"):
            status, answer = get(port, target, method)
            case = f"{method!r} {target[:60]!r}: {status}"
            if status >= 500 or (status == 0 and len(target) < 8_000):
                faults.append(case)
            if any(secret in answer for secret in secrets):
                faults.append(f"{case} leaks")
            head = answer.partition(b"\r\n\r\n")[0].lower()
            for line in head.split(b"\r\n")[1:]:
                if line.startswith(
                    (b"set-cookie", b"location: //", b"location: \\", b"location: /\\")
                ):
                    faults.append(f"{case} {line!r}")
                if line.startswith(b"location: http") and b"://127.0.0.1" not in line:
                    faults.append(f"{case} {line!r}")
    assert not faults, "\n".join(faults[:60])


def test_requests_that_are_none_end_alone(server: tuple[Path, int]) -> None:
    _, port = server
    for request in (
        b"\x00" * 1_000,
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 20_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"y" * 500_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\nbad header\r\n\r\n",
        b"POST /api/v1/session HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        b"POST /api/v1/session HTTP/1.1\r\nhost: a\r\ncontent-length: 99999999999999999999\r\n\r\n",
        b"POST /api/v1/session HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}x",
        b"POST /api/v1/session HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        (
            b"POST /api/v1/session HTTP/1.1\r\nhost: a\r\nconnection: close\r\n"
            b"content-type: application/json\r\n"
            b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
        ),
        b"GET / HTTP/1.1\r\nhost: \xff\xfe\r\nconnection: close\r\ncookie: \xff=\xfe\r\n\r\n",
        b"GET /api/v1/session HTTP/1.1\r\nhost: evil.example/../\r\nconnection: close\r\n\r\n",
        (
            b"GET / HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            b"sec-websocket-key: x\r\nsec-websocket-version: 13\r\n\r\n"
        ),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            try:
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
                answer = connection.recv(65_536)
            except (ConnectionError, TimeoutError):
                answer = b""
        assert not answer.startswith(b"HTTP/1.1 5"), (request[:80], answer[:200])
    assert get(port, b"/live/")[0] == 200


def test_a_foreign_host_changes_no_link(server: tuple[Path, int]) -> None:
    _, port = server
    for target in (b"/live", b"/admin", b"/api/v1/session", b"/tags"):
        for header in (
            b"host: evil.example",
            b"x-forwarded-host: evil.example",
            b"x-original-url: /admin",
        ):
            _, answer = get(port, target, b"GET", header)
            assert b"evil" not in answer.partition(b"\r\n\r\n")[0], (target, header, answer[:300])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_path_in_process_fails(world: Any) -> None:
    """The same paths as a server hands them over, undecodable ones replaced."""
    await world.owner.post("/api/v1/site/builds", json={})
    for target in TARGETS:
        for method in ("GET", "HEAD", "POST"):
            raw, _, query = target.partition(b"?")
            path = raw.decode("utf-8", "replace")
            started = await ask(world.installation.front, method, path, query)
            assert started["status"] < 500, (method, target[:80], started)


async def ask(front: Any, method: str, path: str, query: bytes) -> dict[str, Any]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": query,
        "headers": [(b"host", b"blog.test")],
        "client": ("127.0.0.1", 1),
        "server": ("blog.test", 80),
        "scheme": "http",
        "root_path": "",
        "state": {},
    }
    await front(scope, receive, send)
    assert sent[0]["type"] == "http.response.start"
    return sent[0]
