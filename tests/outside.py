"""The world outside, on the loopback: somebody's webhook endpoint and a Mastodon server."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

__all__ = ["Receiver", "free_port", "run_mastodon", "run_receiver"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Receiver:
    """A webhook endpoint that keeps what it is sent: headers and messages, and the plain bytes."""

    port: int
    received: list[tuple[dict[str, str], dict[str, object]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def messages(self) -> list[dict[str, object]]:
        return [message for _, message in self.received]

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextlib.contextmanager
def run_receiver() -> Iterator[Receiver]:
    box = Receiver(port=free_port())

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            box.bodies.append(body)
            box.received.append((headers, json.loads(body)))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return None

    httpd = ThreadingHTTPServer(("127.0.0.1", box.port), Handler)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join(5)


@contextlib.contextmanager
def run_mastodon() -> Iterator[str]:
    """A Mastodon-compatible server; answers its host and port."""
    if shutil.which("mastodon_mock", path=str(Path(sys.executable).parent)) is None:
        pytest.skip("mastodon_mock is not installed")
    port = free_port()
    command = [sys.executable, "-m", "mastodon_mock", "serve", "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--in-memory"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 40
        while not _answers(f"http://127.0.0.1:{port}/api/v2/instance"):
            if time.monotonic() > deadline:
                pytest.fail("mastodon_mock did not start")
            time.sleep(0.1)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(url).status_code == 200
    return False
