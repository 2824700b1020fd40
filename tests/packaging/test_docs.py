"""The documentation says what the code does: commands, options, settings, links, decisions."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from octavo.cli import cli
from octavo.kernel.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("plugins/*/README.md")])
DECISIONS = sorted(DOCS.glob("decisions/*.md"))


def sections(page: Path) -> dict[str, str]:
    """Answer the second-level sections by their heading, without backquotes."""
    parts = re.split(r"^## (.+)$", page.read_text(), flags=re.MULTILINE)
    return {
        head.replace("`", ""): body for head, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def commands(group: click.Group, *above: str) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)
        elif not command.hidden:
            yield " ".join(("octavo", *above, name)), command


COMMANDS = dict(commands(cli))


def anchor(heading: str) -> str:
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def prose(page: Path) -> str:
    """The text without its code, where brackets are not links."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def test_every_setting_has_a_section_with_default_and_example():
    written = sections(DOCS / "settings.md")
    variables = [field.metadata["variable"] for field in fields(Settings)]

    assert [name for name in written if name.startswith("OCTAVO_")] == variables
    for variable in variables:
        assert "Default:" in written[variable], variable
    undemonstrated = [name for name in variables if f"{name}=" not in written[name]]
    assert undemonstrated == []


def test_every_command_has_a_section_and_no_section_lacks_a_command():
    written = {re.sub(r"( [A-Z]+)+$", "", heading) for heading in sections(DOCS / "cli.md")}

    assert written == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_a_command_is_documented(name):
    found = [
        body
        for head, body in sections(DOCS / "cli.md").items()
        if f"{head} ".startswith(f"{name} ")
    ]
    options = [
        option
        for parameter in COMMANDS[name].params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    ]

    assert [option for option in options if option not in "".join(found)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_the_documentation_lead_somewhere(page):
    """Pictures are made by the browser tests, so they are checked there."""
    broken = []
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", prose(page)):
        path, _, fragment = target.partition("#")
        if "://" in target:
            continue
        there = (page.parent / path).resolve() if path else page
        if not there.exists():
            broken.append(target)
        elif fragment and there.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", there.read_text(), re.MULTILINE)
            if fragment not in map(anchor, headings):
                broken.append(target)

    assert broken == []


def test_the_readme_names_every_page_of_the_documentation():
    text = (ROOT / "README.md").read_text()

    assert [page.name for page in DOCS.glob("*.md") if f"docs/{page.name}" not in text] == []


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_has_context_choice_and_consequences(page):
    number = page.name.partition("-")[0]

    assert list(sections(page)) == ["Context", "Choice", "Consequences"]
    assert page.read_text().startswith(f"# {number} ")


def test_decisions_are_numbered_without_gaps():
    numbers = [int(page.name.partition("-")[0]) for page in DECISIONS]

    assert numbers == list(range(1, len(numbers) + 1))
