"""Every word of the theme is in every language, is used, and takes what the template gives it."""

import string
import tomllib
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

_ACTIONS = {"subscribe", "visit_store", "download", "contact", "request_quote", "custom"}


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


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
            key = call.args[0]
            keys = (
                [key.value]
                if isinstance(key, nodes.Const)
                else [f"cta_{action}" for action in _ACTIONS]
            )
            for name in keys:
                found.setdefault(name, set()).update(given.key for given in call.kwargs)
    return found


def test_there_is_english_and_spanish(locales: dict[str, dict[str, str]]) -> None:
    assert {"en", "es"} <= set(locales)


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
