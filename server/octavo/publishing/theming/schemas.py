"""What the theme's settings answer and take."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from octavo.accounts.schemas import NavLink, Theme, Version
from octavo.publishing.theme.settings import Kind

__all__ = ["SampleIn", "ThemeChoice", "ThemeSetting", "ThemeView"]

_Nav = Annotated[list[NavLink], Meta(max_length=12)]


class ThemeSetting(msgspec.Struct, frozen=True, kw_only=True):
    """A setting that the theme offers, and its value now; `warnings` say what is poor about that.

    `inherited` is what an empty value stands for: of a colour, the theme's own. `names` are what the
    choices are called, those that are not called as they are written.
    """

    name: str
    type: Kind
    label: str
    group: str
    help: str
    default: str
    choices: list[str]
    names: dict[str, str]
    value: str
    inherited: str
    token: str
    scheme: Literal["light", "dark"]
    on: str
    warnings: list[str]


class ThemeView(msgspec.Struct, frozen=True, kw_only=True):
    """The theme of the site. `problem` says why it cannot be used; the last good site stands then.

    `is_own` says that files of the data folder take the place of some of the default theme;
    `version` is that of the organisation's settings, where the choices are kept.
    """

    name: str
    theme_version: str
    description: str
    is_own: bool
    problem: str
    settings: list[ThemeSetting]
    nav: list[NavLink]
    version: int


class ThemeChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is chosen from now on; a setting that is left out is as the theme has it."""

    version: Version
    settings: Theme
    nav: _Nav | UnsetType = UNSET


class SampleIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Choices to look at before they are kept, on the front page or the newest post."""

    settings: Theme = {}
    nav: _Nav | UnsetType = UNSET
    page: Literal["home", "post"] = "home"
