"""Looks a theme over before readers do: every template rendered with samples, every name followed.

A finding names the file and the line where that can be known, and says what to do.
"""

import gzip
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Literal

import msgspec
from jinja2 import Environment, TemplateError, TemplateSyntaxError

from octavo.publishing.pages.maker import TEMPLATES
from octavo.publishing.theme.settings import contrast
from octavo.publishing.theme.templates import Theme, ThemeError
from octavo.publishing.theming.samples import sample_cta, sample_site, samples

__all__ = ["ThemeFinding", "check_theme"]

_CALL = r"""\b{name}\(\s*(?:'([^']*)'|"([^"]*)")\s*[,)]"""
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_T, _ASSET = (re.compile(_CALL.format(name=name)) for name in ("t", "asset"))
_CSS_URL = re.compile(r"""url\(\s*["']?([^"')?#]+)""")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
    "path", "rect", "circle", "line",
})  # fmt: skip
_OPTIONAL = frozenset({"p", "li", "dt", "dd", "td", "th", "tr", "tbody", "thead", "option"})
_TEXT_COLOURS = ("ink", "pencil", "vermilion", "blueprint", "moss", "ochre")
_AA, _LEAST = 4.5, 3.0
_BUDGETS_KB = {".css": 40, ".js": 40, ".woff2": 120, ".svg": 40, ".png": 200, ".jpg": 200}


class ThemeFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a theme; with an `error` it cannot be used. `line` None where it has none."""

    level: Literal["error", "warning"]
    file: str
    line: int | None
    message: str
    fix: str


def check_theme(folder: Path, default: Path) -> list[ThemeFinding]:
    """Answer what is wrong with the theme in `folder`, over the default one; errors first."""
    if not folder.is_dir():
        return [_error(folder.name, None, "there is no such folder", "octavo theme new makes one")]
    try:
        theme = Theme(*dict.fromkeys((folder, default)), folds=False)
        _ = theme.offered
    except ThemeError as exc:
        return [_error("theme.toml", None, str(exc), "mend the file: everything else waits for it")]
    for locale in sorted(n[8:-5] for n in theme.files if n.startswith("locales/")):
        try:
            theme.strings(locale)
        except ThemeError as exc:
            return [_error(f"locales/{locale}.toml", None, str(exc), "mend the file")]
    own = [n for n, f in theme.files.items() if f.is_relative_to(folder)]
    found = [*_sources(theme, own), *_styles(theme, own), *_tokens(theme), *_sizes(theme, own)]
    if not own:
        found.append(_warning("", None, "overrides nothing", "see what there is: site/CONTRACT.md"))
    if not any(f.level == "error" for f in found):
        found += _pages(theme)
    unique = dict.fromkeys(found)
    return sorted(unique, key=lambda f: (f.level, f.file, f.line or 0))


def _sources(theme: Theme, own: list[str]) -> Iterator[ThemeFinding]:
    """Parse each template, and follow the strings and files that it names."""
    for name in own:
        if not name.startswith("templates/"):
            continue
        try:
            source = theme.source(name.removeprefix("templates/")) or ""
            Environment(autoescape=True).parse(source)
        except ThemeError as exc:
            yield _error(name, None, str(exc), "save it as UTF-8")
            continue
        except TemplateSyntaxError as exc:
            yield _error(name, exc.lineno, exc.message or "syntax", "mend the tag in this line")
            continue
        for number, line in enumerate(_COMMENT.sub(_blank, source).splitlines(), start=1):
            yield from _line(theme, name, number, line)


def _blank(comment: re.Match[str]) -> str:
    return "\n" * comment[0].count("\n")


def _line(theme: Theme, name: str, number: int, line: str) -> Iterator[ThemeFinding]:
    strings = theme.strings("en")
    for single, double in _T.findall(line):
        if (key := single or double) not in strings:
            fix = f'add {key} = "…" to locales/en.toml'
            yield _error(name, number, f"there is no string {key!r}", fix)
    for single, double in _ASSET.findall(line):
        if (asset := single or double) not in theme.asset_names:
            yield _error(
                name, number, f"there is no assets/{asset}", "add the file, or its name is"
            )
    if re.search(r"""<[^>]*\s(?:style|on[a-z]+)=["']""", line):
        yield _error(
            name, number, "styles and scripts inside a page do not run", "use a file in assets/"
        )
    if re.search(r"""\shref=["'](?:#?["']|javascript:)""", line):
        yield _warning(name, number, "a link leads nowhere", "give it an address, or use a button")


def _styles(theme: Theme, own: list[str]) -> Iterator[ThemeFinding]:
    for name in own:
        if not name.endswith(".css"):
            continue
        text = theme.files[name].read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            for target in _CSS_URL.findall(line):
                if target.startswith(("http:", "https:", "//")):
                    said = "asks another site for a file, which the site's policy stops"
                    yield _error(name, number, said, "keep a copy in assets/")
                elif not target.startswith(("data:", "/")):
                    place = (theme.files[name].parent / target).resolve()
                    inside = name.removeprefix("assets/").rpartition("/")[0]
                    other = _joined(inside, target)
                    if other not in theme.asset_names and not place.is_file():
                        yield _error(name, number, f"there is no assets/{other}", "add the file")


