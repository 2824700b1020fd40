"""Hostile texts in every field that readers see: nothing of them runs on the generated site."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.hostile import payloads
from tests.hostile.sanity import faults_in_html, faults_in_site

from octavo.content.importers.markdown import import_markdown

needs_data = pytest.mark.skipif(not payloads.PAYLOADS.is_dir(), reason=payloads.MISSING)
on_one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_the_checks_see_what_they_are_for() -> None:
    bad = (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<a href='&#1;java\nscript:alert(1)'>x</a>",
        "<iframe src=x>",
        "<p style='x'>",
        "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img onerror=x&gt;'>",
        "<img srcset='javascript:alert(1) 1x'>",
        "<script type='application/ld+json'>{</script>",
    )
    for html in bad:
        assert faults_in_html(html), html
    assert not faults_in_html("<p id=h-x>a <a href='https://example.org/'>link</a></p>")


async def build(world: Any) -> dict[str, Any]:
    answer = await world.owner.post("/api/v1/site/builds", json={"full": True})
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


async def publish(world: Any, piece: dict[str, Any]) -> None:
    answer = await world.owner.post(
        f"/api/v1/pieces/{piece['id']}/transitions",
        json={"to": "published", "version": piece["version"]},
    )
    assert answer.status_code == 200, answer.text


async def offer(world: Any, path: str, **data: object) -> dict[str, Any] | None:
    """Send it; answer what was made, or None if it was refused as a problem should be."""
    answer = await world.owner.post(f"/api/v1{path}", json=data)
    assert answer.status_code in {200, 201, 400, 409, 422}, (path, data, answer.text)
    if not answer.is_success:
        assert answer.headers["content-type"] == "application/problem+json"
        return None
    made: dict[str, Any] = answer.json()
    return made


async def fill(world: Any, texts: list[str]) -> int:
    """Put each text into every field of a piece of its own; answer how many are live."""
    live = 0
    for number, text in enumerate(texts):
        author = await offer(world, "/authors", name=text[:120] or "x", bio=text)
        tag = await offer(world, "/tags", name=text[:120] or "x", description=text)
        cta = await offer(
            world,
            "/ctas",
            label=text[:120] or "x",
            action="custom",
            destination={"url": "https://example.org/?q=" + text[:200].replace(" ", "+")},
            expected={"count": 1},
        )
        await offer(world, "/ctas", label="x", action="custom", destination={"url": text[:3_000]},
                    expected={"count": 1})  # fmt: skip
        slug = {"slug": text[:120]} if text.strip() and number % 2 else {}
        body = f"{text}\n\n[link]({text})\n\n> {text}\n\n* {text}\n\n## {text}\n\n`{text}`\n"
        fields = {
            "title": text[:300] if text.strip() else "Blank",
            "excerpt": text[:5_000],
            "author_ids": [author["id"]] if author else [],
        }
        piece = (
            await offer(
                world, "/pieces", body=body, tags=[tag["name"]] if tag else [], **fields, **slug
            )
            or await offer(world, "/pieces", body=body, **fields)
            or await offer(world, "/pieces", title=f"Payload {number}", body=text)
        )
        if piece is None:
            continue
        if cta:
            await offer(world, f"/pieces/{piece['id']}/ctas", cta_id=cta["id"])
        await offer(world, "/redirects", from_path=text[:600] or "/", piece_id=piece["id"])
        await offer(world, "/redirects", from_path="/" + text[:500], piece_id=piece["id"])
        await offer(world, "/redirects", from_path=f"/old/{number}/", to_path=text[:2_000] or "/")
        await publish(world, piece)
        live += 1
    return live


@on_one_engine
async def test_no_text_from_the_api_runs_on_the_site(world: Any) -> None:
    live = await fill(world, list(payloads.OWN))
    assert live > len(payloads.OWN) * 0.8
    version = 1
    for field in ("name", "tagline", "description"):
        text = "</title></script>'\"><script>alert(1)</script>{{1337*1337}}"
        answer = await world.owner.patch("/api/v1/settings", json={"version": version, field: text})
        assert answer.status_code == 200, answer.text
        version = answer.json()["version"]
    nav = [{"label": "<script>alert(1)</script>", "url": "/x\"onclick='alert(1)'"}]
    answer = await world.owner.patch("/api/v1/settings", json={"version": version, "nav": nav})
    assert answer.status_code == 200, answer.text

    report = await build(world)
    site = world.installation.runtime.site
    assert report["written"] > live
    assert not (found := faults_in_site(site.folder, base_url=site.base_url)), "\n".join(found[:40])
    page = (site.folder / "index.html").read_text()
    assert "{{1337*1337}}" in page


@on_one_engine
async def test_what_is_built_step_by_step_is_as_safe(world: Any) -> None:
    await build(world)
    site = world.installation.runtime.site
    for text in payloads.OWN[:12]:
        piece = await offer(world, "/pieces", title=text[:300], body=text, excerpt=text)
        assert piece is not None
        await publish(world, piece)
        answer = await world.owner.post("/api/v1/site/builds", json={})
        assert answer.status_code == 200, answer.text
    assert not (found := faults_in_site(site.folder, base_url=site.base_url)), "\n".join(found[:40])


@on_one_engine
async def test_no_text_runs_in_a_preview(world: Any) -> None:
    for text in payloads.OWN:
        answer = await world.owner.post(
            "/api/v1/preview",
            json={"title": text[:300], "body": text, "excerpt": text, "tags": [text[:120]]},
        )
        assert answer.status_code in {200, 400}, answer.text
        if answer.status_code == 200:
            assert not (found := faults_in_html(answer.text)), (text, found)
            assert "1787569" not in answer.text
            policy = answer.headers["content-security-policy"]
            assert "sandbox" in policy
            assert "unsafe" not in policy


@needs_data
@on_one_engine
@pytest.mark.timeout(240)
async def test_no_shared_payload_runs_on_the_site(world: Any, tmp_path: Path) -> None:
    texts = payloads.shared_payloads()
    assert len(texts) > 3_000
    folder = tmp_path / "posts"
    folder.mkdir()
    for number, text in enumerate(texts):
        matter = {
            "title": text,
            "description": text,
            "date": f"2026-0{1 + number % 5}-{1 + number % 28:02d}",
            "slug": text,
            "url": f"/old/{number}/",
            "aliases": [text, "/" + text],
            "tags": [text[:120]] if number % 4 == 0 else [],
            "authors": [text[:120]] if number % 4 == 1 else [],
        }
        body = f"{text}\n\n[link]({text}) ![image]({text})\n\n## {text}\n"
        post = f"---\n{json.dumps(matter)}\n---\n{body}"
        (folder / f"{number}.md").write_bytes(post.encode("utf-8", "replace"))
    runtime = world.installation.runtime
    imported = await import_markdown(
        folder,
        dry_run=False,
        author_email=None,
        zone=None,
        now=runtime.clock(),
        bus=runtime.bus,
        media=runtime.media,
    )
    reasons = {row.reason for row in imported.rows if row.outcome == "skipped"}
    assert imported.counts["taken"] > 0.95 * len(texts), reasons

    report = await build(world)
    site = runtime.site
    pages = sum(1 for _ in site.folder.rglob("*.html"))
    assert pages > 0.95 * len(texts), report["problems"][:20]
    assert not (found := faults_in_site(site.folder, base_url=site.base_url)), "\n".join(found[:40])
    outside = [path for path in tmp_path.rglob("*") if path.name in {"passwd", "win.ini"}]
    assert not [path for path in outside if not path.is_relative_to(tmp_path / "home" / "site")]
