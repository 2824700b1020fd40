"""What the theme ships: all of it its own, small, licensed, and found where the stylesheet says."""

import re
import tomllib
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes


@pytest.fixture(scope="module")
def css(theme: Path) -> str:
    """The style sheet of every page, and that of the typeface which can be chosen."""
    names = ["site.css", "instrument.css"]
    return "".join((theme / "assets/css" / name).read_text() for name in names)


def test_no_python_lives_in_the_theme(theme: Path) -> None:
    assert list(theme.rglob("*.py")) == []


def test_assets_fetch_nothing_from_elsewhere(theme: Path) -> None:
    for file in [*theme.rglob("*.css"), *theme.rglob("*.svg")]:
        text = (
            file.read_text()
            .replace('xmlns="http://www.w3.org/2000/svg"', "")
            .replace('[href^="http"]', "")
        )

        assert not re.search(r"https?:|//\w|@import|<script|data:", text), file.name


def test_every_file_the_stylesheet_asks_for_is_there(theme: Path, css: str) -> None:
    asked = re.findall(r'url\("([^"]+)"\)', css)

    assert len(asked) == 12
    assert [url for url in asked if not (theme / "assets/css" / url).resolve().is_file()] == []


def test_every_asset_a_template_asks_for_is_there(
    theme: Path, environment: jinja2.Environment
) -> None:
    asked = {
        call.args[0].as_const()
        for file in (theme / "templates").rglob("*.html")
        for call in environment.parse(file.read_text()).find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "asset"
    }

    assert "css/site.css" in asked
    assert [path for path in asked if not (theme / "assets" / path).is_file()] == []


def test_every_font_swaps_has_a_licence_and_is_small(theme: Path, css: str) -> None:
    faces = [face for face in re.findall(r"@font-face \{[^}]*\}", css) if "url(" in face]
    fonts = sorted((theme / "assets/fonts").glob("*.woff2"))

    assert all("font-display: swap" in face for face in faces)
    assert len(faces) == len(fonts)
    for font in fonts:
        family = re.sub(r"(-italic)?(-ext|-latin)?$", "", font.stem)
        assert "SIL Open Font License" in (theme / f"assets/fonts/OFL-{family}.txt").read_text()
        assert font.read_bytes()[:4] == b"wOF2"
        assert font.stat().st_size < 26_000, font.name


def test_the_fallbacks_keep_the_lines_where_they_are(css: str) -> None:
    faces = [face for face in re.findall(r"@font-face \{[^}]*\}", css) if "local(" in face]

    assert faces
    for face in faces:
        for name in ("size-adjust", "ascent-override", "descent-override"):
            assert name in face


def test_every_line_has_a_height_of_its_own_and_not_that_of_its_font(css: str) -> None:
    shorthands = re.findall(r"\bfont: ([^;}]+)", css)

    assert [one for one in shorthands if "/" not in one and one != "inherit"] == []
    assert "line-height: normal" not in css


def test_directions_come_from_the_language(css: str) -> None:
    physical = re.findall(
        r"(?:margin|padding|border)-(?:left|right)\b|text-align: (?:left|right)|[^-]float:", css
    )

    assert physical == []


def test_no_language_is_named_in_a_list_which_chromium_does_not_read(css: str) -> None:
    assert re.findall(r":lang\([^)]*,[^)]*\)", css) == []


def test_settings_have_a_type_a_label_a_group_and_a_default_of_that_type(theme: Path) -> None:
    settings = tomllib.loads((theme / "theme.toml").read_text())["settings"]
    used = {
        name
        for file in (theme / "templates").rglob("*.html")
        for name in re.findall(r"site\.theme\.(\w+)", file.read_text())
    }

    colours = {name for name, setting in settings.items() if setting["type"] == "colour"}
    by_the_builder = {
        "front_languages",
        "cards",
        "podcast_title",
        "podcast_category",
        "podcast_email",
        "podcast_picture",
        "hub",
        "ai_crawlers",
    }
    assert used | colours | by_the_builder == set(settings), (
        "a setting that no template reads, or the other way round"
    )
    for name, setting in settings.items():
        assert setting["label"], name
        assert setting["group"], name
        if setting["type"] == "choice":
            assert setting["default"] in setting["choices"], name
        else:
            assert setting["type"] in {"colour", "text", "picture", "links"}, name
            assert setting["default"] == "", name


def test_the_stylesheet_is_small(theme: Path) -> None:
    assert (theme / "assets/css/site.css").stat().st_size <= 30_000
