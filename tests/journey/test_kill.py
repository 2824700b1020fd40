"""kill -9 at random points under load: nothing lost, nothing sent twice, no page half-written.

One server with its worker and one worker beside it share an SQLite home. A writer publishes pieces
with a webhook delivery each, readers click, and every second or so one of the processes is killed
and started again. The random points come from a seed that the log names.
"""

import contextlib
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
KILLS = int(os.environ.get("OCTAVO_CHAOS_KILLS", "30"))


@dataclass
class Load:
    """What was asked of the server, and what it said yes to."""

    base: str
    key: str
    channel_id: int
    cta_id: int
    pieces: list[int] = field(default_factory=list)
    deliveries: list[int] = field(default_factory=list)
    clicks: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def send(self, method: str, path: str, key: str, body: dict | None = None) -> httpx.Response:
        """Ask until there is an answer; the idempotency key makes asking again harmless."""
        headers = {"authorization": f"Bearer {self.key}", "idempotency-key": key}
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.request(
                    method, f"{self.base}{path}", json=body, headers=headers, timeout=20
                )
                if answer.status_code < 500 and "idempotency_in_progress" not in answer.text:
                    return answer
            time.sleep(0.3)

    def find(self, name: str) -> int:
        """Look at what is there, as the answer says: it was made, and nobody heard its number."""
        found = self.send("GET", f"/api/v1/pieces?q={quote(name)}", "", None).json()["items"]
        return next(piece["id"] for piece in found if piece["title"] == name)

    def publish(self) -> None:
        number = 0
        while not self.stop.is_set():
            number += 1
            name = f"Piece {number}"
            piece = self.send(
                "POST", "/api/v1/pieces", f"piece-{number}", {"title": name, "body": name}
            )
            if "idempotency_answer_lost" in piece.text:
                piece_id = self.find(name)
            elif piece.status_code == 201:
                piece_id = piece.json()["id"]
            else:
                self.broken.append(f"create answered {piece.status_code}: {piece.text[:200]}")
                continue
            path = f"/api/v1/pieces/{piece_id}"
            self.send("POST", f"{path}/ctas", f"cta-{number}", {"cta_id": self.cta_id})
            made = self.send(
                "POST", f"{path}/deliveries", f"delivery-{number}", {"channel_id": self.channel_id}
            )
            if made.status_code == 201:
                self.deliveries.append(made.json()["id"])
            self._move(piece_id)
            self.pieces.append(piece_id)
            time.sleep(0.15)

    def _move(self, piece_id: int) -> None:
        """Publish now. A move is guarded by its version, so asking again needs a look first."""
        while True:
            piece = self.send("GET", f"/api/v1/pieces/{piece_id}", "").json()
            if piece["status"] == "published":
                return
            self.send(
                "POST",
                f"/api/v1/pieces/{piece_id}/transitions",
                f"move-{piece_id}-{piece['version']}",
                {"to": "published", "version": piece["version"]},
            )

    def click(self) -> None:
        """Follow the links of the newest pages; only an answer that came counts as acknowledged."""
        with httpx.Client(base_url=self.base, timeout=5, headers=BROWSER) as client:
            self._follow(client)

    def _follow(self, client: httpx.Client) -> None:
        codes: list[str] = []
        while not self.stop.is_set():
            try:
                if not codes or random.random() < 0.1:
                    page = client.get(f"/piece-{random.randint(1, len(self.pieces) + 1)}/")
                    codes += re.findall(r"/go/\w+", page.text)
                    continue
                code = random.choice(codes)
                if client.get(code).status_code == 302:
                    self.clicks[code] += 1
            except (httpx.TransportError, ValueError):
                time.sleep(0.1)

    def watch(self, site: Path) -> None:
        """Read pages as a web server would, at any moment: each must be whole."""
        while not self.stop.is_set():
            for page in [*list(site.glob("*/index.html"))[-40:], site / "index.html"]:
                with contextlib.suppress(FileNotFoundError):
                    if not page.read_text().rstrip().endswith("</html>"):
                        self.broken.append(f"{page} is cut off")
            time.sleep(0.05)


