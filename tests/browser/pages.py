"""The admin as a person meets it: page objects that find things by role and label, as people do."""

import re
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Locator, Page, expect

__all__ = ["PASSWORD", "Admin", "Scheme"]

PASSWORD = "correct horse battery"

Scheme = Literal["light", "dark"]


@dataclass
class Admin:
    """One browser tab that shows the admin of the server at `base`."""

    page: Page
    base: str

    def open(self, path: str = "/") -> None:
        self.page.goto(f"{self.base}/admin{path}")

    # The door

    def set_up(
        self,
        token: str,
        *,
        organisation: str = "The Press",
        zone: str = "Europe/Madrid",
        name: str = "Ada Lovelace",
        email: str = "ada@example.org",
        password: str = PASSWORD,
    ) -> None:
        """Found the organisation by the first owner's link; ends in the list of pieces."""
        self.open(f"/setup/{token}")
        self.page.get_by_label("Name of the organisation").fill(organisation)
        self.pick_zone(zone)
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Create").click()
        expect(self.heading("Pieces")).to_be_visible()

    def sign_in(self, email: str = "ada@example.org", password: str = PASSWORD) -> None:
        """Sign in on the door or in the dialog over a page, whichever is open."""
        form = self.page.locator("form").filter(has=self.page.get_by_label("E-mail"))
        form.get_by_label("E-mail").fill(email)
        form.get_by_label("Password", exact=True).fill(password)
        form.get_by_role("button", name="Sign in").click()

    def pick_zone(self, zone: str) -> None:
        box = self.page.get_by_role("combobox", name="Time zone")
        box.fill(zone)
        self.page.get_by_role("option", name=zone, exact=True).click()

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name, level=1)

    # Writing

    def new_piece(self) -> int:
        """Start a piece from the list; answers its id."""
        self.open("/pieces")
        self.page.get_by_role("button", name="New piece").first.click()
        self.page.wait_for_url(re.compile(r"/admin/pieces/\d+$"))
        expect(self.body).to_be_visible()
        return int(self.page.url.rsplit("/", 1)[1])

    def open_piece(self, piece_id: int, part: str = "") -> None:
        self.open(f"/pieces/{piece_id}{part}")

    @property
    def title(self) -> Locator:
        return self.page.get_by_role("textbox", name="Title", exact=True)

    @property
    def body(self) -> Locator:
        return self.page.get_by_role("textbox", name="Text, in Markdown")

    @property
    def body_text(self) -> str:
        """The Markdown in the editor, as far as it is drawn."""
        lines: list[str] = self.body.evaluate(
            "node => [...node.querySelectorAll('.cm-line')].map(line => line.textContent)"
        )
        return "\n".join(lines)

    def write(self, title: str, body: str) -> None:
        """Fill in title and text, and wait until the server has them."""
        self.title.fill(title)
        self.set_body(body)
        self.expect_saved()

    def set_body(self, body: str) -> None:
        """Replace the whole text, as if pasted."""
        self.body.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(body)

    @property
    def save_state(self) -> Locator:
        return self.page.locator("[data-save-state]")

    def expect_saved(self) -> None:
        self.expect_state("saved")

    def expect_state(self, kind: str) -> None:
        expect(self.save_state).to_have_attribute("data-save-state", kind, timeout=15_000)

    def expect_status(self, state: str) -> None:
        """The piece's state in the top line, e.g. `scheduled`."""
        expect(self.page.locator("header [data-state]")).to_have_attribute("data-state", state)

    def fill_detail(self, label: str, value: str) -> None:
        """A field of the side panel: Address, Excerpt …"""
        self.panel.get_by_label(label).fill(value)

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("complementary", name="Details of the piece")

    def add_tags(self, *names: str) -> None:
        box = self.panel.get_by_role("combobox", name="Tags").or_(self.panel.get_by_label("Tags"))
        for name in names:
            box.first.fill(name)
            self.page.keyboard.press("Enter")

    def pick_campaign(self, name: str) -> None:
        self.panel.get_by_role("combobox", name="Campaign").click()
        self.page.get_by_role("option", name=name, exact=True).click()

    def add_cta(
        self,
        label: str,
        url: str,
        *,
        action: str = "Subscribe",
        expected: int = 10,
        objective: str | None = None,
        insert: bool = True,
    ) -> None:
        """Make a call to action on this piece, and put it where the cursor is."""
        self.panel.get_by_role("button", name="New", exact=True).click()
        form = self.panel.locator("form")
        form.get_by_label("Label").fill(label)
        form.get_by_label("Action").select_option(label=action)
        if objective:
            form.get_by_label("Objective").select_option(label=objective)
        form.get_by_label("Destination").fill(url)
        form.get_by_label("Expected result").fill(str(expected))
        form.get_by_role("button", name="Add to the piece").click()
        expect(self.panel.get_by_role("listitem").filter(has_text=label)).to_be_visible()
        if insert:
            self.panel.get_by_role("button", name=f"Insert {label} at the cursor").click()
            self.expect_saved()

    # Moving a piece

    def open_action(self, name: str) -> None:
        """Press the piece's first button, or the entry of its menu."""
        first = self.page.locator("header").get_by_role("button", name=name, exact=True)
        if first.count() == 0:
            self.page.get_by_role("button", name="More", exact=True).first.click()
            self.page.get_by_role("menuitem", name=name, exact=True).click()
        else:
            first.click()

    def fill_schedule(self, wall: str, *, zone: str | None = None) -> Locator:
        """Open the schedule dialog and fill it in, e.g. `2026-12-01T09:00`; answers the dialog."""
        self.open_action("Schedule…")
        dialog = self.page.get_by_role("dialog")
        if zone:
            self.pick_zone(zone)
        dialog.get_by_label("Date and time").fill(wall)
        return dialog

    def schedule(self, wall: str, *, zone: str | None = None) -> None:
        dialog = self.fill_schedule(wall, zone=zone)
        dialog.get_by_role("button", name="Schedule", exact=True).click()
        self.expect_status("scheduled")

    def publish_now(self) -> None:
        self.open_action("Publish…")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Publish now", exact=True).click()
        self.expect_status("published")

    def publish_changes(self) -> None:
        self.open_action("Publish changes")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name="Publish changes", exact=True).click()
        expect(dialog).to_be_hidden()

    # Plan

    def add_objective(self, name: str, *, target: int, metric: str = "Subscriptions") -> None:
        self.open("/objectives")
        self.page.get_by_role("button", name="New objective").first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_label("Target").fill(str(target))
        dialog.get_by_label("Counted in").select_option(label=metric)
        dialog.get_by_role("button", name="Save").click()
        expect(self.page.get_by_role("cell", name=name, exact=True)).to_be_visible()

    def add_campaign(self, name: str, *, objective: str | None = None) -> None:
        self.open("/campaigns")
        self.page.get_by_role("button", name="New campaign").first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Name").fill(name)
        if objective:
            dialog.get_by_label("Objective").select_option(label=objective)
        dialog.get_by_role("button", name="Save").click()
        expect(self.page.get_by_role("cell", name=name, exact=True)).to_be_visible()

    # Channels and deliveries

    def connect_channel(
        self, kind: str | re.Pattern[str], name: str, fields: dict[str, str]
    ) -> None:
        """Connect a channel: `kind` is the adapter's title, `fields` its settings by label."""
        self.open("/channels")
        self.page.get_by_role("button", name="Connect a channel").first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("button", name=kind).click()
        dialog.get_by_label("Name", exact=True).fill(name)
        for label, value in fields.items():
            # A field that must be filled has a star behind its name.
            dialog.get_by_label(re.compile(rf"^{re.escape(label)}\s*\*?$")).fill(value)
        dialog.get_by_role("button", name="Connect", exact=True).click()
        expect(self.page.get_by_role("cell", name=name, exact=True)).to_be_visible()

    def plan_delivery(self, piece_id: int, channel: str, *, text: str | None = None) -> None:
        """Plan the piece for a channel as soon as it is live."""
        self.open_piece(piece_id, "/deliveries")
        self.page.get_by_role("button", name="Plan a delivery").first.click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Channel", exact=True).select_option(label=channel)
        if text:
            dialog.get_by_label("Text for this channel").fill(text)
        dialog.get_by_role("button", name="Plan", exact=True).click()
        expect(self.delivery(channel)).to_be_visible()

    def delivery(self, channel: str) -> Locator:
        return self.page.get_by_role("main").get_by_role("listitem").filter(has_text=channel)

    def expect_delivery(self, channel: str, state: str, *, timeout_s: float = 30) -> None:
        mark = self.delivery(channel).locator("[data-state]")
        expect(mark).to_have_attribute("data-state", state, timeout=timeout_s * 1000)

    def outcome_clicks(self, piece_id: int, *, channel: str) -> int:
        """The clicks that the piece's outcomes show for a channel (`Blog`, `Feeds`, a name)."""
        self.open_piece(piece_id, "/outcomes")
        row = self.page.get_by_role("row").filter(
            has=self.page.get_by_role("rowheader", name=channel, exact=True)
        )
        return int(re.sub(r"\D", "", row.first.get_by_role("cell").first.inner_text()) or 0)

    # What every page must hold

    def set_scheme(self, scheme: Scheme) -> None:
        self.page.evaluate("scheme => localStorage.setItem('octavo.scheme', scheme)", scheme)
