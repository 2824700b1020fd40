"""What a theme offers can be chosen, nothing else; what is chosen reaches the pages."""

import io
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from octavo.publishing.theme.settings import contrast, parse_settings
from octavo.publishing.theme.templates import Theme, ThemeError

NAMES = {"accent_light", "accent_dark", "logo", "reading_font", "footer_links", "drop_cap"}


async def view_of(client):
    answer = await client.get("/api/v1/theme")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def choose(client, settings, **given):
    version = (await view_of(client))["version"]
    data = {"version": version, "settings": settings} | given
    return await client.put("/api/v1/theme", json=data)


async def built(installation, client):
    answer = await client.post("/api/v1/site/builds", json={})
    assert answer.status_code == 200, answer.text
    home = (await client.get("/")).text
    path = home.partition('rel="stylesheet" href="')[2].partition('"')[0]
    return home, (await client.get(path)).text


async def test_the_theme_says_what_it_offers(installation) -> None:
    owner = await installation.owner()
    theme = await view_of(owner)
    settings = {setting["name"]: setting for setting in theme["settings"]}

    assert theme["name"] == "Octavo"
    assert theme["problem"] == ""
    assert theme["is_own"] is False
    assert settings.keys() >= NAMES
    assert settings["accent_light"]["type"] == "colour"
    assert settings["accent_light"]["inherited"] == "#a6331b"
    assert settings["drop_cap"]["choices"] == ["off", "on"]
    assert settings["drop_cap"]["value"] == "off"
    assert settings["reading_font"]["names"]["instrument"] == "Instrument Sans"


async def test_a_colour_reaches_the_style_sheet_and_no_page(installation) -> None:
    owner = await installation.owner()
    home, before = await built(installation, owner)
    answer = await choose(
        owner,
        {"accent_light": "#2b4a6f", "drop_cap": "on"},
        nav=[{"label": "Tags", "url": "/tags/"}],
    )
    assert answer.status_code == 200, answer.text
    home, sheet = await built(installation, owner)

    assert "#2b4a6f" not in home
    assert 'style="' not in home
    assert '<a href="/tags/">Tags</a>' in home
    assert sheet != before
    assert "@media screen { :root { --vermilion: #2b4a6f; --on-vermilion: #ffffff; } }" in sheet
    assert {s["name"]: s["value"] for s in answer.json()["settings"]}["drop_cap"] == "on"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accent_light", "red"),
        ("accent_light", "#FBF9F5"),
        ("accent_light", "#f5f0e0"),  # paper on paper
        ("accent_light", "#a6331b; } body { display: none"),
        ("drop_cap", "perhaps"),
        ("footer_links", "Bad | javascript:alert(1)"),
        ("footer_links", "No address"),
        ("footer_links", "Two | //elsewhere.example/"),
        ("logo", "https://elsewhere.example/logo.png"),
        ("logo", "/media/../../etc/passwd"),
        ("subscribe_text", "two\nlines"),
        ("no_such", "x"),
    ],
)
async def test_what_the_theme_does_not_offer_is_refused(installation, name, value) -> None:
    owner = await installation.owner()
    answer = await choose(owner, {name: value})
    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["field"] == f"theme.{name}"
    version = (await view_of(owner))["version"]
    patched = await owner.patch(
        "/api/v1/settings", json={"version": version, "theme": {name: value}}
    )

    assert patched.status_code == 400
    assert (await view_of(owner))["version"] == version  # nothing half-written


async def test_a_pale_colour_is_taken_with_a_warning(installation) -> None:
    owner = await installation.owner()
    answer = await choose(owner, {"accent_light": "#d4603f"})
    assert answer.status_code == 200, answer.text
    (accent,) = [s for s in answer.json()["settings"] if s["name"] == "accent_light"]

    assert "text needs 4.5 to 1" in accent["warnings"][0]


