"""What goes to other systems and comes from them: webhooks, imports and exports."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from tests.browser.pages import Admin, Scheme
from tests.browser.server_process import Server
from tests.browser.test_accessible import findings, settle
from tests.outside import Receiver, run_receiver


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with run_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, built_admin: None, receiver: Receiver
) -> Iterator[Server]:
    """A server that may call the receiver on this machine."""
    running = Server(
        home=tmp_path_factory.mktemp("octavo") / "home",
        environ={"OCTAVO_ALLOWED_TARGETS": receiver.target},
    ).start()
    yield running
    running.stop()


def test_a_webhook_is_made_tested_paused_and_its_messages_are_sent_again(
    admin: Admin, owner: httpx.Client, receiver: Receiver
) -> None:
    page = admin.page
    admin.open("/webhooks")
    page.get_by_role("button", name="Make a webhook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Cache")
    dialog.get_by_label("Address").fill("ftp://example.org")
    dialog.get_by_role("button", name="Make a webhook").click()
    expect(dialog.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Address").fill(f"http://{receiver.target}/purge")
    dialog.get_by_label("Only what is chosen").check()
    dialog.get_by_label("Find an event").fill("piece.")
    dialog.get_by_role("checkbox", name="piece.created", exact=True).check()
    expect(dialog.get_by_text("1 chosen")).to_be_visible()
    dialog.get_by_role("button", name="Make a webhook").click()
    secret = dialog.get_by_label("Signing secret").input_value()
    assert secret.startswith("whsec_")
    dialog.get_by_role("button", name="Done").click()

    page.get_by_role("link", name="Cache").click()
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("It answered 200")).to_be_visible()
    assert receiver.messages[-1]["type"] == "webhook.ping"

    made = owner.post("/api/v1/pieces", json={"title": "On leaves"}).json()
    details = page.get_by_role("button", name="Details: piece.created")
    expect(details).to_be_visible(timeout=40_000)
    line = page.get_by_role("listitem").filter(has=details)
    expect(line.get_by_text("Delivered")).to_be_visible(timeout=40_000)
    details.click()
    expect(page.get_by_label("Message")).to_contain_text("On leaves")
    before = len(receiver.messages)
    page.get_by_role("button", name="Send again: piece.created").click()
    expect(page.get_by_text("It goes out again.")).to_be_visible()
    for _ in range(200):
        if len(receiver.messages) > before:
            break
        page.wait_for_timeout(100)
    again = [one for one in receiver.messages if one["type"] == "piece.created"]
    assert again[0]["data"]["piece_id"] == made["id"]  # type: ignore[index]
    assert len({one["id"] for one in again}) == 1
    assert len(again) == 2

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused")).to_be_visible()


EXPORT = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Old press</title><wp:wxr_version>1.2</wp:wxr_version>
<item><title>On leading</title><link>https://old.example/on-leading/</link>
<dc:creator>ada</dc:creator><content:encoded><![CDATA[<p>Space.</p>]]></content:encoded>
<wp:post_id>1</wp:post_id><wp:post_date_gmt>2020-05-01 08:00:00</wp:post_date_gmt>
<wp:post_name>on-leading</wp:post_name><wp:status>publish</wp:status>
<wp:post_type>post</wp:post_type></item>
<item><title>Thrown away</title><wp:post_id>2</wp:post_id><wp:status>trash</wp:status>
<wp:post_type>post</wp:post_type></item>
</channel></rss>
"""


def test_a_blog_is_looked_at_first_and_then_imported(admin: Admin, tmp_path: Path) -> None:
    page = admin.page
    export = tmp_path / "press.xml"
    export.write_text(EXPORT, encoding="utf-8")
    admin.open("/imports")
    page.get_by_role("button", name="Import a blog").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="WordPress").check()
    dialog.locator("input[type=file]").set_input_files(export)
    dialog.get_by_role("button", name="Look first").click()

    expect(page.get_by_text("This was a dry run: nothing was changed.")).to_be_visible(
        timeout=60_000
    )
    expect(page.get_by_role("cell", name="Left out")).to_be_visible()
    admin_pieces = page.request.get(f"{admin.base}/api/v1/pieces").json()["items"]
    assert "On leading" not in [piece["title"] for piece in admin_pieces]

    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_text("This was a dry run: nothing was changed.")).to_have_count(0)
    expect(page.get_by_text("Done")).to_be_visible(timeout=60_000)
    page.get_by_label("Show").select_option("taken")
    expect(page.get_by_role("row").filter(has_text="Taken")).to_have_count(1)
    admin.open("/pieces")
    expect(page.get_by_role("link", name="On leading")).to_be_visible()


