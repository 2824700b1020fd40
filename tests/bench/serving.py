"""The servers that are compared. `python -m tests.bench.serving MODE PORT [FILE]`.

octavo      `octavo serve --no-worker`
unsynced    the same, but a click is not synced to disk before it is answered
redirect    a bare ASGI app that redirects and keeps nothing
bytes       a bare ASGI app that answers the bytes of FILE, with the headers of FILE.headers if it is there
"""

import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import uvicorn

App = Callable[[Any, Any, Callable[[dict[str, Any]], Awaitable[None]]], Awaitable[None]]


def main(mode: str, port: int, file: str = "") -> None:
    """Serve until stopped."""
    if mode in {"octavo", "unsynced"}:
        _serve_octavo(port, synced=mode == "octavo")
    elif mode == "redirect":
        location = b"https://example.org/guide.pdf"
        _serve_bare(port, status=302, headers=[(b"location", location)], body=b"")
    else:
        said = Path(f"{file}.headers")
        headers = [(b"content-type", b"application/json")]
        if said.is_file():
            headers = [(k.encode(), v.encode()) for k, v in json.loads(said.read_bytes())]
        _serve_bare(port, status=200, headers=headers, body=Path(file).read_bytes())


def _serve_octavo(port: int, *, synced: bool) -> None:
    from octavo.kernel.settings import load_settings
    from octavo.serving import serve
    from octavo.tracking import store, writer

    if not synced:

        def open_store(database: Any, *, wait_s: float) -> Any:
            path = str(database.sides["track"].path)
            return store.SqliteStore(path, busy_s=wait_s, durable=False)

        writer.open_store = open_store
    serve(load_settings(), host="127.0.0.1", port=port, with_worker=False)


def _serve_bare(port: int, *, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    if not any(name == b"content-length" for name, _ in headers):
        headers = [*headers, (b"content-length", str(len(body)).encode())]

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    uvicorn.run(app, host="127.0.0.1", port=port, lifespan="off", log_config=None, access_log=False)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
