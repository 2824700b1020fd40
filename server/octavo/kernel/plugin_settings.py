"""Settings of a plugin, checked against the Struct that it declares: what is wrong names its field."""

import re
from collections.abc import Collection, Mapping

import msgspec

from octavo.kernel.errors import FieldError, InvalidInputError
from octavo.kernel.text import has_forbidden_characters
from octavo.sdk.secrets import decode_settings, secret_fields

__all__ = ["read_settings"]

_MISSING = re.compile(r"missing required field `(.+?)`")


def read_settings(
    schema: type[msgspec.Struct],
    settings: Mapping[str, object],
    secrets: Mapping[str, str],
    *,
    error: type[InvalidInputError],
) -> msgspec.Struct:
    """Make the settings Struct of what was given.

    Raises:
        error: it does not fit; names the field (`settings.url`, `secrets.token`), never a value.
    """
    hidden = secret_fields(schema)
    _check_characters({**settings, **secrets}, hidden=hidden, error=error)
    try:
        return decode_settings(schema, settings, secrets)
    except msgspec.ValidationError as exc:
        message, _, path = str(exc).partition(" - at `$")
        missing = _MISSING.search(message)
        field = missing[1] if missing else path.partition("`")[0].lstrip(".") or "settings"
        if not field.startswith(("settings", "secrets")):
            field = f"{'secrets' if field.split('.')[0] in hidden else 'settings'}.{field}"
        raise error(
            f"these settings do not fit: {message}", FieldError(field=field, message=message)
        ) from exc


def _check_characters(
    values: Mapping[str, object], *, hidden: Collection[str], error: type[InvalidInputError]
) -> None:
    for name, value in values.items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and has_forbidden_characters(text):
                message = "holds a control character"
                field = f"{'secrets' if name in hidden else 'settings'}.{name}"
                raise error(
                    f"these settings do not fit: {name} {message}",
                    FieldError(field=field, message=message, code="control_character"),
                )
