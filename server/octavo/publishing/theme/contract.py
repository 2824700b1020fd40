"""Writes `site/CONTRACT.md` from the contexts: `python -m octavo.publishing.theme.contract`."""

import inspect
import sys

import msgspec

from octavo.kernel.paths import default_theme
from octavo.publishing.theme import contexts

__all__ = ["contract_text"]

_HEAD = """\
# What a theme is given

Generated from `octavo.publishing.theme.contexts`; do not edit.
To write it anew: `python -m octavo.publishing.theme.contract`.

Every template sees `site: SiteView`; every page but `redirect.html` sees `page: PageView` too. Beside them:

| Template | Variables |
|---|---|
{rows}

Functions: `asset("css/site.css")` answers the address of a file of `assets/` under its hashed name (style
sheets may use relative `url()`); `t("key", name=value)` answers a string of `locales/<locale>.toml`;
`direction(page.language)` answers `rtl` or `ltr`.

Templates run in Jinja2's immutable sandbox with autoescape on; a name that is not listed here is an error.
Code blocks are `<div class="highlight"><pre><code class="language-…">` with Pygments' short class names;
tables stand in `<div class="table-scroll">`; cells are aligned by
`align-left`, `align-center`, `align-right`.
Ids inside a text begin with `h-`: a theme's own ids must not.

A theme is a folder with `theme.toml`, `templates/`, `assets/`, `locales/`. Files in the data folder's
`theme/` take the place of those of the default theme, one by one. `octavo theme new` writes one to begin
with, `octavo theme check` looks it over, and `docs/themes.md` tells the rest.
"""


def contract_text() -> str:
    """Answer the contract as Markdown."""
    rows = "\n".join(f"| `{name}` | {what} |" for name, what in contexts.VARIABLES.items())
    parts = [_HEAD.format(rows=rows)]
    for name in contexts.__all__:
        struct = getattr(contexts, name)
        if isinstance(struct, type) and issubclass(struct, msgspec.Struct):
            parts.append(_describe(struct))
    return "\n".join(parts)


def _describe(struct: type[msgspec.Struct]) -> str:
    fields = [f"- `{name}`: `{_type_name(kind)}`" for name, kind in struct.__annotations__.items()]
    return f"## {struct.__name__}\n\n{inspect.getdoc(struct)}\n\n" + "\n".join(fields) + "\n"


def _type_name(kind: object) -> str:
    if isinstance(kind, type) and not hasattr(kind, "__args__"):
        return kind.__name__
    return str(kind).replace("octavo.publishing.theme.contexts.", "").replace("markupsafe.", "")


if __name__ == "__main__":
    target = default_theme() / "CONTRACT.md"
    target.write_text(contract_text(), encoding="utf-8")
    sys.stdout.write(f"{target.name} written\n")
