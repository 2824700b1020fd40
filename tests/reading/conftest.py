"""A published blog with a content key, read through the front door."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from octavo.accounts import service as accounts
from octavo.accounts.schemas import SYSTEM, ApiKeyIn

GHOST = "/ghost/api/content"


class Blog:
    """An installation with its owner's browser, and a program that reads what is published."""

    def __init__(self, installation: Any, owner: httpx.AsyncClient, key: str, clock: Any) -> None:
        self.installation = installation
        self.runtime = installation.runtime
        self.api = owner
        self.key = key
        self.clock = clock
        self.program = installation.client()

    async def ghost(self, path: str, **params: Any) -> httpx.Response:
        """Ask the Content API with the key."""
        return await self.program.get(f"{GHOST}/{path}", params={"key": self.key, **params})

    async def titles(self, path: str = "posts/", **params: Any) -> list[str]:
        answer = await self.ghost(path, **params)
        assert answer.status_code == 200, answer.text
        return [one["title"] for one in answer.json()[path.strip("/")]]

    async def sign_in(self) -> None:
        """Begin a new session: the old one may be over."""
        who = {"email": "ada@example.org", "password": "correct horse battery"}
        answer = await self.api.post("/api/v1/session", json=who)
        self.api.headers["x-csrf-token"] = answer.json()["csrf_token"]

    async def draft(self, title: str, **fields: Any) -> dict[str, Any]:
        answer = await self.api.post(
            "/api/v1/pieces", json={"kind": "post", "title": title, "body": "Words.", **fields}
        )
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def move(self, piece: dict[str, Any], to: str) -> dict[str, Any]:
        answer = await self.api.post(
            f"/api/v1/pieces/{piece['id']}/transitions",
            json={"to": to, "version": piece["version"]},
        )
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    async def publish(self, title: str, **fields: Any) -> dict[str, Any]:
        """Publish a piece, an hour after the one before it."""
        self.clock.move(hours=1)
        piece = await self.draft(title, **fields)
        for state in ("in_review", "approved", "published"):
            piece = await self.move(piece, state)
        return piece

    async def call_to_action(self) -> int:
        """Make the call to action `get-it`; answer its id."""
        answer = await self.api.post(
            "/api/v1/ctas",
            json={
                "label": "Get it",
                "action": "download",
                "expected": {"count": 1},
                "destination": {"url": "https://example.org/guide.pdf"},
            },
        )
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def patch(self, path: str, **changes: Any) -> dict[str, Any]:
        answer = await self.api.patch(f"/api/v1/{path}", json=changes)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def blog(installation: Any, clock: Any) -> AsyncIterator[Blog]:
    owner = await installation.owner()
    made = await accounts.make_key(
        ApiKeyIn(name="front end", scope="content"),
        actor=SYSTEM,
        now=clock(),
        bus=installation.runtime.bus,
    )
    blog = Blog(installation, owner, made.key, clock)
    yield blog
    await blog.program.aclose()
    await owner.aclose()
