"""Every screen, in both schemes, without a finding of axe at WCAG 2.2 AA."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.browser.pages import Admin, Scheme

AXE = Path(__file__).parents[2] / "admin/node_modules/axe-core/axe.min.js"
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "606060000000050001a5f645400000000049454e44ae426082"
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

SCREENS = [
    "/pieces",
    "/pieces?status=archived",
    "/pieces/{piece}",
    "/pieces/{piece}/history",
    "/pieces/{press}",
    "/pieces/{piece}/deliveries",
    "/pieces/{piece}/outcomes",
    "/media",
    "/media?file={media}",
    "/organise",
    "/organise/authors",
    "/organise/series",
    "/organise/redirects",
    "/site",
    "/site/theme",
    "/ctas",
    "/objectives",
    "/campaigns",
    "/channels",
    "/settings",
    "/settings/people",
    "/settings/keys",
    "/settings/audit",
    "/nowhere",
]


def findings(page: Page) -> list[str]:
    """Answer what axe finds, one line per rule with the first element it is about."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    return [
        f"{rule['id']} x{len(rule['nodes'])}: {rule['nodes'][0]['html'][:200]}"
        f" {rule['nodes'][0].get('failureSummary', '')[:300]}"
        for rule in result["violations"]
    ]


def complaints(page: Page) -> list[str]:
    """Answer the list that gathers what the page says to the console as an error, from now on."""
    said: list[str] = []
    page.on(
        "console",
        lambda line: said.append(f"console: {line.text}") if line.type == "error" else None,
    )
    page.on("pageerror", lambda error: said.append(f"thrown: {error}"))
    return said


def settle(page: Page) -> None:
    """Wait until nothing is loading: skeletons are gone and fonts are there."""
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    page.evaluate("document.fonts.ready")


