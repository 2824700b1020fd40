"""Hostile texts in fields of kinds, covers, search texts, series, comments, media and webhooks."""

import json
from typing import Any

import httpx
import pytest
from tests.hostile import payloads
from tests.hostile.sanity import faults_in_html, faults_in_site
from tests.hostile.test_payloads import build, offer, publish

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
KINDS = ("press_release", "video", "audio", "picture", "newsletter", "link", "update", "page")
READS = ("posts", "pages", "tags", "authors")


def words(text: str, kind: str, media_id: int) -> dict[str, Any]:
    """Answer the fields of this kind with the text wherever a writer may put one."""
    line = text[:300]
    file = {"url": text[:2_000]}
    return {
        "press_release": {
            "dateline": line,
            "boilerplate": text[:5_000],
            "contacts": [{"name": line, "email": line, "phone": line}],
        },
        "video": {"video": file, "transcript": text, "poster_media_id": media_id},
        "audio": {"audio": file, "transcript": text, "episode": 1},
        "picture": {"pictures": [{"media_id": media_id, "alt": line, "caption": text[:5_000]}]},
        "newsletter": {"subject": line, "preheader": line},
        "link": {"quote": text[:5_000], "source_title": line, "source_author": line},
    }.get(kind, {})


def tame(fields: dict[str, Any]) -> dict[str, Any]:
    """Answer the same with addresses that are taken, for what was refused for its address."""
    return {
        name: {"url": "https://example.org/a?x=1"} if name in {"video", "audio"} else value
        for name, value in fields.items()
    }


async def offer_piece(world: Any, text: str, number: int, media_id: int) -> dict[str, Any] | None:
    kind = KINDS[number % len(KINDS)]
    fields = words(text, kind, media_id)
    series = await offer(world, "/series", name=text[:120] or "x", description=text[:2_000])
    series = series or await offer(world, "/series", title=text[:120] or "x", description=text)
    common: dict[str, Any] = {
        "kind": kind,
        "title": text[:300] if text.strip() else "Blank",
        "body": f"Words.\n\n{text}",
        "meta_title": text[:300],
        "meta_description": text[:500],
        "featured": True,
        **({"source_url": "https://example.org/"} if kind == "link" else {}),
        **({"series_id": series["id"]} if series else {}),
    }
    covers = (
        {"url": text[:2_000], "alt": text[:300], "caption": text[:5_000]},
        {"media_id": media_id, "alt": text[:300], "caption": text[:5_000]},
        None,
    )
    for cover in covers:
        for some in (fields, tame(fields), {}):
            piece = await offer(world, "/pieces", cover=cover, fields=some, **common)
            if piece is not None:
                return piece
    plain = {**common, "title": f"Payload {number}", "meta_title": "", "meta_description": ""}
    return await offer(world, "/pieces", **plain)


async def upload(world: Any, text: str) -> int:
    answer = await world.owner.post(
        "/api/v1/media", files={"file": ("a.png", PIXEL, "image/png")}, data={"alt": text[:300]}
    )
    assert answer.status_code in {200, 201}, answer.text
    return int(answer.json()["id"])


def faults_in_answer(case: str, answer: httpx.Response) -> list[str]:
    """Answer what in a JSON answer would run when a page shows what calls itself HTML."""
    assert answer.status_code == 200, (case, answer.text[:300])
    assert answer.headers["content-type"].startswith("application/json")
    faults: list[str] = []

    def walk(value: Any, place: str) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(inner, f"{place}.{name}")
        elif isinstance(value, list):
            for inner in value:
                walk(inner, place)
        elif isinstance(value, str):
            name = place.rpartition(".")[2]
            if name in {"html", "body_html", "content_html"}:
                faults.extend(f"{place}: {fault}" for fault in faults_in_html(value, fragment=True))
            if name in {"url", "feature_image", "canonical_url", "og_image"} and not (
                value.startswith(("http://", "https://", "/"))
            ):
                faults.append(f"{place} leads astray: {value!r:.100}")

    walk(json.loads(answer.content), case)
    return faults


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_field_of_a_kind_runs_on_the_site_or_for_its_readers(world: Any) -> None:
    media_id = await upload(world, "A pixel")
    whole = 0
    for number, text in enumerate(payloads.OWN):
        piece = await offer_piece(world, text, number, media_id)
        assert piece is not None, text
        await publish(world, piece)
        whole += piece["meta_title"] == text[:300] and piece["cover"] is not None
    # The rest are refused as they are: too long, of two lines, invisible.
    assert whole > 0.7 * len(payloads.OWN), whole

    await build(world)
    site = world.installation.runtime.site
    found = faults_in_site(site.folder, base_url=site.base_url)

    key = (await world.owner.post("/api/v1/keys", json={"name": "R", "scope": "content"})).json()
    secret = next(value for name, value in key.items() if name in {"key", "secret", "token"})
    program = world.installation.client()
    for name in READS:
        params = {"key": secret, "limit": "100", "include": "tags,authors"}
        answer = await program.get(f"/ghost/api/content/{name}/", params=params)
        found += faults_in_answer(name, answer)
    program.headers["authorization"] = f"Bearer {secret}"
    for path in ("pieces?limit=100", "tags", "authors", "settings", "redirects"):
        found += faults_in_answer(path, await program.get(f"/api/v1/public/{path}"))
    assert not found, "\n".join(found[:40])


