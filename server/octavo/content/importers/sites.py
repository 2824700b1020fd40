"""What the configuration of a site says about its posts: zone, language, addresses, defaults.

Configuration is read as text, never run: TOML, YAML and JSON as data, Python line by line.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import basename, dirname
from typing import Literal
from zoneinfo import ZoneInfo

from octavo.content.importers.frontmatter import FrontMatterError, Value, plain_table, read_yaml
from octavo.content.importers.sources import Source, UnreadableError
from octavo.kernel.errors import InvalidInputError
from octavo.kernel.walltime import zone_named

Style = Literal["jekyll", "hugo", "zola", "eleventy", "pelican", ""]
Values = dict[str, Value]

_MAX_CONFIG = 1_000_000
_CONFIGS = (
    "_config.yml", "_config.yaml", "hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json", "config.toml",
    "config.yaml", "config.yml", "config.json", "config/_default/config.toml",
    "config/_default/hugo.toml", "pelicanconf.py", "eleventy.config.js",
)  # fmt: skip
_ZONES = ("timezone", "timeZone", "TIMEZONE")
_LANGUAGES = (
    "defaultContentLanguage",
    "defaultcontentlanguage",
    "default_language",
    "lang",
    "DEFAULT_LANG",
)
_PYTHON = re.compile(
    r"""^([A-Z][A-Z_]{2,40})\s*=\s*(['"])([^'"\n]{0,500})\2\s*(?:#.*)?$""", re.MULTILINE
)
_DATA = re.compile(r"(?:^|/)([^/]+)(?:\.11tydata)?\.json$")


@dataclass(frozen=True, kw_only=True)
class Site:
    """A site as its configuration describes it.

    `root` is the folder of the configuration in the source; `values` is the configuration itself;
    `data` are Eleventy's data files, by folder or by post without its extension.
    """

    style: Style = ""
    config: str = ""
    root: str = ""
    zone: ZoneInfo | None = None
    language: str = ""
    values: Values = field(default_factory=dict)
    data: dict[str, Values] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def inside(self, file: str) -> str:
        """Answer the path of a file below the root of the site."""
        return file.removeprefix(f"{self.root}/") if self.root else file

    def defaults_of(self, file: str) -> Values:
        """Answer what the site says of a post that does not say it itself; nearer folders win."""
        inside = self.inside(file)
        values: Values = (
            dict(_jekyll_defaults(self.values, inside)) if self.style == "jekyll" else {}
        )
        folder = dirname(file)
        parts = folder.split("/") if folder else []
        for count in range(len(parts) + 1):
            values.update(self.data.get("/".join(parts[:count]), {}))
        values.update(self.data.get(file.rpartition(".")[0], {}))
        return values


def read_site(source: Source) -> Site:
    """Answer the site that a source holds; without configuration, what its folders tell."""
    problems: list[str] = []
    config = _config_of(source)
    values = _values(source, config, problems) if config else {}
    style = _style(source, basename(config), values)
    return Site(
        style=style,
        config=config,
        root=_root(config),
        zone=_zone(values, problems),
        language=next((text for name in _LANGUAGES if (text := _text(values.get(name)))), ""),
        values=values,
        data=_data(source, problems) if style in {"eleventy", ""} else {},
        problems=problems,
    )


def _config_of(source: Source) -> str:
    """Answer the configuration that lies nearest to the root."""
    found = [
        (name.count("/") - config.count("/"), place, name)
        for name in source.files
        for place, config in enumerate(_CONFIGS)
        if name == config or name.endswith(f"/{config}")
    ]
    depth, _, config = min(found, default=(0, 0, ""))
    return config if depth <= 2 else ""  # noqa: PLR2004 - deeper ones belong to something else


def _root(config: str) -> str:
    root = dirname(config)
    return root.removesuffix("config/_default").rstrip("/") if "config/_default" in root else root


def _values(source: Source, config: str, problems: list[str]) -> Values:
    try:
        text = source.read(config, limit=_MAX_CONFIG).decode("utf-8-sig")
        if config.endswith(".toml"):
            return plain_table(tomllib.loads(text, parse_float=str))
        if config.endswith((".yml", ".yaml")):
            return read_yaml(text)
        if config.endswith(".json"):
            return plain_table(json.loads(text))
        if config.endswith(".py"):
            return {found[1]: found[3] for found in _PYTHON.finditer(text)}
    except (UnreadableError, FrontMatterError, ValueError, RecursionError, AttributeError) as exc:
        problems.append(f"{config} cannot be read and is not used: {str(exc)[:200]}")
    return {}


def _style(source: Source, config: str, values: Values) -> Style:
    files = source.files
    tests: tuple[tuple[Style, bool], ...] = (
        ("jekyll", config.startswith("_config")),
        ("pelican", config == "pelicanconf.py"),
        ("eleventy", config == "eleventy.config.js"),
        ("zola", "base_url" in values),
        ("hugo", bool(config)),
        ("eleventy", any(name.endswith((".11tydata.json", ".njk")) for name in files)),
        ("jekyll", any(name.startswith("_posts/") or "/_posts/" in name for name in files)),
    )
    return next((style for style, fits in tests if fits), "")


def _zone(values: Values, problems: list[str]) -> ZoneInfo | None:
    for name in _ZONES:
        if raw := _text(values.get(name)):
            try:
                return zone_named(raw)
            except InvalidInputError:
                problems.append(f"{name} of the site, {raw[:40]!r}, is no time zone: not used")
    return None


def _data(source: Source, problems: list[str]) -> dict[str, Values]:
    """Answer Eleventy's data: `posts/posts.json` is for the folder, `a.11tydata.json` for a post."""
    data: dict[str, Values] = {}
    for name in sorted(source.files):
        found = _DATA.search(name)
        folder = dirname(name)
        if found is None or not (name.endswith(".11tydata.json") or basename(folder) == found[1]):
            continue
        try:
            values = plain_table(json.loads(source.read(name, limit=_MAX_CONFIG)))
        except (
            UnreadableError,
            FrontMatterError,
            ValueError,
            RecursionError,
            AttributeError,
        ) as exc:
            problems.append(f"{name} cannot be read and is not used: {str(exc)[:200]}")
            continue
        stem = found[1].removesuffix(".11tydata")
        key = folder if basename(folder) == stem else f"{folder}/{stem}".lstrip("/")
        data.setdefault(key, {}).update(values)
    return data


def _jekyll_defaults(config: Values, inside: str) -> Iterator[tuple[str, Value]]:
    defaults = config.get("defaults")
    for item in defaults if isinstance(defaults, list) else []:
        scope = item.get("scope") if isinstance(item, dict) else None
        values = item.get("values") if isinstance(item, dict) else None
        if isinstance(scope, dict) and isinstance(values, dict):
            path = _text(scope.get("path")).strip("/")
            kind = _text(scope.get("type"))
            is_post = "_posts" in inside.split("/")
            fits = kind in {"", "posts" if is_post else "pages"}
            if fits and (not path or inside == path or inside.startswith(f"{path}/")):
                yield from values.items()


def _text(value: Value) -> str:
    return value.strip() if isinstance(value, str) else ""
