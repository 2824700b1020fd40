"""Somebody sets up a place for the site, watches it fill, and reads why another one refuses."""

import re

from playwright.sync_api import expect
from tests.browser.pages import Admin
from tests.browser.server_process import Server
from tests.browser.test_accessible import findings


def test_a_target_is_added_filled_and_one_that_refuses_says_why(
    admin: Admin, server: Server
) -> None:
    taken = server.home / "deploys" / "taken"
    taken.mkdir(parents=True)
    (taken / "diary.txt").write_text("mine")
    page = admin.page
    admin.open("/site")
    for name, folder in (("Mirror", "mirror"), ("Taken", "taken")):
        page.get_by_role("button", name="Add a target").click()
        page.get_by_role("button", name="Folder", exact=True).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Folder", exact=False).first.fill("../outside")
        dialog.get_by_label("Name").fill(name)
        dialog.get_by_role("button", name="Add the target").click()
        expect(dialog.get_by_text(re.compile("must be inside one set aside"))).to_be_visible()
        dialog.get_by_label("Folder", exact=False).first.fill(folder)
        dialog.get_by_role("button", name="Add the target").click()
        expect(dialog).to_be_hidden()
        line = page.get_by_role("list", name="Where the site goes").get_by_role("listitem")
        line = line.filter(has_text=name)
        line.get_by_role("button", name=f"What to do with {name}").click()
        page.get_by_role("menuitem", name="Deploy now").click()
    lines = page.get_by_role("list", name="Where the site goes").get_by_role("listitem")
    mirror, refused = lines.filter(has_text="Mirror"), lines.filter(has_text="Taken")
    expect(refused.get_by_role("alert")).to_contain_text("holds other files", timeout=20_000)
    expect(mirror).to_contain_text(re.compile(r"\d+ put, 0 were there"), timeout=20_000)
    assert (server.home / "deploys/mirror/current/index.html").is_file()
    admin.open("/site")
    expect(mirror).to_be_visible()
    assert findings(page) == []

    mirror.get_by_role("button", name="What to do with Mirror").click()
    page.get_by_role("menuitem", name="Last deployments").click()
    expect(page.get_by_role("dialog")).to_contain_text(re.compile(r"\d+ put"))
