"""A real server process for the browser to talk to."""

import contextlib
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from tests.browser.pages import PASSWORD
from tests.outside import free_port

__all__ = ["Server"]


@dataclass
class Server:
    """One `octavo serve` process with a home of its own."""

    home: Path
    environ: dict[str, str] = field(default_factory=dict)
    port: int = 0
    process: subprocess.Popen[str] | None = None
    output: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        self.port = self.port or free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "octavo", "serve", "--port", str(self.port)],
            env=self._environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()
        deadline = time.monotonic() + 60
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail("the server did not start:\n" + "\n".join(self.output[-30:]))
            time.sleep(0.1)
        return self

    def _environ(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("OCTAVO_")}
        own = {"OCTAVO_HOME": str(self.home), "OCTAVO_BASE_URL": self.base}
        return {**kept, **own, "PYTHONUNBUFFERED": "1", **self.environ}

    def _read(self) -> None:
        assert self.process is not None
        assert self.process.stdout is not None
        with self.process.stdout:
            for line in self.process.stdout:
                self.output.append(line.rstrip())

    def _answers(self) -> bool:
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.base}/readyz").status_code == 200
        return False

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def run(self, *arguments: str) -> str:
        """Run another `octavo` command beside the server; answers what it printed."""
        answer = subprocess.run(
            [sys.executable, "-m", "octavo", *arguments],
            env=self._environ(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    @property
    def setup_token(self) -> str:
        """The one-time link that a first start prints."""
        found = (re.search(r"/admin/setup/(\S+)", line) for line in self.output)
        return next(match[1] for match in found if match)

    def found(self) -> httpx.Client:
        """Found the organisation over HTTP; answers the owner's client."""
        client = httpx.Client(base_url=self.base, timeout=30)
        answer = client.post(
            "/api/v1/setup",
            json={
                "token": self.setup_token,
                "organisation_name": "The Press",
                "zone": "Europe/Madrid",
                "name": "Ada Lovelace",
                "email": "ada@example.org",
                "password": PASSWORD,
            },
        )
        assert answer.status_code == 201, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client
