"""What becomes of somebody's words: saved, kept, merged, put on the calendar, never lost."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect
from tests.browser.pages import Admin


@pytest.fixture
def piece(owner: httpx.Client) -> dict[str, object]:
    answer = owner.post("/api/v1/pieces", json={"title": "A draft", "body": "one\n\ntwo\n"})
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


def stored(owner: httpx.Client, piece: dict[str, object]) -> dict[str, object]:
    found: dict[str, object] = owner.get(f"/api/v1/pieces/{piece['id']}").json()
    return found


def open_piece(admin: Admin, piece: dict[str, object]) -> None:
    admin.open_piece(int(str(piece["id"])))
    expect(admin.body).to_be_visible()


def save_elsewhere(owner: httpx.Client, piece: dict[str, object], **changes: object) -> None:
    """Somebody else saves the piece meanwhile."""
    version = stored(owner, piece)["version"]
    answer = owner.patch(f"/api/v1/pieces/{piece['id']}", json={"version": version, **changes})
    assert answer.status_code == 200, answer.text


def test_words_are_saved_by_themselves_and_the_address_follows_the_title(
    admin: Admin, owner: httpx.Client
) -> None:
    piece_id = admin.new_piece()
    admin.write("On folding a sheet", "First *words*.\n\n- leaf\n")

    saved = stored(owner, {"id": piece_id})
    assert saved["title"] == "On folding a sheet"
    assert saved["body"] == "First *words*.\n\n- leaf\n"
    assert saved["slug"] == "on-folding-a-sheet"


def test_a_second_piece_of_the_same_title_gets_an_address_of_its_own(
    admin: Admin, owner: httpx.Client
) -> None:
    made = []
    for _ in range(2):
        made.append(admin.new_piece())
        admin.write("Twice the same", "text")

    slugs = {str(stored(owner, {"id": piece_id})["slug"]) for piece_id in made}
    assert len(slugs) == 2
    assert all(slug.startswith("twice-the-same") for slug in slugs)


def test_the_text_is_saved_as_it_was_typed_to_the_byte(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    body = "Hard  \nbreak\n\n~~~js {1}\ncode\n~~~\n\n[^1]: note\n\n| a |\n|:--|\n| b |\n\n\n\nend  "
    open_piece(admin, piece)
    admin.set_body(body)
    admin.page.keyboard.press("Control+s")
    admin.expect_saved()

    assert stored(owner, piece)["body"] == body


def test_offline_words_stay_on_the_device_and_are_saved_when_the_net_is_back(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    admin.page.context.set_offline(True)
    admin.set_body("written on the train")
    admin.expect_state("offline")
    expect(admin.save_state).to_contain_text("Offline, kept on this device")
    assert stored(owner, piece)["body"] == "one\n\ntwo\n"

    admin.page.context.set_offline(False)

    admin.expect_saved()
    assert stored(owner, piece)["body"] == "written on the train"


def test_words_that_never_reached_the_server_are_there_after_a_crash_of_the_tab(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    address = f"**/api/v1/pieces/{piece['id']}"
    admin.page.route(
        address,
        lambda route: route.abort() if route.request.method == "PATCH" else route.continue_(),
    )
    admin.set_body("not yet saved")
    admin.expect_state("offline")
    admin.page.close()

    admin.page = admin.page.context.new_page()
    open_piece(admin, piece)

    expect(admin.body).to_contain_text("not yet saved")
    admin.expect_saved()
    assert stored(owner, piece)["body"] == "not yet saved"


def test_two_texts_are_shown_side_by_side_and_nobody_is_overwritten(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    save_elsewhere(owner, piece, body="one\n\ntheirs\n")
    admin.set_body("one\n\nmine\n")
    admin.expect_state("conflict")

    dialog = admin.page.get_by_role("dialog", name="Two versions of this piece")
    expect(dialog.get_by_role("group", name="Theirs, on the server")).to_contain_text("theirs")
    expect(dialog.get_by_role("group", name="Mine, on this device")).to_contain_text("mine")
    assert stored(owner, piece)["body"] == "one\n\ntheirs\n"


@pytest.mark.parametrize(
    ("choice", "body"), [("Take theirs", "one\n\ntheirs\n"), ("Keep mine", "one\n\nmine\n")]
)
def test_a_conflict_ends_as_the_writer_says(
    admin: Admin, owner: httpx.Client, piece: dict[str, object], choice: str, body: str
) -> None:
    open_piece(admin, piece)
    save_elsewhere(owner, piece, body="one\n\ntheirs\n")
    admin.set_body("one\n\nmine\n")
    admin.page.get_by_role("button", name=choice).click()

    admin.expect_saved()
    assert stored(owner, piece)["body"] == body
    assert admin.body_text == body


def test_a_conflict_is_merged_by_hand_from_what_does_not_contradict(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    save_elsewhere(owner, piece, body="ONE\n\ntwo\n")
    admin.set_body("one\n\ntwo\n\nthree\n")
    admin.page.get_by_role("button", name="Merge by hand").click()
    expect(admin.page.get_by_label("Merged text")).to_have_value("ONE\n\ntwo\n\nthree\n")
    admin.page.get_by_role("button", name="Save the merged text").click()

    admin.expect_saved()
    assert stored(owner, piece)["body"] == "ONE\n\ntwo\n\nthree\n"


def test_changes_that_do_not_touch_each_other_both_stay_at_one_press(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    save_elsewhere(owner, piece, body="ONE\n\ntwo\n")
    admin.set_body("one\n\ntwo\n\nthree\n")
    admin.page.get_by_role("button", name="Keep both").click()

    admin.expect_saved()
    assert stored(owner, piece)["body"] == "ONE\n\ntwo\n\nthree\n"
    assert admin.body_text == "ONE\n\ntwo\n\nthree\n"


def test_words_that_both_changed_are_picked_one_by_one(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    save_elsewhere(owner, piece, body="one\n\ntheirs\n")
    admin.set_body("one\n\nmine\n\nthree\n")
    admin.page.get_by_role("button", name="Merge by hand").click()
    admin.page.get_by_label("Theirs, on the server: theirs").check()
    admin.page.get_by_role("button", name="Save the merged text").click()

    admin.expect_saved()
    assert "theirs" in str(stored(owner, piece)["body"])
    assert "mine" not in str(stored(owner, piece)["body"])


def test_changes_of_a_live_piece_wait_for_their_time_and_it_gets_an_end(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    admin.publish_now()
    admin.set_body("one\n\nlater\n")
    admin.expect_saved()
    admin.open_action("Schedule the changes…")
    dialog = admin.page.get_by_role("dialog")
    dialog.get_by_label("Date and time").fill("2031-02-01T09:00")
    dialog.get_by_role("button", name="Schedule", exact=True).click()
    expect(admin.page.get_by_text("A version of this piece goes live")).to_be_visible()
    admin.open_action("Set an end…")
    dialog.get_by_label("Until").fill("2031-03-01T09:00")
    dialog.get_by_role("button", name="Set the end").click()
    expect(admin.page.get_by_text("Readers see it until").first).to_be_visible()

    now = stored(owner, piece)
    assert now["planned_edit"]["publish_at"].startswith("2031-02-01T09:00")  # type: ignore[index]
    assert str(now["unpublish_at"]).startswith("2031-03-01T09:00")
    admin.open_action("Take back the planned changes")
    expect(admin.page.get_by_text("A version of this piece goes live")).to_have_count(0)


def test_changes_of_different_fields_need_no_dialog(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    save_elsewhere(owner, piece, excerpt="theirs")
    admin.set_body("mine")
    admin.expect_saved()

    expect(admin.panel.get_by_label("Excerpt")).to_have_value("theirs")
    now = stored(owner, piece)
    assert (now["body"], now["excerpt"]) == ("mine", "theirs")


def test_a_session_that_ends_while_writing_asks_and_loses_nothing(
    new_context: Callable[..., BrowserContext],
    admin: Admin,
    owner: httpx.Client,
    piece: dict[str, object],
) -> None:
    page = new_context().new_page()
    other = Admin(page=page, base=admin.base)
    other.open("/login")
    other.sign_in()
    expect(other.heading("Pieces")).to_be_visible()
    open_piece(other, piece)
    page.context.clear_cookies()

    other.set_body("typed after the end")
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    other.sign_in()

    expect(dialog).to_be_hidden()
    other.expect_saved()
    assert stored(owner, piece)["body"] == "typed after the end"


def test_a_time_that_the_clocks_skip_is_refused_at_its_field(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    dialog = admin.fill_schedule("2027-03-28T02:30")
    dialog.get_by_role("button", name="Schedule", exact=True).click()

    expect(dialog).to_contain_text("clocks in Europe/Madrid skip 2027-03-28 02:30")
    assert stored(owner, piece)["status"] == "draft"

    dialog.get_by_role("button", name="Use 03:00 instead").click()
    dialog.get_by_role("button", name="Schedule", exact=True).click()

    admin.expect_status("scheduled")
    assert stored(owner, piece)["publish_at"] == "2027-03-28T03:00"


def test_a_time_that_comes_twice_asks_which(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    dialog = admin.fill_schedule("2027-10-31T02:30")
    dialog.get_by_role("button", name="Schedule", exact=True).click()
    expect(dialog).to_contain_text("twice")
    dialog.get_by_role("radio", name="The second").check()
    dialog.get_by_role("button", name="Schedule", exact=True).click()

    admin.expect_status("scheduled")
    assert stored(owner, piece)["publish_instant"] == "2027-10-31T01:30:00Z"


def test_a_live_piece_keeps_its_text_until_its_changes_are_published(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    admin.publish_now()
    assert stored(owner, piece)["has_unpublished_changes"] is False

    admin.set_body("the second thought")
    admin.expect_saved()
    assert stored(owner, piece)["has_unpublished_changes"] is True

    admin.publish_changes()
    assert stored(owner, piece)["has_unpublished_changes"] is False


def test_the_preview_is_the_servers_and_runs_nothing(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    admin.set_body("Seen *as readers do*.\n\n<script>parent.document.title = 'owned'</script>\n")
    admin.page.get_by_text("Preview", exact=True).click()

    frame = admin.page.frame_locator("iframe[title='Preview of the piece']")
    expect(frame.locator("em", has_text="as readers do")).to_be_visible()
    assert "owned" not in admin.page.title()
    sandbox = admin.page.locator("iframe").get_attribute("sandbox")
    assert sandbox == "allow-same-origin"


def test_what_is_to_mend_is_shown_beside_the_text_and_asked_before_it_goes_out(
    admin: Admin, owner: httpx.Client, piece: dict[str, object]
) -> None:
    open_piece(admin, piece)
    admin.set_body("\U0001f35e The flour costs TK euros.\n")
    admin.page.get_by_role("button", name="Checks: ").click()
    found = admin.panel.get_by_role("button", name="“TK” marks something")
    found.focus()
    found.press("Enter")
    expect(admin.body).to_be_focused()
    assert admin.page.evaluate("getSelection().toString()") == "TK"
    admin.panel.get_by_role("button", name="There is no description").click()
    expect(admin.panel.get_by_label("Excerpt")).to_be_visible()

    admin.open_action("Publish…")
    dialog = admin.page.get_by_role("dialog")
    expect(dialog.get_by_text("“TK” marks something")).to_be_visible()
    dialog.get_by_role("button", name="Publish now").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert stored(owner, piece)["status"] == "draft"

    dialog.get_by_label("Let it go out all the same").check()
    dialog.get_by_role("button", name="Publish now").click()
    admin.expect_status("published")