def _joined(folder: str, target: str) -> str:
    parts: list[str] = folder.split("/") if folder else []
    for part in target.split("/"):
        if part == "..":
            del parts[-1:]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _tokens(theme: Theme) -> Iterator[ThemeFinding]:
    """Measure the colours that carry text against what they stand on (WCAG 2.2)."""
    for scheme, colours in theme.tokens.items():
        for name, value in colours.items():
            if not _COLOUR.fullmatch(value):
                fix = "write it as #rrggbb, in small letters"
                yield _error("theme.toml", None, f"tokens.{scheme}.{name} is no colour", fix)
        for name in _TEXT_COLOURS:
            for ground in ("paper", "leaf"):
                pair = colours.get(name, ""), colours.get(ground, "")
                if not all(_COLOUR.fullmatch(value) for value in pair):
                    continue
                ratio = contrast(*pair)
                said = f"tokens.{scheme}.{name} has {ratio:.1f} to 1 on {ground}"
                fix = (
                    f"text needs {_AA} to 1: make it {'darker' if scheme == 'light' else 'lighter'}"
                )
                if ratio < _LEAST:
                    yield _error("theme.toml", None, said, fix)
                elif ratio < _AA:
                    yield _warning("theme.toml", None, said, fix)


def _sizes(theme: Theme, own: list[str]) -> Iterator[ThemeFinding]:
    for name in own:
        most = _BUDGETS_KB.get(Path(name).suffix)
        if most is None or not name.startswith("assets/"):
            continue
        data = theme.files[name].read_bytes()
        sent = len(gzip.compress(data, 6) if name.endswith((".css", ".js", ".svg")) else data)
        if sent > most * 1_000:
            said = f"is {sent / 1_000:.0f} kB as it is sent"
            yield _warning(name, None, said, f"keep it below {most} kB: every reader waits for it")


def _pages(theme: Theme) -> Iterator[ThemeFinding]:
    """Render every template of the contract in all its states."""
    site = sample_site(theme=theme.in_force)
    made = {name: (template, given) for name, (template, given) in samples().items()}
    made["call to action"] = ("partials/cta.html", {"cta": sample_cta("subscribe")})
    for state, (template, given) in made.items():
        try:
            html = theme.render(template, "en", {"site": site, **given})
        except ThemeError as exc:
            file, line = _place_of(exc, theme, template)
            said = f"{_said(exc)} (sample: {state})"
            yield _error(file, line, said, "site/CONTRACT.md says what a template is given")
            continue
        for message in _nesting(html):
            fix = "close what is open, in the order it was opened"
            yield _error(f"templates/{template}", None, f"{message} (sample: {state})", fix)
    missing = set(TEMPLATES) - {template for template, _ in made.values()}
    for template in sorted(missing):
        yield _warning(f"templates/{template}", None, "has no sample", "look at it by yourself")


def _said(exc: ThemeError) -> str:
    cause = exc.__cause__
    if isinstance(cause, TemplateError):
        return cause.message or type(cause).__name__
    return str(exc).partition(": ")[2] or str(exc)


def _place_of(exc: ThemeError, theme: Theme, template: str) -> tuple[str, int | None]:
    """Answer the template and the line where it went wrong: the innermost one."""
    place: tuple[str, int | None] = (f"templates/{template}", None)
    trace = exc.__cause__.__traceback__ if exc.__cause__ else None
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if f"templates/{file}" in theme.files:
            place = (f"templates/{file}", trace.tb_lineno)
        trace = trace.tb_next
    return place


class _Nesting(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        while self.open and self.open[-1] != tag and self.open[-1] in _OPTIONAL:
            self.open.pop()
        if self.open and self.open[-1] == tag:
            self.open.pop()
            return
        line = self.getpos()[0]
        inside = f" inside <{self.open[-1]}>" if self.open else ""
        self.wrong.append(f"line {line} of the page: </{tag}> closes nothing{inside}")


def _nesting(html: str) -> list[str]:
    parser = _Nesting()
    parser.feed(html)
    parser.close()
    left = [tag for tag in parser.open if tag not in _OPTIONAL]
    return parser.wrong[:3] or [f"<{tag}> is never closed" for tag in left[:3]]


def _error(file: str, line: int | None, message: str, fix: str) -> ThemeFinding:
    return ThemeFinding(level="error", file=file, line=line, message=message, fix=fix)


def _warning(file: str, line: int | None, message: str, fix: str) -> ThemeFinding:
    return ThemeFinding(level="warning", file=file, line=line, message=message, fix=fix)
