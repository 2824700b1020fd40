"""Uploads to a real server: large, cut off, refused in the middle, killed."""

import json
import os
import random
import socket
import struct
import threading
import time
from pathlib import Path

import httpx
import pytest

API = "/api/v1/media"
FILM_HEAD = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42"
BOUNDARY = "cut-here"
FORM = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="film.mp4"\r\n\r\n'
).encode()
END = f"\r\n--{BOUNDARY}--\r\n".encode()


def rss_kb(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in text.splitlines() if line.startswith("VmRSS")).split()[1])


class Peak(threading.Thread):
    """Watches the memory of a process while the block runs."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._ended = pid, threading.Event()
        self.before_kb = self.peak_kb = rss_kb(pid)

    def run(self) -> None:
        while not self._ended.wait(0.01):
            self.peak_kb = max(self.peak_kb, rss_kb(self._pid))

    def __enter__(self) -> "Peak":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()

    @property
    def grown_mb(self) -> float:
        return (self.peak_kb - self.before_kb) / 1024


def film(size: int):
    """The bytes of a form with a film of this size; every call the same."""
    yield FORM + FILM_HEAD
    block = bytes(range(256)) * 1024
    left = size - len(FILM_HEAD)
    while left > 0:
        yield block[:left]
        left -= len(block[:left])
    yield END


def post_film(client: httpx.Client, size: int, **headers: str) -> httpx.Response:
    return client.post(
        API,
        content=film(size),
        headers={
            "content-type": f"multipart/form-data; boundary={BOUNDARY}",
            "content-length": str(len(FORM) + size + len(END)),
            **headers,
        },
        timeout=120,
    )


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def wait_for_none(folder: Path) -> None:
    until = time.monotonic() + 15
    while files_below(folder) and time.monotonic() < until:
        time.sleep(0.05)
    assert files_below(folder) == []


def raw_request(server, client: httpx.Client, headers: str) -> socket.socket:
    """Open an upload by hand, to stop wherever it hurts."""
    stream = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    stream.sendall(
        f"POST {API} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nCookie: {cookies}\r\n"
        f"X-CSRF-Token: {client.headers['X-CSRF-Token']}\r\nOrigin: {server.base}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n{headers}\r\n".encode()
    )
    return stream


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize("key", [{}, {"idempotency-key": "film"}], ids=["plain", "with key"])
def test_memory_stays_flat_while_200_megabytes_go_up_and_down(make_server, key):
    server = make_server("--no-worker", OCTAVO_MEDIA_LIMITS="video=1000")
    client = server.owner()
    assert post_film(client, 1_000_000).status_code == 201
    size = 200_000_000
    began = time.monotonic()
    with Peak(server.process.pid) as memory:
        answer = post_film(client, size, **key)
    print(f"200 MB up: {time.monotonic() - began:.1f} s, memory grew by {memory.grown_mb:.1f} MB")

    assert answer.status_code == 201, answer.text
    assert answer.json()["size_bytes"] == size
    assert memory.grown_mb < 30
    with (
        Peak(server.process.pid) as memory,
        httpx.stream("GET", f"{server.base}/media/{answer.json()['path']}") as film_back,
    ):
        assert sum(len(chunk) for chunk in film_back.iter_raw()) == size
    assert memory.grown_mb < 30


def test_two_gigabytes_are_refused_before_they_fill_the_disk(make_server):
    server = make_server("--no-worker", OCTAVO_MEDIA_LIMITS="video=3")
    client, media = server.owner(), server.home / "media"
    announced = raw_request(server, client, "Content-Length: 2147483648\r\n")
    answer = announced.recv(65_536)
    announced.close()

    assert b" 413 " in answer.split(b"\r\n")[0]
    assert not media.exists() or files_below(media) == []

    # And one that does not say how long it will be.
    stream = raw_request(server, client, "Transfer-Encoding: chunked\r\n")
    most = 0
    block = bytes(1_000_000)
    try:
        for data in (FORM + FILM_HEAD, *[block] * 300):
            stream.sendall(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            most = max(most, sum(_size(file) for file in files_below(media)))
    except OSError:
        pass
    stream.close()
    assert most <= 3_300_000
    wait_for_none(media)


def test_an_upload_that_is_cut_off_leaves_nothing(make_server):
    server = make_server("--no-worker")
    client, media = server.owner(), server.home / "media"
    for linger in (False, True):
        stream = raw_request(server, client, "Content-Length: 50000000\r\n")
        stream.sendall(FORM + FILM_HEAD + bytes(5_000_000))
        until = time.monotonic() + 10
        while not files_below(media) and time.monotonic() < until:
            time.sleep(0.02)
        assert files_below(media), "it did not even begin"
        if linger:  # a reset instead of a goodbye
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.close()
        wait_for_none(media)
    # A form that ends before its file does, politely.
    body = FORM + FILM_HEAD + bytes(100_000)
    cut = client.post(
        API, content=body, headers={"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
    )
    assert cut.status_code == 400
    assert "damaged" in cut.json()["detail"]
    wait_for_none(media)
    assert client.get(API).json()["items"] == []


@pytest.mark.chaos
def test_a_server_killed_at_any_moment_leaves_whole_rows_and_reported_orphans(make_server):
    chance = random.Random(os.environ.get("OCTAVO_CHAOS_SEED", "7"))
    server = make_server("--no-worker")
    client = server.owner()
    number, known = 0, []
    for _ in range(5):
        ended = threading.Event()

        def upload(ended=ended, server=server, client=client):
            nonlocal number
            while not ended.is_set():
                number += 1
                data = FILM_HEAD + number.to_bytes(4, "big") + bytes(300_000)
                try:
                    answer = client.post(API, files={"file": (f"{number}.mp4", data)})
                except httpx.TransportError:
                    return
                if answer.status_code == 201:
                    known.append(answer.json())

        thread = threading.Thread(target=upload)
        thread.start()
        time.sleep(0.3 + chance.random() * 0.7)
        server.kill()
        ended.set()
        thread.join(30)
        server.start()
    assert len(known) > 5
    report = json.loads(server.run("media", "orphans", "--json").stdout)
    assert report["count_rows_without_file"] == 0
    media = server.home / "media"
    paths = {media / item["path"] for item in known}
    assert all(path.stat().st_size == 300_024 + 4 for path in paths)
    orphans = {media / file["name"] for file in report["files_without_row"]}
    listed = {media / item["path"] for item in report["unused"]}
    assert set(files_below(media)) == orphans | listed
    assert paths <= listed
    cleaned = json.loads(
        server.run("media", "orphans", "--delete", "--min-age", "0", "--json").stdout
    )
    assert (cleaned["deleted"], cleaned["count_files_without_row"]) == (len(orphans), 0)
    assert set(files_below(media)) == listed
