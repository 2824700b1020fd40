"""The theme: templates in a sandbox, assets under hashed names, strings by locale.

A user's theme (`OCTAVO_HOME/theme`) overrides the default one file by file. A theme can print what
the contexts hold and nothing else; it is data to us, however it came here.
"""

import hashlib
import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
)

from octavo.publishing.theme.direction import direction
from octavo.publishing.theme.files import ThemeError, load_strings, load_toml, scan
from octavo.publishing.theme.sandbox import GuardedSandbox, Sandbox
from octavo.publishing.theme.settings import (
    SettingSpec,
    Tokens,
    check_value,
    parse_settings,
    token_css,
)

__all__ = ["Asset", "Theme", "ThemeError"]

_ASSET_CALL = re.compile(r"""\basset\(\s*(?:'([^']*)'|"([^"]*)")\s*\)""")
_ANY_ASSET_CALL = re.compile(r"\basset\(")
_REFERENCE = re.compile(
    r"""\{%[-+]?\s*(?:extends|include|import|from)\s+(?:'([^']*)'|"([^"]*)"|(\S+))"""
)
_CSS_URL = re.compile(r"""url\(\s*(["']?)([^"')]+)\1\s*\)""")
_OUTSIDE = ("/", "#", "data:", "http:", "https:")
_SHEET = "css/site.css"
_FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the theme as it is served: `path` is below the site's root, with its hash."""

    path: str
    data: bytes


