"""What a newsroom does: looks back, uses pictures, reviews, does one thing to many pieces."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect
from tests import pictures
from tests.browser.conftest import sign_in
from tests.browser.pages import PASSWORD, Admin
from tests.browser.server_process import Server
from tests.browser.test_accessible import findings


def make_piece(owner: httpx.Client, **fields: object) -> dict[str, object]:
    answer = owner.post("/api/v1/pieces", json={"title": "On folding", "body": "One.\n", **fields})
    assert answer.status_code == 201, answer.text
    made: dict[str, object] = answer.json()
    return made


def stored(owner: httpx.Client, piece_id: object) -> dict[str, object]:
    found: dict[str, object] = owner.get(f"/api/v1/pieces/{piece_id}").json()
    return found


def png(width: int, height: int, colour: bytes) -> bytes:
    """A picture of one colour, small enough to be made here."""
    rows = (b"\0" + colour * width) * height
    return pictures.png(width, height, rows)


@pytest.fixture
def reviewer(
    server: Server, owner: httpx.Client, new_context: Callable[..., BrowserContext]
) -> Admin:
    """An editor with a browser of their own."""
    name = f"Grace {len(owner.get('/api/v1/users').json()['items'])}"
    invited = owner.post("/api/v1/users/invitations", json={"role": "editor"}).json()
    client = httpx.Client(base_url=server.base, timeout=30)
    answer = client.post(
        "/api/v1/setup",
        json={
            "token": invited["url"].rsplit("/", 1)[1],
            "name": name,
            "email": f"{name.replace(' ', '').lower()}@example.org",
            "password": PASSWORD,
        },
    )
    assert answer.status_code == 201, answer.text
    context = new_context()
    sign_in(context, client, server)
    client.close()
    admin = Admin(page=context.new_page(), base=server.base)
    admin.page.evaluate("name => { window.name = name }", name)
    return admin


def test_an_older_version_is_compared_by_word_and_brought_back(
    admin: Admin, owner: httpx.Client
) -> None:
    piece = make_piece(owner, body="The sheet is folded twice.\n")
    for version, body in ((1, "The sheet is folded three times.\n"), (2, "Something else.\n")):
        path = f"/api/v1/pieces/{piece['id']}"
        assert owner.patch(path, json={"version": version, "body": body}).status_code == 200
    page = admin.page

    admin.open_piece(int(str(piece["id"])), "/history")
    page.get_by_role("navigation", name="Versions").get_by_role("link").nth(1).click()
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()
    expect(page.locator("del")).to_have_text(["twice"])
    expect(page.locator("ins")).to_have_text(["three times"])
    page.get_by_role("button", name="Bring this version back").click()
    expect(page.get_by_role("heading", name="Version 4")).to_be_visible()

    assert stored(owner, piece["id"])["body"] == "The sheet is folded three times.\n"


def test_a_picture_is_uploaded_described_used_and_kept_while_it_is_used(
    admin: Admin, owner: httpx.Client
) -> None:
    piece = make_piece(owner, title="With a picture", body="Words.\n")
    page = admin.page
    picture = png(40, 30, b"\xa6\x33\x1b")
    admin.open("/media")
    page.locator("input[type=file]").first.set_input_files(
        files=[{"name": "fold.png", "mimeType": "image/png", "buffer": picture}]
    )
    page.get_by_role("button", name="Open fold.png").click()
    drawer = page.get_by_role("dialog", name="About the file")
    drawer.get_by_label("Alternative text").fill("A folded sheet")
    drawer.get_by_label("From the left, in percent").fill("20")
    drawer.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    media = owner.get("/api/v1/media").json()["items"][0]
    assert (media["alt"], media["focal_x"], media["focal_y"]) == ("A folded sheet", 0.2, 0.5)

    admin.open_piece(int(str(piece["id"])))
    expect(admin.body).to_be_visible()
    page.get_by_role("button", name="Picture or file").click()
    page.get_by_role("dialog").get_by_role("button", name="Choose fold.png").click()
    admin.expect_saved()
    body = str(stored(owner, piece["id"])["body"])
    assert f"![A folded sheet](/media/{media['path']})" in body

    admin.open(f"/media?file={media['id']}")
    expect(drawer.get_by_role("link", name="With a picture")).to_be_visible()
    drawer.get_by_role("button", name="Delete…").click()
    question = page.get_by_role("dialog", name="Delete “fold.png”?")
    question.get_by_role("button", name="Delete").click()
    expect(question.get_by_text("It cannot be deleted while pieces use it")).to_be_visible()
    assert owner.get(f"/api/v1/media/{media['id']}").status_code == 200


def test_a_picture_that_is_pasted_stands_where_the_cursor_was(
    admin: Admin, owner: httpx.Client
) -> None:
    piece = make_piece(owner, title="Pasted", body="Before.\n\nAfter.\n")
    admin.open_piece(int(str(piece["id"])))
    admin.body.click()
    admin.page.keyboard.press("Control+Home")
    admin.page.keyboard.press("End")
    picture = list(png(24, 24, b"\x2b\x4a\x6f"))
    admin.body.evaluate(
        """(node, bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "shot.png", {type: "image/png"}));
            const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true});
            node.dispatchEvent(event);
        }""",
        picture,
    )
    expect(admin.body).to_contain_text("![](/media/")
    admin.expect_saved()

    body = str(stored(owner, piece["id"])["body"])
    assert body.startswith("Before.![](/media/")
    assert body.endswith("After.\n")


def test_a_review_goes_round(admin: Admin, reviewer: Admin, owner: httpx.Client) -> None:
    piece = make_piece(owner, title="For review", body="The sheet is folded twice.\n")
    piece_id = int(str(piece["id"]))
    name = str(reviewer.page.evaluate("window.name"))
    page = admin.page

    admin.open_piece(piece_id)
    admin.panel.get_by_text("Review", exact=True).click()
    admin.panel.get_by_role("combobox", name="Reviewers").click()
    page.get_by_role("option", name=name).click()
    expect(admin.panel.get_by_role("listitem").filter(has_text=name)).to_contain_text("not said")
    page.keyboard.press("Escape")
    admin.open_action("Ask for a review")
    admin.expect_status("in_review")

    theirs = reviewer.page
    reviewer.open_piece(piece_id)
    expect(theirs.get_by_text("Ada Lovelace is here")).to_be_visible()
    reviewer.body.click()
    theirs.keyboard.press("Control+Home")
    theirs.keyboard.press("Control+Shift+ArrowRight")
    theirs.get_by_role("button", name="Comment (Ctrl Alt M)").click()
    reviewer.panel.get_by_label("On this passage").fill("Three times, surely?")
    reviewer.panel.get_by_role("button", name="Comment", exact=True).click()
    expect(theirs.locator(".cm-comment")).to_have_text(["The"])
    reviewer.panel.get_by_label("What do you say to it?").fill("Count again.")
    reviewer.panel.get_by_role("button", name="Ask for changes").click()
    expect(reviewer.panel.locator("[data-standing=changes_requested]")).to_be_visible()

    admin.open_piece(piece_id)
    admin.panel.get_by_text("Review (1)").click()
    expect(admin.panel.get_by_text("Count again.")).to_be_visible()
    expect(admin.panel.get_by_text("Three times, surely?")).to_be_visible()
    admin.panel.get_by_role("button", name="Resolve").click()
    expect(page.locator(".cm-comment")).to_have_count(0)

    admin.open_action("Ask for a review")
    admin.expect_status("in_review")
    reviewer.open_piece(piece_id)
    reviewer.panel.get_by_text("Review", exact=True).click()
    reviewer.panel.get_by_role("button", name="Approve").click()
    expect(reviewer.panel.locator("[data-standing=approved]")).to_be_visible()
    assert stored(owner, piece_id)["status"] == "approved"


def test_many_pieces_get_a_tag_and_lose_it_again(admin: Admin, owner: httpx.Client) -> None:
    ids = [make_piece(owner, title=f"Bulk {number}")["id"] for number in range(4)]
    page = admin.page
    admin.open("/pieces?q=Bulk")
    page.get_by_role("checkbox", name="Select Bulk 3").check()
    page.get_by_role("checkbox", name="Select Bulk 1").click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    # By keyboard, too: the fourth row.
    page.get_by_role("link", name="Bulk 0").focus()
    page.keyboard.press("x")
    expect(page.get_by_text("4 selected")).to_be_visible()

    page.get_by_role("button", name="Add tags…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Tags").fill("Folding")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("4 pieces changed.")).to_be_visible()

    def tags() -> list[list[str]]:
        pieces = (stored(owner, piece_id) for piece_id in ids)
        return [[tag["name"] for tag in piece["tags"]] for piece in pieces]  # type: ignore[attr-defined]

    assert tags() == [["Folding"]] * 4
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("4 pieces are as they were.")).to_be_visible()
    assert tags() == [[]] * 4


def test_pictures_of_a_piece_change_places_by_keyboard(admin: Admin, owner: httpx.Client) -> None:
    media = []
    for number, colour in enumerate((b"\x1f\x6f\x4a", b"\x8a\x5a\x00")):
        files = {"file": (f"no-{number}.png", png(20, 20, colour), "image/png")}
        media.append(owner.post("/api/v1/media", files=files).json()["id"])
    pictures = [{"media_id": one, "alt": f"Number {one}"} for one in media]
    piece = make_piece(owner, kind="picture", fields={"pictures": pictures})

    admin.open_piece(int(str(piece["id"])))
    admin.panel.get_by_role("button", name="Move picture 2 forward").focus()
    admin.page.keyboard.press("Enter")
    expect(admin.panel.get_by_role("button", name="Move picture 1 back")).to_be_focused()
    admin.expect_state("editing")
    admin.expect_saved()

    fields = stored(owner, piece["id"])["fields"]
    order = [one["media_id"] for one in fields["pictures"]]  # type: ignore[index]
    assert order == list(reversed(media))


def test_the_parts_of_a_series_change_places_by_keyboard_or_not_at_all(
    admin: Admin, owner: httpx.Client
) -> None:
    series = owner.post("/api/v1/series", json={"title": "Bread"}).json()["id"]
    parts = [
        make_piece(owner, title=title, series_id=series, series_position=place)["id"]
        for place, title in enumerate(("Flour", "Dough", "Oven"), start=1)
    ]
    page = admin.page
    admin.open("/organise/series")
    page.get_by_role("button", name="Order the pieces of Bread").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Move “Oven” up").focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Move “Oven” up")).to_be_focused()
    page.wait_for_timeout(200)  # the dialog fades in: half-transparent text has no contrast
    assert findings(page) == []

    def places() -> list[object]:
        return [stored(owner, part)["series_position"] for part in parts]

    owner.patch(f"/api/v1/pieces/{parts[1]}", json={"version": 1, "body": "Kneaded."})
    dialog.get_by_role("button", name="Save the order").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    assert places() == [1, 2, 3]
    dialog.get_by_role("button", name="Move “Oven” up").click()
    dialog.get_by_role("button", name="Save the order").click()
    expect(page.get_by_text("The order is saved.")).to_be_visible()
    assert places() == [2, 3, 1]


def test_another_zone_asks_what_is_scheduled_and_moves_it(
    admin: Admin, owner: httpx.Client
) -> None:
    walls = {"2027-01-11T09:00": "At nine", "2027-03-14T02:30": "In the gap"}
    pieces = [make_piece(owner, title=title) for title in walls.values()]
    for piece, wall in zip(pieces, walls, strict=True):
        move = {"to": "scheduled", "version": 1, "publish_at": wall}
        owner.post(f"/api/v1/pieces/{piece['id']}/transitions", json=move).raise_for_status()
    page = admin.page
    admin.open("/settings")
    page.get_by_label("Tagline").fill("Folded in eight")
    admin.pick_zone("America/New_York")
    page.get_by_role("button", name="Save").click()

    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Scheduled in Europe/Madrid: 2")
    change = dialog.get_by_role("button", name="Change the zone")
    expect(change).to_be_disabled()
    dialog.get_by_label("Keep the clock times").check()
    expect(dialog).to_contain_text("Then: Mon, 11 Jan 2027, 09:00 GMT-5")
    expect(change).to_be_disabled()
    dialog.get_by_label("Sun, 14 Mar 2027, 03:30 GMT-4").check()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(200)  # the dialog fades in: half-transparent text has no contrast
        assert findings(page) == []
    change.click()

    expect(dialog).to_be_hidden()
    expect(page.get_by_role("combobox", name="Time zone")).to_have_value("America/New_York")
    at_nine, in_gap = (stored(owner, piece["id"]) for piece in pieces)
    assert (at_nine["publish_zone"], at_nine["publish_instant"]) == (
        "America/New_York", "2027-01-11T14:00:00Z",
    )  # fmt: skip
    assert in_gap["publish_at"] == "2027-03-14T03:30"
    settings = owner.get("/api/v1/settings").json()
    assert settings["tagline"] == "Folded in eight"
    back = {"zone": "Europe/Madrid", "version": settings["version"], "keep": "instants"}
    owner.post("/api/v1/rezoning", json=back).raise_for_status()


def show_languages(admin: Admin) -> None:
    heading = admin.panel.get_by_role("button", name="Languages")
    expect(heading).to_be_visible()
    if heading.get_attribute("aria-expanded") == "false":
        heading.click()


def test_a_piece_is_translated_and_both_lead_to_each_other(
    admin: Admin, owner: httpx.Client
) -> None:
    made = owner.post("/api/v1/pieces", json={"title": "On salt", "body": "Grey."}).json()
    admin.open_piece(made["id"])
    show_languages(admin)
    expect(admin.panel.get_by_text("Not translated yet.")).to_be_visible()
    admin.panel.get_by_role("combobox", name="Translate into").fill("German")
    admin.page.get_by_role("option", name="German (de)").click()
    assert findings(admin.page) == []
    admin.panel.get_by_role("button", name="Make the draft").click()

    expect(admin.page).not_to_have_url(re.compile(f"/pieces/{made['id']}$"))
    [translation] = owner.get(f"/api/v1/pieces/{made['id']}").json()["translations"]
    expect(admin.page).to_have_url(re.compile(f"/pieces/{translation['id']}$"))
    show_languages(admin)
    expect(admin.panel.get_by_label("Language", exact=True)).to_have_value("de")
    admin.panel.get_by_role("link", name="The language of the site").click()
    expect(admin.page).to_have_url(re.compile(f"/pieces/{made['id']}$"))
    show_languages(admin)
    expect(admin.panel.get_by_role("link", name="German")).to_be_visible()
    admin.open("/pieces?language=de")
    expect(admin.page.get_by_role("row", name="On salt")).to_have_count(1)


def test_a_preview_is_shared_opened_and_revoked(
    admin: Admin, owner: httpx.Client, new_context: Callable[..., BrowserContext]
) -> None:
    piece = make_piece(owner, title="Not yet")
    page = admin.page
    admin.open_piece(int(str(piece["id"])))
    page.get_by_title("More").click()
    page.get_by_role("menuitem", name="Share preview…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("There is no link yet.")).to_be_visible()
    dialog.get_by_role("button", name="Make a link").click()
    link = dialog.get_by_role("textbox", name="Link to the preview").input_value()
    expect(dialog.get_by_text("Not opened yet")).to_be_visible()
    assert findings(page) == []

    stranger = new_context().new_page()
    stranger.goto(link)
    expect(stranger.get_by_role("heading", name="Not yet")).to_be_visible()
    dialog.get_by_role("button", name="Revoke").click()
    expect(dialog.get_by_text("There is no link yet.")).to_be_visible()
    assert httpx.get(link).status_code == 410


def test_a_theme_is_tried_on_before_readers_see_it(admin: Admin, owner: httpx.Client) -> None:
    page = admin.page
    admin.open("/site/theme")
    page.get_by_role("combobox", name="Typeface of texts and titles").click()
    page.get_by_role("option", name="Instrument Sans").click()
    sample = page.frame_locator('iframe[title="The site with these choices"]')
    expect(sample.locator("body")).to_have_css("font-family", re.compile("^.?Instrument"))
    assert owner.get("/api/v1/settings").json()["theme"].get("reading_font") is None

    page.get_by_role("button", name="Save and build").click()
    notice = page.get_by_role("alert").filter(has_text="Saved")
    expect(notice).to_be_visible()
    page.wait_for_timeout(200)  # it slides in: half-transparent text has no contrast
    assert findings(page) == []
    notice.get_by_role("button", name="Close").click()
    expect(notice).to_have_count(0)
    assert owner.get("/api/v1/settings").json()["theme"]["reading_font"] == "instrument"


def test_an_old_address_is_found_among_more_than_one_page_of_them(
    admin: Admin, owner: httpx.Client
) -> None:
    for number in range(101):
        made = owner.post(
            "/api/v1/redirects", json={"from_path": f"/old-{number:03}/", "to_path": "/"}
        )
        assert made.status_code == 201
    page = admin.page
    admin.open("/organise/redirects")
    expect(page.get_by_text("/old-100/")).to_be_visible()
    expect(page.get_by_text("/old-000/")).to_have_count(0)

    page.get_by_role("searchbox", name="Find by a part of an address").fill("old-000")
    expect(page.get_by_text("/old-000/")).to_be_visible()
    expect(page.get_by_text("/old-100/")).to_have_count(0)

    page.get_by_role("searchbox").fill("never")
    expect(page.get_by_text("No redirect has that in one of its addresses.")).to_be_visible()