def start_worker(environ: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "octavo", "worker"],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.chaos
@pytest.mark.timeout(600)
def test_killed_at_any_line_nothing_is_lost_or_sent_twice(make_server, receiver, tmp_path):
    seed = random.randrange(10**9)
    rng = random.Random(seed)
    server = make_server(OCTAVO_ALLOWED_TARGETS=receiver.target)
    key = server.run("key", "create", "chaos", "--scope", "admin").stdout.strip()
    auth = {"authorization": f"Bearer {key}"}

    def make(path: str, body: dict) -> dict:
        answer = httpx.post(f"{server.base}/api/v1{path}", json=body, headers=auth)
        assert answer.status_code == 201, answer.text
        return answer.json()

    channel = make(
        "/channels",
        {
            "adapter": "webhook",
            "name": "Log",
            "settings": {"url": f"http://{receiver.target}/"},
            "secrets": {"secret": "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="},
        },
    )
    cta = make(
        "/ctas",
        {
            "label": "Go",
            "action": "visit_store",
            "destination": {"url": "https://example.org/"},
            "expected": {"count": 1},
        },
    )
    load = Load(server.base, key, channel["id"], cta["id"])
    site = server.home / "site"
    threads = [
        threading.Thread(target=load.publish),
        threading.Thread(target=load.click),
        threading.Thread(target=load.click),
        threading.Thread(target=load.watch, args=(site,)),
    ]
    for thread in threads:
        thread.start()
    worker = start_worker(server.environ)
    kills = Counter()
    try:
        for _ in range(KILLS):
            time.sleep(rng.uniform(0.2, 1.5))
            if rng.random() < 0.5:
                kills["server"] += 1
                server.kill()
                server.start()
            else:
                kills["worker"] += 1
                worker.kill()
                worker.wait()
                worker = start_worker(server.environ)
    finally:
        load.stop.set()
        for thread in threads:
            thread.join(60)

    def waiting() -> list[str]:
        rows = []
        for piece in load.pieces:
            answer = httpx.get(f"{server.base}/api/v1/pieces/{piece}/deliveries", headers=auth)
            rows += [row["state"] for row in answer.json()["items"]]
        return [state for state in rows if state in {"planned", "sending", "retrying"}]

    deadline = time.monotonic() + 240
    while (left := waiting()) and time.monotonic() < deadline:
        time.sleep(2)
    worker.terminate()
    worker.wait(40)

    # Deliveries: each once for a receiver that keeps to the standard, and none missing.
    states = Counter()
    for delivery in load.deliveries:
        answer = httpx.get(f"{server.base}/api/v1/deliveries/{delivery}", headers=auth)
        states[answer.json()["state"]] += 1
    ids_of_piece: dict[int, set[str]] = {}
    for headers, body in receiver.received:
        piece_id = body["data"]["id"]
        ids_of_piece.setdefault(piece_id, set()).add(headers["webhook-id"])
    twice = {piece: ids for piece, ids in ids_of_piece.items() if len(ids) > 1}

    # Clicks: every acknowledged one is stored.
    time.sleep(3)
    counted = 0
    for piece in load.pieces:
        outcomes = httpx.get(f"{server.base}/api/v1/pieces/{piece}/outcomes", headers=auth).json()
        for row in outcomes["items"]:
            counted += row["clicks"] + row["filtered"]["other"]
    server.stop()

    # The site: the same bytes as a full build from nothing.
    rebuilt = tmp_path / "rebuilt"
    report = server.run("build", "--full", "--output", str(rebuilt))
    print(
        f"seed {seed}; {sum(kills.values())} kills {dict(kills)}; {len(load.pieces)} pieces;"
        f" deliveries {dict(states)}; {len(receiver.received)} requests,"
        f" {len(receiver.received) - len(ids_of_piece)} repeated under the same webhook-id;"
        f" {sum(load.clicks.values())} clicks acknowledged, {counted} stored"
    )

    assert left == []
    assert load.broken == []
    assert sum(kills.values()) == KILLS
    assert set(states) == {"sent"}
    assert twice == {}
    assert set(ids_of_piece) == set(load.pieces)
    assert counted >= sum(load.clicks.values())
    assert report.returncode == 0, report.stderr
    assert tree(rebuilt) == tree(site)
