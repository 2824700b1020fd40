"""The whole chain through the API of a real server: import, plan, call to action, schedule, publish at
its time, page and feeds, webhook and Mastodon, click, outcome. On SQLite and on PostgreSQL."""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import feedparser
import httpx
import pytest

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}

OLD_POST = """---
title: An older post
date: 2024-03-04 09:00:00 +0100
aliases: [/blog/old-address/]
tags: [News]
---
# Hello

It was **already** there.
"""


def poll(check, *, seconds=25, what="it"):
    import time

    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = check()
        if result:
            return result
        time.sleep(0.2)
    pytest.fail(f"waited {seconds} s for {what}")


def signature(headers: dict[str, str], body: bytes, secret: str) -> str:
    """What Standard Webhooks 1.0 says the header must be."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def created(answer: httpx.Response) -> dict:
    assert answer.status_code == 201, answer.text
    return answer.json()


def plan_piece(owner: httpx.Client) -> tuple[dict, dict]:
    objective = created(
        owner.post(
            "/api/v1/objectives",
            json={
                "name": "A hundred readers of the guide",
                "metric": "downloads",
                "target": 100,
                "starts_on": "2026-01-01",
                "ends_on": "2026-12-31",
            },
        )
    )
    campaign = created(
        owner.post(
            "/api/v1/campaigns",
            json={"name": "Winter", "kind": "campaign", "objective_id": objective["id"]},
        )
    )
    piece = created(
        owner.post(
            "/api/v1/pieces",
            json={
                "kind": "post",
                "title": "The winter guide",
                "body": "Read on.\n\n<!-- cta: get-the-guide -->\n\nBye.",
                "tags": ["News", "Guides"],
                "campaign_id": campaign["id"],
            },
        )
    )
    cta = created(
        owner.post(
            "/api/v1/ctas",
            json={
                "label": "Get the guide",
                "action": "download",
                "destination": {"url": "https://example.org/guide.pdf"},
                "objective_id": objective["id"],
                "expected": {"count": 2},
            },
        )
    )
    created(owner.post(f"/api/v1/pieces/{piece['id']}/ctas", json={"cta_id": cta["id"]}))
    return piece, cta


def schedule(owner: httpx.Client, piece: dict, *, in_seconds: int) -> datetime:
    zone = ZoneInfo("Europe/Madrid")
    due = (datetime.now(UTC) + timedelta(seconds=in_seconds)).replace(microsecond=0)
    answer = owner.post(
        f"/api/v1/pieces/{piece['id']}/transitions",
        json={
            "to": "scheduled",
            "version": piece["version"],
            "publish_at": due.astimezone(zone).replace(tzinfo=None).isoformat(),
            "zone": "Europe/Madrid",
        },
    )
    assert answer.status_code in {200, 201}, answer.text
    return due


def outcome_of(owner: httpx.Client, piece: dict, channel: str) -> dict | None:
    answer = owner.get(f"/api/v1/pieces/{piece['id']}/outcomes")
    assert answer.status_code == 200, answer.text
    rows = [row for row in answer.json()["items"] if row["channel"] == channel]
    return rows[0] if rows else None


@pytest.mark.timeout(240)
def test_the_whole_chain(database_url, make_server, receiver, mastodon, tmp_path):
    server = make_server(
        OCTAVO_DATABASE_URL=database_url,
        OCTAVO_ALLOWED_TARGETS=f"{receiver.target},{mastodon}",
    )
    owner = server.owner()

    old = tmp_path / "blog" / "posts"
    old.mkdir(parents=True)
    (old / "older.md").write_text(OLD_POST)
    imported = server.run("import", "markdown", str(tmp_path / "blog"), "--json")
    assert imported.returncode == 0, imported.stderr

    piece, cta = plan_piece(owner)
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    webhook = created(
        owner.post(
            "/api/v1/channels",
            json={
                "adapter": "webhook",
                "name": "Our own list",
                "settings": {"url": f"http://{receiver.target}/hook"},
                "secrets": {"secret": secret},
            },
        )
    )
    toots = created(
        owner.post(
            "/api/v1/channels",
            json={
                "adapter": "mastodon",
                "name": "Mastodon",
                "settings": {"server": f"http://{mastodon}"},
                "secrets": {"access_token": "mock_token"},
            },
        )
    )
    assert secret not in str(webhook)
    deliveries = [
        created(
            owner.post(
                f"/api/v1/pieces/{piece['id']}/deliveries", json={"channel_id": channel["id"]}
            )
        )
        for channel in (webhook, toots)
    ]
    assert {delivery["state"] for delivery in deliveries} == {"planned"}

    piece = owner.get(f"/api/v1/pieces/{piece['id']}").json()
    due = schedule(owner, piece, in_seconds=4)
    page = f"{server.base}/the-winter-guide/"
    assert httpx.get(page).status_code == 404
    live = poll(lambda: (r := httpx.get(page)).status_code == 200 and r, what="the page")
    assert datetime.now(UTC) >= due

    # The page and the feeds
    assert "Get the guide" in live.text
    blog_link = re.search(r'href="(?:http://[^"/]+)?(/go/\w+)"', live.text)[1]
    assert httpx.get(f"{server.base}/blog/old-address/").status_code == 301
    for feed in ("/feed.xml", "/atom.xml"):
        entries = feedparser.parse(httpx.get(f"{server.base}{feed}").content).entries
        assert [entry.title for entry in entries] == ["The winter guide", "An older post"]
    items = httpx.get(f"{server.base}/feed.json").json()["items"]
    assert items[0]["url"] == page

    # Delivered, signed, each with its own tracked link
    def sent() -> list | bool:
        rows = owner.get(f"/api/v1/pieces/{piece['id']}/deliveries").json()["items"]
        return [row["state"] for row in rows] == ["sent", "sent"] and rows

    rows = poll(sent, what="two deliveries")
    links = {row["channel_id"]: row["links"][0]["url"] for row in rows}
    assert len({blog_link, *links.values()}) == 3
    headers, body = receiver.received[0]
    assert len(receiver.received) == 1
    assert body["data"]["url"] == page
    assert headers["webhook-signature"] == signature(headers, receiver.bodies[0], secret)
    statuses = httpx.get(
        f"http://{mastodon}/api/v1/timelines/home", headers={"authorization": "Bearer mock_token"}
    ).json()
    assert [links[toots["id"]] in status["content"] for status in statuses].count(True) == 1

    # Clicked: a person counts, a preview and a HEAD do not
    answer = httpx.get(f"{server.base}{blog_link}", headers=BROWSER)
    assert (answer.status_code, answer.headers["location"]) == (
        302,
        "https://example.org/guide.pdf",
    )
    httpx.get(links[webhook["id"]], headers=BROWSER)
    httpx.get(links[toots["id"]], headers={"user-agent": "http.rb/5.1.1 (Mastodon/4.2.1)"})
    httpx.head(links[toots["id"]], headers=BROWSER)

    # The outcome
    blog = poll(
        lambda: (row := outcome_of(owner, piece, "blog")) and row["clicks"] == 1 and row,
        what="the click in the outcome",
    )
    assert (blog["cta_id"], blog["unique_clicks"]) == (cta["id"], 1)
    assert blog["expected"] == {"count": 2}
    assert blog["attainment"] == pytest.approx(0.5)
    assert outcome_of(owner, piece, webhook["code"])["clicks"] == 1
    assert outcome_of(owner, piece, toots["code"])["clicks"] == 0

    # Stopping and starting again keeps everything
    server.stop()
    server.start()
    assert httpx.get(page).content == live.content
    assert outcome_of(owner, piece, "blog")["clicks"] == 1
    assert len(receiver.received) == 1