def test_everything_is_taken_out_downloaded_and_deleted(admin: Admin, owner: httpx.Client) -> None:
    page = admin.page
    owner.post("/api/v1/pieces", json={"title": "On folding", "body": "Eight leaves."})
    admin.open("/exports")
    page.get_by_role("button", name="Take everything out").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("radio", name="Markdown")).to_be_checked()
    dialog.get_by_role("radio", name="JSON").check()
    dialog.get_by_role("button", name="Start").click()
    expect(dialog).to_have_count(0)

    download = page.get_by_role("link", name="Download octavo-json")
    expect(download).to_be_visible(timeout=60_000)
    with page.expect_download() as waiting:
        download.click()
    taken = json.loads(Path(waiting.value.path()).read_bytes())
    assert "On folding" in json.dumps(taken["tables"]["piece_revision"])
    assert waiting.value.suggested_filename.startswith("octavo-json-")

    page.get_by_role("button", name="Delete octavo-json").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(download).to_have_count(0)


@pytest.fixture(scope="module")
def filled(owner: httpx.Client, receiver: Receiver) -> dict[str, int]:
    """A webhook with deliveries, an import that is done and left things out, an export."""
    hook = owner.post(
        "/api/v1/webhooks",
        json={
            "name": "Search index",
            "url": f"http://{receiver.target}/index",
            "events": ["tag.created"],
        },
    ).json()["id"]
    assert owner.post(f"/api/v1/webhooks/{hook}/ping").is_success
    owner.post("/api/v1/tags", json={"name": "Margins"})
    answer = owner.post(
        "/api/v1/imports/wordpress",
        files={"file": ("press.xml", EXPORT.encode(), "application/xml")},
        data={"dry_run": "true"},
    )
    assert answer.status_code == 202, answer.text
    run = answer.json()["id"]
    for _ in range(300):
        if owner.get(f"/api/v1/imports/{run}").json()["state"] == "done":
            break
        time.sleep(0.2)
    out = owner.post("/api/v1/exports", json={"format": "wxr"}).json()["id"]
    for _ in range(300):
        if owner.get(f"/api/v1/exports/{out}").json()["state"] == "done":
            break
        time.sleep(0.2)
    return {"hook": hook, "run": run}


@pytest.mark.parametrize("width", [390, 1440])
def test_the_screens_of_exchange_are_accessible_and_fit(
    admin: Admin, filled: dict[str, int], width: int
) -> None:
    page = admin.page
    page.set_viewport_size({"width": width, "height": 900})
    for scheme in ("light", "dark"):
        admin.open("/pieces")
        admin.set_scheme(scheme)  # type: ignore[arg-type]
        for path in ("/webhooks", "/webhooks/{hook}", "/imports", "/imports/{run}", "/exports"):
            admin.open(path.format(**filled))
            settle(page)
            if "hook}" in path:
                page.get_by_role("button", name="Details: ").first.click()
                expect(page.get_by_label("Message").first).to_be_visible()
            if path == "/exports":
                expect(page.get_by_role("link", name="Download octavo-wxr")).to_be_visible()
            if "run}" in path:
                expect(page.get_by_role("cell", name="Left out")).to_be_visible()

            assert findings(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_dialogs_of_exchange_are_accessible(admin: Admin, scheme: Scheme) -> None:
    page = admin.page
    admin.open("/pieces")
    admin.set_scheme(scheme)
    for path, button in (
        ("/webhooks", "Make a webhook"),
        ("/imports", "Import a blog"),
        ("/exports", "Take everything out"),
    ):
        admin.open(path)
        page.get_by_role("button", name=button).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.wait_for_timeout(200)  # it fades in: half-transparent text has no contrast

        assert findings(page) == [], path
