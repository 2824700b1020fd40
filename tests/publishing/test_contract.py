"""The theme's contract is the code's."""

from octavo.kernel.paths import default_theme
from octavo.publishing import contexts
from octavo.publishing.contract import contract_text
from octavo.publishing.pages import TEMPLATES


def test_the_written_contract_is_current() -> None:
    """When this fails: `python -m octavo.publishing.contract`."""
    assert (default_theme() / "CONTRACT.md").read_text(encoding="utf-8") == contract_text()


def test_every_template_that_is_rendered_is_in_the_contract() -> None:
    assert set(TEMPLATES) == set(contexts.VARIABLES)