async def test_hostile_texts_come_back_from_every_desk_as_they_were_sent(
    world: Any, faults: Any
) -> None:
    """Comments, media and webhooks hold any text; what no database holds is refused by name."""
    found = faults()
    media_id = await upload(world, "A pixel")
    piece = world.path("/pieces/{piece}")
    version = (await world.owner.get(f"/api/v1/media/{media_id}")).json()["version"]
    for text in (*payloads.OWN, "\x00", "a\x00b", "\ud800"):
        stored = "\x00" not in text and "\ud800" not in text
        sent = json.dumps({"body": text}).encode()
        headers = {"content-type": "application/json"}
        answer = await world.owner.post(f"{piece}/comments", content=sent, headers=headers)
        if stored and text.strip():
            assert answer.status_code == 201, (text, answer.text)
            assert answer.json()["body"].strip() == text.strip().replace("\r\n", "\n") or (
                answer.json()["body"] == text
            )
        else:
            found.check(f"comment {text!r:.30}", answer, field=None)
        sent = json.dumps({"version": version, "caption": text, "alt": text[:300]}).encode()
        answer = await world.owner.patch(f"/api/v1/media/{media_id}", content=sent, headers=headers)
        if answer.status_code == 200:
            version = answer.json()["version"]
        if stored:
            assert answer.status_code in {200, 400}, (text, answer.text)
        else:
            found.check(f"caption {text!r:.30}", answer)
    assert not found.found, "\n".join(found.found)


WRONG_URLS = (
    "javascript:alert(1)", "file:///etc/passwd", "gopher://x/", "ftp://example.org/", "//x/", "x", "",
    "http://", "http://user:pass@example.org/", "http://exa mple.org/", "http://[::1", "http://a:99999/",
    "http://example.org/\x00", "http://example.org/\r\nx: y", "http://" + "a" * 3_000 + ".org/",
)  # fmt: skip


async def test_webhooks_go_to_addresses_of_the_web_alone(world: Any, faults: Any) -> None:
    found = faults()
    events = (await world.owner.get("/api/v1/webhooks/events")).json()
    some = events["items"][0] if isinstance(events, dict) else events[0]
    event = some if isinstance(some, str) else next(iter(some.values()))
    before = await world.rows()
    for url in WRONG_URLS:
        body = {"name": "Hook", "url": url, "events": [event]}
        answer = await world.owner.post("/api/v1/webhooks", json=body)
        found.check(f"{url!r:.60}", answer, field="url")
    assert not found.found, "\n".join(found.found)
    assert await world.rows() == before


def chunks(texts: list[str], size: int) -> list[str]:
    """Put the texts together, in one line each time, as many as fit in `size` characters."""
    found, now = [], ""
    for text in texts:
        line = " ".join(text.replace("\x00", " ").split())[:size]
        if len(now) + len(line) >= size:
            found.append(now)
            now = ""
        now += f" {line}" if now else line
    return [*found, now]


@pytest.mark.skipif(not payloads.PAYLOADS.is_dir(), reason=payloads.MISSING)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_shared_payload_runs_from_a_field_of_a_kind(world: Any) -> None:
    media_id = await upload(world, "A pixel")
    script = [text for text in payloads.shared_payloads() if "<" in text or ":" in text]
    lines = chunks(script, 300)
    taken = 0
    for number, line in enumerate(lines):
        piece = await offer_piece(world, line, number, media_id)
        if piece is not None:
            await publish(world, piece)
            taken += piece["meta_title"] == line
    assert taken > 0.8 * len(lines), (taken, len(lines))
    await build(world)
    site = world.installation.runtime.site
    found = faults_in_site(site.folder, base_url=site.base_url)
    assert not found, "\n".join(found[:40])