async def test_a_logo_of_the_media_library_is_an_asset_of_the_site(installation) -> None:
    owner = await installation.owner()
    stream = io.BytesIO()
    Image.new("RGB", (160, 40), "#a6331b").save(stream, "PNG")
    answer = await owner.post(
        "/api/v1/media", files={"file": ("logo.png", stream.getvalue(), "image/png")}
    )
    assert answer.status_code == 201, answer.text
    logo = urlsplit(answer.json()["url"]).path
    answer = await choose(owner, {"logo": logo})
    assert answer.status_code == 200, answer.text
    home, _ = await built(installation, owner)
    path = home.partition('<img class="logo" src="')[2].partition('"')[0]

    assert path.startswith("/assets/chosen/logo.")
    assert (await owner.get(path)).headers["content-type"] == "image/png"
    tried = await owner.post("/api/v1/theme/preview", json={"settings": {"logo": logo}})
    assert 'class="logo" src="data:image/png;base64,' in tried.text


async def test_choices_are_looked_at_before_they_are_kept(installation) -> None:
    owner = await installation.owner()
    for given in ({}, {"page": "post"}):
        answer = await owner.post(
            "/api/v1/theme/preview",
            json={
                "settings": {"accent_dark": "#9bb8dc"},
                "nav": [{"label": "Só", "url": "/x/"}],
            }
            | given,
        )
        assert answer.status_code == 200, answer.text
        assert "--vermilion: #9bb8dc; --on-vermilion: #171512;" in answer.text
        assert ">Só</a>" in answer.text
        await built(installation, owner)
    assert "#9bb8dc" not in str(await view_of(owner))
    answer = await owner.post("/api/v1/theme/preview", json={"settings": {"drop_cap": "x"}})
    assert answer.status_code == 400


async def test_a_theme_of_ones_own_is_named_with_what_is_wrong(installation) -> None:
    owner = await installation.owner()
    assert (await choose(owner, {"drop_cap": "on"})).status_code == 200
    folder = Path(installation.runtime.settings.home) / "theme"
    folder.mkdir()
    (folder / "theme.toml").write_text('name = "Mine"\n[settings.size]\nchoices = ["s", "m"]\n')
    theme = await view_of(owner)
    assert theme["is_own"] is True
    assert "the default '' is none of its choices" in theme["problem"]
    (folder / "theme.toml").write_text('name = "Mine"\n')
    assert (await view_of(owner))["problem"] == ""

    # What was chosen of the theme before holds nobody up.
    version = (await view_of(owner))["version"]
    answer = await owner.patch("/api/v1/settings", json={"version": version, "name": "Renamed"})
    assert answer.status_code == 200, answer.text


def test_a_chosen_value_that_the_theme_does_not_know_is_left_aside(tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_text(
        '[settings.size]\nchoices = ["s", "m"]\ndefault = "s"\n'
        'token = "text"\ncss = { m = "2rem" }\n'
    )
    (tmp_path / "assets/css").mkdir(parents=True)
    (tmp_path / "assets/css/site.css").write_text("body {}")

    assert Theme(tmp_path, chosen={"size": "xl", "x": "y"}).in_force == {"size": "s"}
    sheet = Theme(tmp_path, chosen={"size": "m"}).asset("css/site.css").data.decode()
    assert "--text: 2rem;" in sheet


@pytest.mark.parametrize(
    "stated",
    [
        {"Big": {}},
        {"a": 1},
        {"a": {"type": "magic"}},
        {"a": {"choices": ["x"], "default": "y"}},
        {"a": {"choices": ["x"], "default": "x", "names": {"y": "Why"}}},
        {"a": {"type": "colour", "default": "red"}},
        {"a": {"token": "x;y"}},
        {"a": {"css": {"x": "} body {"}}},
    ],
)
def test_a_setting_that_cannot_be_offered_is_named(stated, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"settings\.(a|Big)"):
        parse_settings(stated)
    (tmp_path / "theme.toml").write_text("[settings]\na = 1\n")
    with pytest.raises(ThemeError, match=r"theme.toml: settings.a"):
        _ = Theme(tmp_path).offered


def test_contrast_is_that_of_wcag() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#a6331b", "#fbf9f5"), 1) == 6.4