class Theme:
    """One state of the theme's files; make a new one to see changes.

    Args:
        folders: the theme's folders, the one that wins first; those that do not exist are skipped.
        chosen: the values of the theme's settings; those that it does not offer are left aside.
        pictures: the files of chosen pictures, by setting; they become assets.
        folds: work out once what is the same on every page; without, errors have their lines.
    """

    def __init__(
        self,
        *folders: Path,
        chosen: Mapping[str, str] | None = None,
        pictures: Mapping[str, Path] | None = None,
        folds: bool = True,
    ) -> None:
        self._folds = folds
        self._chosen = dict(chosen or {})
        self._pictures = {
            name: f"chosen/{name}{file.suffix}" for name, file in (pictures or {}).items()
        }
        self._files: dict[str, Path] = {}
        for folder in reversed(folders):
            self._files.update(scan(folder))
        for name, file in (pictures or {}).items():
            self._files[f"assets/{self._pictures[name]}"] = file
        self._default = folders[-1]
        self._strings: dict[str, dict[str, str]] = {}
        self._assets: dict[str, Asset] = {}
        self._sources: dict[str, str] = {}
        self._templates: dict[tuple[str, str, bool], tuple[object, Template]] = {}
        self._environments: dict[tuple[str, bool], tuple[object, Environment]] = {}

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What `theme.toml` states."""
        return load_toml(self._files["theme.toml"]) if "theme.toml" in self._files else {}

    @cached_property
    def offered(self) -> list[SettingSpec]:
        """The settings that the theme offers, in its order."""
        stated = self.manifest.get("settings", {})
        try:
            return parse_settings(stated if isinstance(stated, dict) else {})
        except ValueError as exc:
            msg = f"theme.toml: {exc}"
            raise ThemeError(msg) from exc

    @cached_property
    def tokens(self) -> Tokens:
        """The colours of the theme, by scheme and name."""
        stated = self.manifest.get("tokens", {})
        return {
            scheme: {str(name): str(value) for name, value in colours.items()}
            for scheme, colours in (stated.items() if isinstance(stated, dict) else ())
            if isinstance(colours, dict)
        }

    @cached_property
    def settings(self) -> dict[str, str]:
        """The defaults of the theme's own settings, by name."""
        return {spec.name: spec.default for spec in self.offered}

    @cached_property
    def in_force(self) -> dict[str, str]:
        """The value of each setting: the one chosen where it can be used, else the default.

        A theme with a `theme.toml` of its own still has templates of the default theme: what those ask
        for and it does not offer has the default theme's value.
        """
        values = self._shipped_settings | self.settings
        for spec in self.offered:
            value = self._chosen.get(spec.name, "")
            if not value or check_value(spec, value, self.tokens):
                continue
            if spec.type == "picture":
                picture = self._pictures.get(spec.name)
                value = self._asset_url(picture) if picture else ""
            values[spec.name] = value
        return values

    @cached_property
    def _shipped_settings(self) -> dict[str, str]:
        """The defaults of the default theme's settings, by name."""
        shipped = self._default / "theme.toml"
        if not shipped.is_file() or self._files.get("theme.toml") == shipped:
            return {}
        return {spec.name: spec.default for spec in parse_settings(load_toml(shipped)["settings"])}

    @cached_property
    def is_own(self) -> bool:
        """Say whether files of another folder take the place of some of the default theme."""
        return any(
            not file.is_relative_to(self._default)
            for name, file in self._files.items()
            if not name.startswith("assets/chosen/")
        )

    @property
    def files(self) -> Mapping[str, Path]:
        """The files of the theme by their names below its folder."""
        return self._files

    @property
    def asset_names(self) -> list[str]:
        return [n.removeprefix("assets/") for n in sorted(self._files) if n.startswith("assets/")]

    def asset(self, name: str) -> Asset:
        """Answer the file `css/site.css` as it is served; `url()` in a style sheet is followed.

        Raises:
            ThemeError: there is no such file.
        """
        if name not in self._assets:
            file = self._files.get(f"assets/{name}")
            if file is None:
                msg = f"the theme has no assets/{name}"
                raise ThemeError(msg)
            data = file.read_bytes()
            if name.endswith(".css"):
                data = self._with_hashed_urls(name, data)
            if name == _SHEET:
                data += token_css(self.offered, self.in_force).encode()
            digest = hashlib.sha256(data).hexdigest()[:10]
            stem, dot, suffix = name.rpartition(".")
            path = f"assets/{stem}.{digest}.{suffix}" if dot else f"assets/{name}.{digest}"
            self._assets[name] = Asset(path=path, data=data)
        return self._assets[name]

    def fingerprint(self, template: str, locale: str) -> str:
        """Answer a hash that moves when pages made from `template` could come out otherwise."""
        digest = hashlib.sha256()
        for name in sorted(self._closure(template)):
            source = self._source(name)
            digest.update(f"{name}\0{source}\0".encode())
            for asset in self._assets_named_in(source):
                digest.update(self._asset_path(asset).encode())
        for spoken in sorted({locale, *self.locales}):  # of pieces in other languages
            digest.update(msgspec.json.encode(self.strings(spoken), order="sorted"))
        return digest.hexdigest()[:32]

    @cached_property
    def locales(self) -> frozenset[str]:
        """The languages that the theme has strings of."""
        shipped = (file.stem for file in (self._default / "locales").glob("*.toml"))
        own = (name[8:-5] for name in self._files if name.startswith("locales/"))
        return frozenset((*shipped, *own))

    def speaks(self, language: str) -> bool:
        """Say whether the theme has strings of a language."""
        return not {language, language.split("-", maxsplit=1)[0]}.isdisjoint(self.locales)

    def strings(self, locale: str) -> dict[str, str]:
        """Answer the strings of `locale`, over those of its language, over English."""
        if locale not in self._strings:
            merged: dict[str, str] = {}
            for name in ("en", locale.split("-", maxsplit=1)[0], locale):
                shipped = self._default / "locales" / f"{name}.toml"
                if shipped.is_file() and name.replace("-", "").isalnum():
                    merged.update(load_strings(shipped))
                if f"locales/{name}.toml" in self._files:
                    merged.update(load_strings(self._files[f"locales/{name}.toml"]))
            self._strings[locale] = merged
        return self._strings[locale]

    def translator(self, locale: str) -> Callable[..., str]:
        """Answer `t`: the string of a key with its {names} filled in; the key itself when unknown."""
        strings = self.strings(locale)

        def t(key: str, **values: object) -> str:
            text = strings.get(key, key)
            for name, value in values.items():
                text = text.replace("{" + name + "}", str(value))
            return text

        return t

    def render(self, template: str, locale: str, variables: dict[str, Any]) -> str:
        """Render a page.

        Raises:
            ThemeError: the template is missing, wrong, or asks for what the contract does not give.
        """
        try:
            return self._template(template, locale, variables.get("site")).render(variables)
        except TemplateNotFound as exc:
            msg = f"the theme has no templates/{exc.name}"
            raise ThemeError(msg) from exc
        except TemplateError as exc:
            msg = f"templates/{template}: {exc.message or type(exc).__name__}"
            raise ThemeError(msg) from exc
        except _FAULTS as exc:
            msg = f"templates/{template}: {type(exc).__name__}: {exc}"
            raise ThemeError(msg) from exc

    def check(self, templates: Iterator[str] | list[str], locale: str) -> None:
        """Compile `templates` so that a broken theme is found before anything is written.

        Raises:
            ThemeError: naming the first that is broken.
        """
        for name in templates:
            try:
                for used in self._closure(name):
                    for asset in self._assets_named_in(self._source(used)):
                        self.asset(asset)
                self._template(name, locale)
            except TemplateError as exc:
                msg = f"templates/{name}: {exc.message}"
                raise ThemeError(msg) from exc

    def _template(self, name: str, locale: str, site: object = None) -> Template:
        """Answer a template, compiled for one `site`: what it shows of that is written into it."""
        key = (name, locale, site is None)
        known = self._templates.get(key)
        if known is None or known[0] is not site:
            # A build has a view of the site of its own; mostly it says what the last one said.
            if known is not None and known[0] == site:
                found = known[1]
            else:
                found = self._environment(locale, site).get_template(name)
            self._templates[key] = known = site, found
        if isinstance(known[1].environment, GuardedSandbox):
            known[1].environment.budget.renew()
        return known[1]

    def _environment(self, locale: str, site: object) -> Environment:
        key = (locale, site is None)
        known = self._environments.get(key)
        if known is None or known[0] != site:
            options = {
                "loader": _ThemeLoader(self),
                "autoescape": True,
                "undefined": StrictUndefined,
                "auto_reload": False,
            }
            environment = (
                GuardedSandbox(self._is_foreign, **options) if self.is_own else Sandbox(**options)
            )
            environment.folds = self._folds
            environment.globals = {
                "asset": self._asset_url,
                "direction": direction,
                "t": self.translator(locale),
            }
            environment.own_functions = frozenset(environment.globals.values())
            environment.known = dict(environment.globals)
            if site is not None:
                environment.known["site"] = site
            self._environments[key] = known = site, environment
        return known[1]

    def _is_foreign(self, template: str) -> bool:
        file = self._files.get(f"templates/{template}")
        return file is not None and not file.is_relative_to(self._default)

    def source(self, name: str) -> str | None:
        """Answer the text of `templates/<name>`, None when there is none."""
        return self._source(name) if f"templates/{name}" in self._files else None

    def _source(self, name: str) -> str:
        if name not in self._sources:
            file = self._files.get(f"templates/{name}")
            if file is None:
                msg = f"the theme has no templates/{name}"
                raise ThemeError(msg)
            try:
                self._sources[name] = file.read_text(encoding="utf-8")
            except (UnicodeDecodeError, OSError) as exc:
                msg = f"templates/{name} cannot be read: {exc}"
                raise ThemeError(msg) from exc
        return self._sources[name]

    def _closure(self, template: str) -> set[str]:
        """Answer `template` and all it can draw in; a computed name draws in everything."""
        found: set[str] = set()
        waiting = [template]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            for single, double, computed in _REFERENCE.findall(self._source(name)):
                if computed:
                    waiting += [
                        n.removeprefix("templates/") for n in self._files if n[:10] == "templates/"
                    ]
                else:
                    waiting.append(single or double)
        return found | ({"partials/cta.html"} if template in {"post.html", "page.html"} else set())

    def _assets_named_in(self, source: str) -> list[str]:
        literal = [single or double for single, double in _ASSET_CALL.findall(source)]
        computed = len(literal) != len(_ANY_ASSET_CALL.findall(source))
        return self.asset_names if computed else literal

    def _asset_path(self, name: str) -> str:
        return self.asset(name).path if f"assets/{name}" in self._files else f"missing {name}"

    def _asset_url(self, name: str) -> str:
        return "/" + self.asset(name).path

    def _with_hashed_urls(self, name: str, data: bytes) -> bytes:
        def rewrite(match: re.Match[str]) -> str:
            target = match[2].strip()
            if target.startswith(_OUTSIDE):
                return match[0]
            path, mark, rest = target.partition("#")
            other = posixpath.normpath(
                posixpath.join(posixpath.dirname(name), path.partition("?")[0])
            )
            if other == name or other.startswith("..") or f"assets/{other}" not in self._files:
                return match[0]
            return f'url("{self._asset_url(other)}{mark}{rest}")'

        try:
            return _CSS_URL.sub(rewrite, data.decode("utf-8")).encode()
        except UnicodeDecodeError as exc:
            msg = f"assets/{name} is not UTF-8"
            raise ThemeError(msg) from exc


class _ThemeLoader(BaseLoader):
    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        del environment
        source = self._theme.source(template)
        if source is None:
            raise TemplateNotFound(template)
        return source, template, lambda: True
