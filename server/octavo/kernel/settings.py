"""What the operator decides, read once from the environment.

The organisation's own settings (name, zone, theme, channels) live in the database. Every field is
described in `docs/settings.md`; a test holds the two together.
"""

import ipaddress
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Settings", "SettingsError", "load_settings"]

_PORTS = 65_536
_MOST_DAYS = 3_650


class SettingsError(Exception):
    """An environment variable holds something we cannot use; the message names it and says why."""


def _option(variable: str, about: str, default: Any) -> Any:
    return field(default=default, metadata={"variable": variable, "about": about})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The operator's choices. Build with `load_settings`."""

    home: Path = _option(
        "OCTAVO_HOME", "Folder for everything Octavo stores: database, site, media.", Path("var")
    )
    database_url: str = _option(
        "OCTAVO_DATABASE_URL",
        "`sqlite:///path` or `postgresql://user:password@host/name`; default: a file in the home.",
        "",
    )
    base_url: str = _option(
        "OCTAVO_BASE_URL",
        "Public address of the site, without a path, as readers type it.",
        "http://127.0.0.1:8000",
    )
    admin_url: str = _option(
        "OCTAVO_ADMIN_URL",
        "Origin that serves the admin and the API when it is not the site's own.",
        "",
    )
    secret_key: str = _option(
        "OCTAVO_SECRET_KEY",
        "Signs links and encrypts secrets of channels and webhooks; made and kept in the home when unset.",
        "",
    )
    trusted_proxies: tuple[str, ...] = _option(
        "OCTAVO_TRUSTED_PROXIES",
        "Comma-separated addresses or networks whose X-Forwarded-For is believed.",
        (),
    )
    allowed_targets: tuple[str, ...] = _option(
        "OCTAVO_ALLOWED_TARGETS",
        "Comma-separated host:port pairs in private networks that channels and webhooks may call.",
        (),
    )
    webhook_log_days: int = _option(
        "OCTAVO_WEBHOOK_LOG_DAYS", "How many days the log of webhook deliveries goes back.", 30
    )
    media_url: str = _option(
        "OCTAVO_MEDIA_URL",
        "Where media lie: `s3://bucket/prefix?endpoint=https://…&region=…`; default: in the home.",
        "",
    )
    media_limits: str = _option(
        "OCTAVO_MEDIA_LIMITS",
        "Greatest sizes of uploads in megabytes, such as `image=25,video=500`; and `megapixels`.",
        "",
    )
    renditions: str = _option(
        "OCTAVO_RENDITIONS",
        "Formats in which pictures are made smaller: `avif,webp` (default), one of them, or `off`.",
        "",
    )
    deploy_dirs: tuple[str, ...] = _option(
        "OCTAVO_DEPLOY_DIRS",
        "Comma-separated folders in which deploy targets may be; default: `deploys` in the home.",
        (),
    )
    log_format: str = _option(
        "OCTAVO_LOG_FORMAT", "`console` for people, `json` for machines.", "console"
    )
    log_level: str = _option("OCTAVO_LOG_LEVEL", "`debug`, `info`, `warning` or `error`.", "info")

    def __repr__(self) -> str:
        return f"Settings(home={str(self.home)!r}, base_url={self.base_url!r})"

    @property
    def site_dir(self) -> Path:
        """The generated site."""
        return self.home / "site"

    @property
    def media_dir(self) -> Path:
        """Uploaded and imported files."""
        return self.home / "media"

    @property
    def deploy_folders(self) -> tuple[Path, ...]:
        """Where folders that the site is copied to may be."""
        return tuple(map(Path, self.deploy_dirs)) or (self.home / "deploys",)

    @property
    def state_dir(self) -> Path:
        """What can be made again: build state, spool, locks."""
        return self.home / "state"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment, fill in what is unset, and keep a made secret key in the home.

    Raises:
        SettingsError: a variable cannot be used; all folders and files are left as they were.
    """
    environ = os.environ if environ is None else environ
    given: dict[str, Any] = {}
    for spec in fields(Settings):
        raw = environ.get(spec.metadata["variable"], "").strip()
        if raw:
            given[spec.name] = _parse(spec.name, raw)
    home = Path(given.get("home", "var")).resolve()
    given["home"] = home
    given.setdefault("database_url", f"sqlite:///{home / 'octavo.db'}")
    _check(Settings(**given))
    _check_networks(Settings(**given))
    if "secret_key" not in given:
        given["secret_key"] = _kept_secret(home)
    return Settings(**given)


def _parse(name: str, raw: str) -> Any:
    if name == "home":
        return Path(raw)
    if name in {"trusted_proxies", "allowed_targets", "deploy_dirs"}:
        return tuple(part.strip() for part in raw.split(",") if part.strip())
    if name == "webhook_log_days":
        return _days(raw)
    if name in {"base_url", "admin_url"}:
        return raw.rstrip("/")
    return raw


def _days(raw: str) -> int:
    days = int(raw[:9]) if raw.isascii() and raw.isdigit() else 0
    if not 1 <= days <= _MOST_DAYS:
        msg = f"OCTAVO_WEBHOOK_LOG_DAYS must be a number from 1 to {_MOST_DAYS}, not {raw!r}"
        raise SettingsError(msg)
    return days


def _check(settings: Settings) -> None:
    for variable, url in (
        ("OCTAVO_BASE_URL", settings.base_url),
        ("OCTAVO_ADMIN_URL", settings.admin_url),
    ):
        if url and not url.startswith(("http://", "https://")):
            msg = f"{variable} must start with http:// or https://, not {url!r}"
            raise SettingsError(msg)
        if url and not _is_address(url):
            msg = f"{variable} is not an address such as https://example.org: {url!r}"
            raise SettingsError(msg)
    if not settings.database_url.startswith(("sqlite:///", "postgresql://", "postgres://")):
        msg = "OCTAVO_DATABASE_URL must start with sqlite:/// or postgresql://"
        raise SettingsError(msg)
    if settings.media_url and not settings.media_url.startswith("s3://"):
        msg = "OCTAVO_MEDIA_URL must start with s3://; unset, media lie in the home"
        raise SettingsError(msg)
    if settings.log_format not in {"console", "json"}:
        msg = f"OCTAVO_LOG_FORMAT must be console or json, not {settings.log_format!r}"
        raise SettingsError(msg)
    if settings.log_level not in {"debug", "info", "warning", "error"}:
        msg = f"OCTAVO_LOG_LEVEL must be debug, info, warning or error, not {settings.log_level!r}"
        raise SettingsError(msg)


def _is_address(url: str) -> bool:
    """Say whether links can begin with it: it goes into every page, feed and header."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is none
    except ValueError:
        return False
    plain = url.isprintable() and not any(sign in url for sign in " \"'<>\\`{}|^?#;,")
    return plain and bool(parts.hostname) and parts.username is None


def _check_networks(settings: Settings) -> None:
    for entry in settings.trusted_proxies:
        try:
            ipaddress.ip_network(entry, strict=False)
        except ValueError as exc:
            msg = f"OCTAVO_TRUSTED_PROXIES: {entry!r} is neither an address nor a network"
            raise SettingsError(msg) from exc
    for entry in settings.allowed_targets:
        host, _, port = entry.rpartition(":")
        if not host or not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < _PORTS):
            msg = f"OCTAVO_ALLOWED_TARGETS: {entry!r} is not host:port, such as 127.0.0.1:8190"
            raise SettingsError(msg)


def _kept_secret(home: Path) -> str:
    """Read the key kept in the home, or make one; two processes starting at once agree on it."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "secret_key"
    fresh = home / f".secret_key.{secrets.token_hex(8)}"
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            # link() fails when the other process was first; then its key is the key.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()
