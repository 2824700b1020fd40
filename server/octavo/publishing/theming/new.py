"""Writes a small theme to begin with: it takes the place of one template and adds a style sheet."""

from pathlib import Path

import msgspec

from octavo.kernel.errors import RefusedError

__all__ = ["FolderTakenError", "new_theme"]

_MANIFEST = """\
# Your theme. What is not here comes from the default theme, file by file.
# `octavo theme check` looks it over; `site/CONTRACT.md` says what templates are given.
name = {name}
version = "0.1.0"
description = "A theme of our own."

# Settings that can be chosen in the admin, as `site.theme.<name>`. A theme.toml takes the place of the
# default one as a whole: what the templates of the default theme ask for has to be offered here.
{settings}"""
_TEMPLATE = """\
{#- The page for what is not there, in place of the default one.
    Every page but redirects is given `site` and `page`; other names are errors (see CONTRACT.md).
    `t("key")` is a string of locales/, `asset("css/site.css")` the address of a file of assets/. -#}
{% extends "base.html" %}
{% block robots %}<meta name="robots" content="noindex">
{% endblock %}
{% block canonical %}{% endblock %}
{% block head %}<link rel="stylesheet" href="{{ asset('css/own.css') }}">
{% endblock %}
{% block main %}<article class="own-lost">
<h1>{{ t("not_found_title") }}</h1>
<p><a href="/">{{ site.name }}</a></p>
</article>{% endblock %}
"""
_STYLE = """\
/* Yours. The colours are custom properties: --paper, --ink, --pencil, --vermilion and others. */
.own-lost { padding-block: 4rem; color: var(--ink); }
"""
_LOCALE = """\
# Strings of your templates, and other words for those of the default theme.
"""


class FolderTakenError(RefusedError):
    """There is something in the folder already."""

    code = "folder_taken"


def new_theme(folder: Path, *, name: str, default: Path) -> list[str]:
    """Write the files of a new theme and answer their names.

    Raises:
        FolderTakenError: the folder holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTakenError(f"{folder} is not empty: a new theme needs a folder of its own")
    shipped = (default / "theme.toml").read_text(encoding="utf-8")
    settings = shipped[shipped.index("[tokens.light]") :]
    quoted = msgspec.json.encode(name).decode()
    files = {
        "theme.toml": _MANIFEST.format(name=quoted, settings=settings),
        "templates/404.html": _TEMPLATE,
        "assets/css/own.css": _STYLE,
        "locales/en.toml": _LOCALE,
    }
    for file, text in files.items():
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return list(files)
