"""Choices among what the theme offers: looked at, checked, kept."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import UNSET

from octavo.accounts import queries as accounts_queries
from octavo.accounts import rules as accounts_rules
from octavo.accounts import service as accounts
from octavo.accounts.events import OrganisationChanged
from octavo.accounts.schemas import Actor, Organisation, OrganisationPatch
from octavo.kernel.errors import FieldError, InvalidInputError
from octavo.kernel.events import EventBus
from octavo.publishing.pages.maker import TEMPLATES
from octavo.publishing.theme.settings import SettingSpec, check_value, warnings_of
from octavo.publishing.theme.templates import Theme, ThemeError
from octavo.publishing.theming.schemas import SampleIn, ThemeChoice, ThemeSetting, ThemeView

__all__ = ["check_choices", "choose", "on_organisation_changed", "theme_view", "tried_on"]


class Themed(Protocol):
    """Whoever has the theme of the site: `Site`."""

    def theme(self) -> Theme:
        """Answer the theme as its files are now."""
        ...


def theme_view(themed: Themed, organisation: Organisation) -> ThemeView:
    """Answer the theme, with why it cannot be used if so."""
    manifest: Mapping[str, object] = {}
    settings: list[ThemeSetting] = []
    problem, is_own = "", False
    try:
        theme = themed.theme()
        manifest, is_own = theme.manifest, theme.is_own
        settings = [_setting(spec, theme, organisation.theme) for spec in theme.offered]
        theme.check(list(TEMPLATES), organisation.locale)
    except ThemeError as exc:
        problem = str(exc)
    return ThemeView(
        name=str(manifest.get("name", "")),
        theme_version=str(manifest.get("version", "")),
        description=str(manifest.get("description", "")),
        is_own=is_own,
        problem=problem,
        settings=settings,
        nav=organisation.nav,
        version=organisation.version,
    )


def _setting(spec: SettingSpec, theme: Theme, chosen: Mapping[str, str]) -> ThemeSetting:
    value = chosen.get(spec.name, "")
    if check_value(spec, value, theme.tokens):
        value = ""
    return ThemeSetting(
        name=spec.name,
        type=spec.type,
        label=spec.label,
        group=spec.group,
        help=spec.help,
        default=spec.default,
        choices=spec.choices,
        names=spec.names,
        value=value or spec.default,
        inherited=theme.tokens.get(spec.scheme, {}).get(spec.token, ""),
        token=spec.token,
        scheme=spec.scheme,
        on=spec.on,
        warnings=warnings_of(spec, value, theme.tokens),
    )


def check_choices(theme: Theme, chosen: Mapping[str, str]) -> None:
    """Pass if the theme offers these settings and these values can be chosen.

    Raises:
        InvalidInputError: one cannot; names it as `theme.<setting>`.
    """
    offered = {spec.name: spec for spec in theme.offered}
    for name, value in chosen.items():
        spec = offered.get(name)
        said = check_value(spec, value, theme.tokens) if spec else "is no setting of this theme"
        if said:
            field = f"theme.{name}"
            raise InvalidInputError(f"{field}: {said}", FieldError(field=field, message=said))


async def choose(
    choice: ThemeChoice, *, themed: Themed, actor: Actor, now: datetime, bus: EventBus
) -> ThemeView:
    """Keep choices, and have the site built with them.

    Raises:
        InvalidInputError: the theme does not offer one, or it cannot be chosen.
        StaleOrganisationError: somebody changed the settings since.
    """
    patch = OrganisationPatch(version=choice.version, theme=choice.settings, nav=choice.nav)
    organisation = await accounts.patch_organisation(patch, actor=actor, now=now, bus=bus)
    return theme_view(themed, organisation)


async def tried_on(sample: SampleIn, *, themed: Themed) -> Organisation:
    """Answer the organisation as it would be with these choices.

    Raises:
        InvalidInputError: the theme does not offer one, or it cannot be chosen.
    """
    organisation = await accounts_queries.get_organisation()
    chosen = accounts_rules.check_theme(sample.settings)
    try:
        check_choices(themed.theme(), chosen)
    except ThemeError:
        chosen = {}  # said when it is rendered
    nav = accounts_rules.check_nav(sample.nav) if sample.nav is not UNSET else organisation.nav
    return msgspec.structs.replace(organisation, theme=chosen, nav=nav)


def on_organisation_changed(themed: Themed) -> Callable[[OrganisationChanged], Awaitable[None]]:
    """Make the subscriber that lets nothing be chosen but what the theme offers.

    What was chosen of another theme stays and is left aside: only a change is looked at.
    """

    async def subscriber(event: OrganisationChanged) -> None:
        if "theme" not in event.fields:
            return
        chosen = (await accounts_queries.get_organisation()).theme
        try:
            check_choices(themed.theme(), chosen)
        except ThemeError as exc:
            message = f"the theme cannot be used: {exc}"
            raise InvalidInputError(message, FieldError(field="theme", message=message)) from exc

    return subscriber
