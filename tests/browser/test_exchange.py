"""What goes to other systems and comes from them: webhooks and imports."""

from collections.abc import Iterator

import httpx
import pytest
from outside import Receiver, run_receiver
from pages import Admin
from playwright.sync_api import expect
from server_process import Server


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
    assert receiver.received[-1]["type"] == "webhook.ping"

    made = owner.post("/api/v1/pieces", json={"title": "On leaves"}).json()
    details = page.get_by_role("button", name="Details: piece.created")
    expect(details).to_be_visible(timeout=40_000)
    line = page.get_by_role("listitem").filter(has=details)
    expect(line.get_by_text("Delivered")).to_be_visible(timeout=40_000)
    details.click()
    expect(page.get_by_label("Message")).to_contain_text("On leaves")
    before = len(receiver.received)
    page.get_by_role("button", name="Send again: piece.created").click()
    expect(page.get_by_text("It goes out again.")).to_be_visible()
    for _ in range(200):
        if len(receiver.received) > before:
            break
        page.wait_for_timeout(100)
    again = [one for one in receiver.received if one["type"] == "piece.created"]
    assert again[0]["data"]["piece_id"] == made["id"]  # type: ignore[index]
    assert len({one["id"] for one in again}) == 1
    assert len(again) == 2

    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("Paused")).to_be_visible()
