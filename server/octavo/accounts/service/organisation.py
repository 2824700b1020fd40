"""What the organisation is called, where it is and what it wants."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from msgspec import UNSET
from piccolo.columns import Column

from octavo.accounts import queries, rules
from octavo.accounts.errors import (
    StaleOrganisationError,
)
from octavo.accounts.events import (
    OrganisationChanged,
    OrganisationRezoned,
)
from octavo.accounts.schemas import (
    Actor,
    Organisation,
    OrganisationPatch,
)
from octavo.accounts.service.audit import record
from octavo.accounts.tables import (
    OrganisationRow,
)
from octavo.kernel.db import transaction
from octavo.kernel.events import EventBus
from octavo.kernel.text import clean_text

__all__ = ["found_organisation", "patch_organisation"]


async def found_organisation(name: str, *, zone: str) -> None:
    """Give the installation its organisation, unless it has one."""
    row = OrganisationRow(id=1, name=name, zone=zone)
    await OrganisationRow.insert(row).on_conflict(action="DO NOTHING")


async def patch_organisation(
    patch: OrganisationPatch, *, actor: Actor, now: datetime, bus: EventBus
) -> Organisation:
    """Change the organisation's settings.

    Raises:
        InvalidAccountError: a field cannot be used.
        StaleOrganisationError: somebody changed them since; carries `current`.
        ConflictError: another zone, and something is scheduled in this one (`content.rezoning`).
    """
    columns = _organisation_columns(patch)
    async with transaction():
        before = await queries.get_organisation()
        changed = await (
            OrganisationRow.update(columns)
            .where(OrganisationRow.version == patch.version)
            .returning(OrganisationRow.id)
        )
        organisation = await queries.get_organisation()
        if not changed:
            raise StaleOrganisationError(
                f"the settings are no longer at version {patch.version}",
                current=msgspec.to_builtins(organisation),
            )
        await record(actor, "settings.changed", subject="organisation", now=now)
        if organisation.zone != before.zone:
            rezoned = OrganisationRezoned(before=before.zone, after=organisation.zone)
            await bus.announce(rezoned)
        fields = tuple(
            name
            for name in organisation.__struct_fields__
            if name != "version" and getattr(organisation, name) != getattr(before, name)
        )
        await bus.announce(OrganisationChanged(version=organisation.version, fields=fields))
    return organisation


def _organisation_columns(patch: OrganisationPatch) -> dict[Column | str, Any]:
    columns: dict[Column | str, Any] = {OrganisationRow.version: OrganisationRow.version + 1}
    for name, value in msgspec.structs.asdict(patch).items():
        if value is not UNSET and name != "version":
            clean = _CLEANERS[name](value)
            stored = msgspec.json.encode(clean).decode() if name in _AS_JSON else clean
            columns[getattr(OrganisationRow, name)] = stored
    return columns


_AS_JSON = {"nav", "theme", "blocking_checks"}
_CLEANERS: dict[str, Callable[[Any], Any]] = {
    "name": rules.clean_name,
    "tagline": partial(clean_text, field="tagline"),
    "description": partial(clean_text, field="description"),
    "zone": rules.check_zone,
    "locale": rules.check_locale,
    "post_path": rules.check_post_path,
    "nav": rules.check_nav,
    "theme": rules.check_theme,
    "blocking_checks": lambda names: list(dict.fromkeys(names)),
}
