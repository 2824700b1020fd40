"""The theme's contract is the code's."""

from octavo.kernel.paths import default_theme
from octavo.publishing.pages.maker import TEMPLATES
from octavo.publishing.theme import contexts
from octavo.publishing.theme.contract import contract_text


def test_the_written_contract_is_current() -> None:
    """When this fails: `python -m octavo.publishing.theme.contract`."""
    assert (default_theme() / "CONTRACT.md").read_text(encoding="utf-8") == contract_text()


def test_every_template_that_is_rendered_is_in_the_contract() -> None:
    assert set(TEMPLATES) == set(contexts.VARIABLES)