@pytest.fixture(scope="module")
def filled(owner: httpx.Client) -> dict[str, int]:
    """Something on every list, so that rows are checked and not only empty states."""

    def post(path: str, body: dict[str, object]) -> int:
        answer = owner.post(f"/api/v1{path}", json=body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    objective = post("/objectives", {"name": "Readers", "metric": "subscriptions", "target": 1000})
    post("/campaigns", {"name": "Winter letters", "objective_id": objective})
    cta = post(
        "/ctas",
        {
            "label": "Get the letter",
            "action": "subscribe",
            "destination": {"url": "https://example.org/letter"},
            "expected": {"count": 10},
            "objective_id": objective,
        },
    )
    piece = post(
        "/pieces",
        {
            "title": "On folding",
            "body": "Text with `code`, [a link](https://example.org)\n\n> quoted\n\n## Head\n\n"
            "<!-- cta: get-the-letter -->\n",
            "tags": ["Printing"],
        },
    )
    owner.post(f"/api/v1/pieces/{piece}/ctas", json={"cta_id": cta})
    channel = post(
        "/channels",
        {
            "adapter": "webhook",
            "name": "Newsroom",
            "settings": {"url": "https://hooks.example.org/in"},
            "secrets": {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"},
        },
    )
    owner.post(f"/api/v1/pieces/{piece}/deliveries", json={"channel_id": channel})
    owner.post("/api/v1/keys", json={"name": "Website", "scope": "content"})
    revision = owner.get(f"/api/v1/pieces/{piece}/revisions").json()["items"][0]["id"]
    anchor = {"revision_id": revision, "start": 0, "end": 4}
    post(f"/pieces/{piece}/comments", {"body": "Really?", "anchor": anchor})
    file = {"file": ("dot.png", DOT, "image/png")}
    media = int(owner.post("/api/v1/media", files=file).json()["id"])
    press = post(
        "/pieces",
        {
            "kind": "press_release",
            "title": "A new press",
            "fields": {"contacts": [{"name": "Ana"}]},
            "cover": {"media_id": media, "alt": "A dot"},
        },
    )
    post("/series", {"title": "Letters"})
    post("/redirects", {"from_path": "/old/", "to_path": "/new/"})
    # Changed last, so that it stands first in the list.
    owner.patch(f"/api/v1/pieces/{piece}", json={"version": 1, "excerpt": "On leaves."})
    return {"piece": piece, "press": press, "media": media}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_screen_is_accessible(admin: Admin, filled: dict[str, int], scheme: Scheme) -> None:
    said = complaints(admin.page)
    admin.open("/pieces")
    admin.set_scheme(scheme)
    wrong = {}
    for path in SCREENS:
        admin.open(path.format(**filled))
        settle(admin.page)
        html = admin.page.locator("html")
        expect(html).to_have_attribute("data-mantine-color-scheme", scheme)
        if found := findings(admin.page):
            wrong[path] = found
        if said:
            wrong[path] = [*wrong.get(path, []), *said]
            said.clear()

    lines = [f"{path}: {line}" for path, found in wrong.items() for line in found]
    assert not lines, "\n".join(lines)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_doors_are_accessible(
    new_context: Callable[..., BrowserContext], server: object, admin: Admin, scheme: Scheme
) -> None:
    page = new_context(color_scheme=scheme).new_page()
    said = complaints(page)
    page.goto(f"{admin.base}/admin/pieces")
    expect(page.get_by_label("E-mail")).to_be_visible()
    assert said == []
    for path in ("/login", "/setup/no-such-token"):
        page.goto(f"{admin.base}/admin{path}")
        settle(page)

        assert findings(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dialogs_are_accessible(admin: Admin, filled: dict[str, int], scheme: Scheme) -> None:
    page = admin.page
    admin.open("/pieces")
    admin.set_scheme(scheme)
    wrong = []

    admin.open_piece(filled["piece"])
    expect(admin.body).to_be_visible()
    admin.fill_schedule("2026-12-01T09:00")
    wrong += findings(page)
    admin.open_piece(filled["piece"])
    page.get_by_text("Review (1)").click()
    expect(page.get_by_text("Really?")).to_be_visible()
    wrong += [f"review: {line}" for line in findings(page)]
    for path, button in [
        (f"/pieces/{filled['piece']}", "Picture or file"),
        ("/organise", "New tag"),
        ("/channels", "Connect a channel"),
        ("/media", "Check the files"),
        ("/settings/people", "Invite"),
        ("/settings/keys", "Make a key"),
        ("/objectives", "New objective"),
        ("/ctas", "New call to action"),
        (f"/pieces/{filled['piece']}/deliveries", "Plan a delivery"),
    ]:
        admin.open(path)
        page.get_by_role("button", name=button).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        if path == "/media":
            expect(page.get_by_text("Files are kept in the folder")).to_be_visible()
        page.wait_for_timeout(200)  # the dialog fades in: half-transparent text has no contrast
        wrong += [f"{path}: {line}" for line in findings(page)]
    admin.open("/organise/authors")
    page.get_by_role("button", name="What to do with Ada Lovelace").click()
    page.get_by_role("menuitem", name="Merge into another").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_timeout(200)
    wrong += [f"merging authors: {line}" for line in findings(page)]

    assert wrong == []


# Buttons of the page that stand beyond its right edge, in a box of their own that scrolls.
_BEYOND = """[...document.querySelectorAll("main button")]
    .filter((button) => button.checkVisibility() && button.getBoundingClientRect().right > innerWidth)
    .map((button) => button.ariaLabel || button.textContent)"""


def test_the_phone_layout_has_a_menu_and_no_sideways_scroll(
    admin: Admin, filled: dict[str, int]
) -> None:
    page = admin.page
    page.set_viewport_size({"width": 390, "height": 844})
    for path in SCREENS:
        admin.open(path.format(**filled))
        settle(page)
        width = page.evaluate("document.documentElement.scrollWidth")

        assert width <= 390, f"{path} is {width} px wide"
        assert page.evaluate(_BEYOND) == [], f"{path} has buttons that a thumb must look for"
    admin.open("/pieces")
    page.get_by_role("button", name="Open the menu").click()
    page.get_by_role("dialog").get_by_role("link", name="Objectives").click()
    expect(admin.heading("Objectives")).to_be_visible()


def test_the_keyboard_alone_opens_a_piece_and_reaches_everything(
    admin: Admin, filled: dict[str, int]
) -> None:
    page = admin.page
    admin.open("/pieces")
    expect(page.get_by_role("link", name="On folding")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(admin.body).to_be_visible()
    expect(admin.title).to_have_value("On folding")

    # CodeMirror keeps Tab for itself; Escape lets it go (WCAG 2.1.2).
    admin.body.focus()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")

    expect(admin.body).not_to_be_focused()
