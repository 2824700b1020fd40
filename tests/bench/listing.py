"""The first page of a long list of pieces against its five hundredth: they are to cost the same."""

from pathlib import Path

import httpx
from tests.bench.corpus import fill, make_key
from tests.bench.load import Load, requests_per_second
from tests.bench.measure import say
from tests.bench.requests import run_server

__all__ = ["run"]

_PAGE = 20
_FAR = 500
_ROUNDS = 4


def run(folder: Path, *, seconds: float, posts: int) -> None:
    """Print answers per second of page 500 (or the last) against those of page 1."""
    home = folder / "home"
    fill(home, folder / "posts", posts=posts)
    headers = {"authorization": f"Bearer {make_key(home, scope='admin')}"}
    with run_server("octavo", home, folder) as server:
        number, far = _walk(server.base, headers, pages=min(_FAR, posts // _PAGE))
        # In turns, and the best of each: what else the machine does hits both.
        rounds = [
            [_asked(server.port, path, headers, seconds / _ROUNDS) for path in (_first(), far)]
            for _ in range(_ROUNDS)
        ]
    first, there = (max(rates) for rates in zip(*rounds, strict=True))
    say(f"page {number} of {posts} pieces", ours=there, peer=first, unit="/s", digits=0)


def _first() -> str:
    return f"/api/v1/pieces?limit={_PAGE}"


def _walk(base: str, headers: dict[str, str], *, pages: int) -> tuple[int, str]:
    """Go from page to page as a client would; answer the number of the last and its path."""
    path, number = _first(), 1
    with httpx.Client(base_url=base, headers=headers, timeout=30) as client:
        while number < pages:
            cursor = client.get(path).raise_for_status().json()["next_cursor"]
            if cursor is None:
                break
            path, number = f"{_first()}&cursor={cursor}", number + 1
    return number, path


def _asked(port: int, path: str, headers: dict[str, str], seconds: float) -> float:
    load = Load(port=port, path=path, status=200, connections=16, seconds=seconds, headers=headers)
    return requests_per_second(load)
