"""Every word of the theme is in every language, is used, and takes what the template gives it."""

import string
import tomllib
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from octavo.publishing.text.callouts import ALERTS

_COMPUTED = {
    "cta_": {"subscribe", "visit_store", "download", "contact", "request_quote", "custom"},
    "kind_": {"press_release", "video", "audio", "picture", "newsletter", "link", "update"},
}
"""The beginnings of keys that templates put together, with what may follow."""


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _keys(key: nodes.Expr) -> list[str]:
    if isinstance(key, nodes.Const):
        return [key.value]
    assert isinstance(key, nodes.Concat)
    beginning = key.nodes[0]
    assert isinstance(beginning, nodes.Const)
    return [beginning.value + rest for rest in _COMPUTED[beginning.value]]


@pytest.fixture(scope="module")
def locales(theme: Path) -> dict[str, dict[str, str]]:
    return {
        file.stem: tomllib.loads(file.read_text())
        for file in sorted((theme / "locales").glob("*.toml"))
    }


@pytest.fixture(scope="module")
def uses(theme: Path, environment: jinja2.Environment) -> dict[str, set[str]]:
    """Each key that a template asks for, with the names it fills in."""
    found: dict[str, set[str]] = {}
    for file in sorted((theme / "templates").rglob("*.html")):
        for call in environment.parse(file.read_text()).find_all(nodes.Call):
            if not (isinstance(call.node, nodes.Name) and call.node.name == "t"):
                continue
            for name in _keys(call.args[0]):
                found.setdefault(name, set()).update(given.key for given in call.kwargs)
    # The builder asks for the titles of callouts itself.
    return found | {f"alert_{kind}": set() for kind in ALERTS}


def test_there_are_five_languages(locales: dict[str, dict[str, str]]) -> None:
    assert {"en", "es", "pt", "fr", "de"} <= set(locales)


def test_every_language_has_exactly_the_words_in_use(
    locales: dict[str, dict[str, str]], uses: dict[str, set[str]]
) -> None:
    assert {name: set(uses) for name in locales} == {
        name: set(words) for name, words in locales.items()
    }


def test_every_text_uses_exactly_what_the_template_gives(
    locales: dict[str, dict[str, str]], uses: dict[str, set[str]]
) -> None:
    given = {name: {key: uses[key] for key in words} for name, words in locales.items()}

    assert given == {
        n: {k: _placeholders(text) for k, text in w.items()} for n, w in locales.items()
    }


def test_no_text_is_empty(locales: dict[str, dict[str, str]]) -> None:
    assert [
        (name, key)
        for name, words in locales.items()
        for key, text in words.items()
        if not text.strip()
    ] == []
