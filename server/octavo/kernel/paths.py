"""Where the built admin and the default theme lie: in the wheel, or in the checkout."""

from pathlib import Path

__all__ = ["admin_dist", "default_theme"]

_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parents[1]


def admin_dist() -> Path:
    """Answer the folder of the built admin; it may not exist in a checkout that never built it."""
    packaged = _PACKAGE / "_admin"
    return packaged if packaged.is_dir() else _CHECKOUT / "admin" / "dist"


def default_theme() -> Path:
    """Answer the folder of the theme that ships with Octavo."""
    packaged = _PACKAGE / "_site"
    return packaged if packaged.is_dir() else _CHECKOUT / "site"
