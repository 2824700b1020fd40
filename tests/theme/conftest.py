"""The default theme, rendered from sample contexts as strictly as the builder renders it."""

from collections.abc import Callable
from pathlib import Path

import jinja2
import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from octavo.publishing.theme.contexts import VARIABLES
from octavo.publishing.theme.templates import Theme
from octavo.publishing.theming.samples import sample_cta, sample_site
from octavo.publishing.theming.samples import samples as theme_samples

_THEME = Path(__file__).parents[2] / "site"


@pytest.fixture(scope="session")
def theme() -> Path:
    """The folder of the default theme."""
    return _THEME


@pytest.fixture(scope="session")
def samples() -> dict[str, tuple[str, dict[str, object]]]:
    """Every template in its states: name of the sample -> (template, variables)."""
    return theme_samples()


@pytest.fixture(scope="session")
def environment() -> jinja2.Environment:
    """The templates, to be read and not to be rendered."""
    return ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader(_THEME / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )


@pytest.fixture(scope="session")
def render() -> Callable[..., str]:
    """Render a template: `render("home.html", locale="es", theme={"drop_cap": "on"}, page=…)`."""
    octavo = Theme(_THEME)

    def render_template(
        template: str,
        *,
        locale: str = "en",
        theme: dict[str, str] | None = None,
        **variables: object,
    ) -> str:
        site = sample_site(locale=locale, theme=octavo.settings | (theme or {}))
        return octavo.render(template, locale, {"site": site, **variables})

    return render_template


@pytest.fixture(scope="session")
def pages(
    render: Callable[..., str], samples: dict[str, tuple[str, dict[str, object]]]
) -> dict[str, str]:
    """Every sample page by its name, in both languages, with its calls to action in place."""
    card = render("partials/cta.html", cta=sample_cta("download"))
    made = {}
    for locale in ("en", "es"):
        for name, (template, variables) in samples.items():
            html = render(template, locale=locale, **variables)
            made[f"{name} ({locale})"] = html.replace("<!--cta:letter-->", card)
    covered = {template for template, _ in samples.values()} | {"partials/cta.html"}
    assert covered == set(VARIABLES), "a template of the contract has no sample"
    return made
