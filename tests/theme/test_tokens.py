"""The colours: stated once in `theme.toml`, the same in the stylesheet, legible in both schemes."""

import re
import tomllib
from pathlib import Path

import pytest
from pygments.token import STANDARD_TYPES

_SCHEMES = ["light", "dark"]
_TEXT = ["ink", "pencil", "vermilion", "blueprint", "moss", "ochre", "alarm"]
_AA, _AAA, _GRAPHIC = 4.5, 7.0, 3.0

Channels = tuple[float, float, float]


def _channels(colour: str) -> Channels:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _luminance(channels: Channels) -> float:
    """Relative luminance (WCAG 2.2)."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: Channels, other: Channels) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _mix(one: str, share: float, other: str) -> Channels:
    red, green, blue = (
        a * share + b * (1 - share) for a, b in zip(_channels(one), _channels(other), strict=True)
    )
    return red, green, blue


@pytest.fixture(scope="module")
def tokens(theme: Path) -> dict[str, dict[str, str]]:
    return tomllib.loads((theme / "theme.toml").read_text())["tokens"]


@pytest.fixture(scope="module")
def css(theme: Path) -> str:
    return (theme / "assets/css/site.css").read_text()


def _declared(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def test_the_stylesheet_has_the_tokens_of_the_theme(
    tokens: dict[str, dict[str, str]], css: str
) -> None:
    light, dark = css.split("@media (prefers-color-scheme: dark)", 1)

    assert tokens["light"] == _declared(light)
    assert tokens["dark"] == _declared(dark.split("\n}\n", 1)[0])


def test_the_browser_frame_has_the_colour_of_the_paper(
    tokens: dict[str, dict[str, str]], theme: Path
) -> None:
    base = (theme / "templates/base.html").read_text()

    for scheme in _SCHEMES:
        wanted = f'content="{tokens[scheme]["paper"]}" media="(prefers-color-scheme: {scheme})"'
        assert wanted in base


def test_no_other_colour_stands_in_the_stylesheet(css: str) -> None:
    screen = css.split("@media print", 1)[0]
    rest = re.sub(r"--[\w-]+: #[0-9a-f]{6};", "", screen)

    assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsla?\(", rest) == []


@pytest.mark.parametrize("scheme", _SCHEMES)
@pytest.mark.parametrize("name", _TEXT)
@pytest.mark.parametrize("ground", ["paper", "leaf"])
def test_text_is_legible(
    tokens: dict[str, dict[str, str]], scheme: str, name: str, ground: str
) -> None:
    colours = tokens[scheme]

    assert _contrast(_channels(colours[name]), _channels(colours[ground])) >= _AA


@pytest.mark.parametrize("scheme", _SCHEMES)
def test_body_text_buttons_marks_and_the_focus_ring_are_legible(
    tokens: dict[str, dict[str, str]], scheme: str
) -> None:
    colours = tokens[scheme]
    button, label = _channels(colours["vermilion"]), _channels(colours["on-vermilion"])

    assert _contrast(_channels(colours["ink"]), _channels(colours["paper"])) >= _AAA
    assert _contrast(label, button) >= _AA
    assert _contrast(label, _mix(colours["vermilion"], 0.88, colours["ink"])) >= _AA
    assert (
        _contrast(_channels(colours["ink"]), _mix(colours["ochre"], 0.22, colours["paper"])) >= _AA
    )
    assert _contrast(button, _channels(colours["paper"])) >= _GRAPHIC


def test_code_is_coloured_by_classes_that_pygments_writes(css: str) -> None:
    code = "".join(re.findall(r"\.highlight :is\(([^)]*)\)", css))
    classes = set(re.findall(r"\.(\w+)", code))

    assert classes
    assert classes <= set(STANDARD_TYPES.values())
