"""The whole chain as a person walks it: from the set-up link to the outcome of a click.

With OCTAVO_SCREENSHOTS=1 it also makes the pictures of the README.
"""

import base64
import os
import re
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.pages import Admin
from tests.browser.server_process import Server
from tests.outside import Receiver, run_mastodon, run_receiver

IMAGES = Path(__file__).parents[2] / "docs/images"
ZONE = "Europe/Madrid"
PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

OLD_POST = """---
title: How we bought a press
date: 2024-03-04 09:00:00 +0100
aliases: [/blog/old-address/]
tags: [Printing]
---
It came in **three** pieces, and two of them were the same.
"""

BODY = """Most of what we call *planning* is the arrangement of hopes on a calendar. \
The press teaches another lesson: a sheet is folded, and the folds decide what stands beside what.

## Eight leaves from one sheet

An octavo is a sheet folded three times. Each fold halves the page and doubles the leaves.

> The compositor thinks in sheets, the reader in pages.

- Fold once: a folio
- Fold twice: a quarto
- Fold three times: an octavo

"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as box:
        yield box


@pytest.fixture
def mastodon() -> Iterator[str]:
    with run_mastodon() as target:
        yield target


@pytest.fixture
def fresh_server(
    tmp_path: Path, receiver: Receiver, mastodon: str, built_admin: None
) -> Iterator[Server]:
    targets = f"{receiver.target},{mastodon}"
    running = Server(home=tmp_path / "home", environ={"OCTAVO_ALLOWED_TARGETS": targets}).start()
    yield running
    running.stop()


@pytest.mark.timeout(300)
def test_the_whole_chain_as_a_person_walks_it(
    new_context: Callable[..., BrowserContext],
    fresh_server: Server,
    receiver: Receiver,
    mastodon: str,
    tmp_path: Path,
) -> None:
    page = new_context().new_page()
    admin = Admin(page=page, base=fresh_server.base)

    # Set up, by the link that the first start printed
    admin.set_up(fresh_server.setup_token, organisation="The Folding Press", zone=ZONE)

    # Bring the old blog along
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog" / "press.md").write_text(OLD_POST)
    fresh_server.run("import", "markdown", str(tmp_path / "blog"))
    admin.open("/pieces?status=published")
    expect(page.get_by_role("link", name="How we bought a press")).to_be_visible()

    # Plan: what is to be achieved, and by what
    admin.add_objective("A hundred readers of the letter", target=100)
    admin.add_campaign("Winter letters", objective="A hundred readers of the letter")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    hook = {"Address": f"http://{receiver.target}/hook", "Signing secret": secret}
    admin.connect_channel(re.compile("Webhook", re.IGNORECASE), "Our own list", hook)
    fediverse = {"Server": f"http://{mastodon}", "Access token": "mock_token"}
    admin.connect_channel(re.compile("Mastodon"), "Fediverse", fediverse)

    # Write, and ask something of the reader
    piece_id = admin.new_piece()
    admin.write("On folding a month into eight leaves", BODY)
    admin.fill_detail("Excerpt", "What a printer’s fold teaches about planning.")
    admin.add_tags("Printing", "Planning")
    admin.pick_campaign("Winter letters")
    admin.add_cta(
        "Get the winter letter",
        "https://example.org/letter",
        expected=2,
        objective="A hundred readers of the letter",
    )
    admin.expect_saved()
    picture(page, "editor.png")

    # Send it on, and give it its time
    admin.plan_delivery(piece_id, "Our own list")
    admin.plan_delivery(piece_id, "Fediverse", text="{title}: {cta:get-the-winter-letter}")
    admin.open_piece(piece_id)
    expect(admin.body).to_be_visible()
    soon = datetime.now(ZoneInfo(ZONE)) + timedelta(seconds=8)
    admin.schedule(soon.strftime("%Y-%m-%dT%H:%M:%S"))

    # It goes live by itself, and out to both channels
    address = f"{fresh_server.base}/on-folding-a-month-into-eight-leaves/"
    admin.open_piece(piece_id, "/deliveries")
    admin.expect_delivery("Our own list", "sent", timeout_s=60)
    admin.expect_delivery("Fediverse", "sent", timeout_s=60)
    assert len(receiver.messages) == 1
    titles = [item["title"] for item in httpx.get(f"{fresh_server.base}/feed.json").json()["items"]]
    assert titles == ["On folding a month into eight leaves", "How we bought a press"]

    # A reader comes, reads, and does what is asked
    # (a headless Chromium names itself one, and is rightly not counted as a person)
    reader = new_context(user_agent=PERSON).new_page()
    reader.route("https://example.org/**", lambda route: route.fulfill(body="the letter"))
    reader.goto(address)
    expect(reader.get_by_role("heading", name="On folding a month")).to_be_visible()
    picture(reader, "blog.png")
    reader.locator("a[href*='/go/']").first.click()
    reader.wait_for_url("https://example.org/letter")

    # And the marketer reads what came of it
    admin.open_piece(piece_id, "/outcomes")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Blog"))
    expect(row.get_by_role("cell").first).to_have_text("1", timeout=30_000)
    expect(page.get_by_text("50%")).to_be_visible()
    assert admin.outcome_clicks(piece_id, channel="Fediverse") == 0


def picture(page: Page, name: str) -> None:
    """Keep a picture for the documentation, when asked."""
    if os.environ.get("OCTAVO_SCREENSHOTS") != "1":
        return
    page.evaluate("document.fonts.ready")
    page.mouse.move(0, 0)
    page.wait_for_timeout(300)
    IMAGES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=IMAGES / name)
