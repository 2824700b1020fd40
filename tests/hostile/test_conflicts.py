"""Two who want the same thing: one gets it, the other hears why not."""

import asyncio
from typing import Any

STALE = (
    ("PATCH", "/pieces/{piece}", {"title": "Mine"}),
    ("POST", "/pieces/{piece}/transitions", {"to": "in_review"}),
    ("PATCH", "/tags/{tag}", {"name": "Mine"}),
    ("PATCH", "/authors/{author}", {"name": "Mine"}),
    ("PATCH", "/objectives/{objective}", {"name": "Mine"}),
    ("PATCH", "/campaigns/{campaign}", {"name": "Mine"}),
    ("PATCH", "/ctas/{cta}", {"label": "Mine"}),
    ("PATCH", "/channels/{channel}", {"name": "Mine"}),
    ("PATCH", "/settings", {"name": "Mine"}),
)


async def test_a_stale_version_is_a_conflict_that_shows_the_present(
    world: Any, faults: Any
) -> None:
    found = faults()
    before = await world.rows()
    for method, template, change in STALE:
        for version in (0, 2, 2**31 - 2):
            case = f"{method} {template} at {version}"
            answer = await world.owner.request(
                method, world.path(template), json={**change, "version": version}
            )
            found.check(case, answer, status=409)
            current = answer.json().get("current")
            if not isinstance(current, dict) or current.get("version") != 1:
                found.note(case, f"shows {current!r}")
    assert not found.found, "\n".join(found.found)
    assert await world.rows() == before


async def test_two_writers_of_one_version_are_told_apart(world: Any) -> None:
    path = world.path("/pieces/{piece}")
    answers = await asyncio.gather(
        *(
            world.owner.patch(path, json={"version": 1, "title": f"By writer {number}"})
            for number in range(8)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    kept = next(answer for answer in answers if answer.status_code == 200).json()
    assert (await world.owner.get(path)).json()["title"] == kept["title"]


async def test_duplicate_slugs_are_refused_or_suffixed_never_shared(world: Any) -> None:
    same = await world.owner.post("/api/v1/pieces", json={"title": "X", "slug": "live"})
    assert same.status_code == 409, same.text
    assert same.json()["errors"][0]["field"] == "slug"
    by_title = [
        (await world.owner.post("/api/v1/pieces", json={"title": "A live piece"})).json()["slug"]
        for _ in range(3)
    ]
    assert len(set(by_title)) == 3
    for title in ("Admin", "API", "Tags", "Feed", "../../etc/passwd", "…", "\u202e\u200b", "404"):
        made = await world.owner.post("/api/v1/pieces", json={"title": title})
        assert made.status_code == 201, made.text
        slug = made.json()["slug"]
        assert slug not in {"admin", "api", "tags", "feed", "404", "", ".", ".."}
        assert "/" not in slug
    for path, field in (("/tags", "slug"), ("/ctas", "slug")):
        body = {"name": "Slow food"} if path == "/tags" else None
        body = body or {
            "label": "Other",
            "slug": "subscribe",
            "action": "subscribe",
            "destination": {"url": "https://example.org/"},
            "expected": {"count": 1},
        }
        answer = await world.owner.post(f"/api/v1{path}", json=body)
        assert answer.status_code == 409, answer.text
        assert answer.json()["errors"][0]["field"] == field


async def test_ten_at_once_get_ten_slugs(world: Any) -> None:
    answers = await asyncio.gather(
        *(world.owner.post("/api/v1/pieces", json={"title": "At once"}) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["slug"] for answer in answers}) == 10
