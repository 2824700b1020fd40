"""Settings of a channel, and the secrets among them.

An adapter declares one Struct. Its fields of type `Secret` are asked for, stored and answered
apart: sealed in the database, never in an answer, a log or a `repr`.
"""

import types
import typing
from collections.abc import Mapping

import msgspec

__all__ = ["Secret", "decode_settings", "secret_fields", "settings_schema"]

S = typing.TypeVar("S", bound=msgspec.Struct)


class Secret:
    """A string that does not show itself; `reveal()` where it is sent, nowhere else."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Answer the secret itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> typing.NoReturn:
        msg = "a secret is not written anywhere"
        raise TypeError(msg)


def secret_fields(schema: type[msgspec.Struct]) -> dict[str, bool]:
    """List the secret fields of a settings Struct: name -> whether it must be given.

    Raises:
        TypeError: a secret lies deeper, in a list or a Struct of the settings: what is kept apart
            and sealed are whole fields.
    """
    found: dict[str, bool] = {}
    for field in msgspec.structs.fields(schema):
        if _is_secret(field.type):
            found[field.name] = field.required
        elif _hides_secret(field.type, frozenset()):
            msg = f"{schema.__name__}.{field.name} has a secret inside: make it a field of its own"
            raise TypeError(msg)
    return found


def decode_settings(
    schema: type[S], settings: Mapping[str, object], secrets: Mapping[str, str]
) -> S:
    """Make the settings Struct of plain settings and revealed secrets.

    Raises:
        msgspec.ValidationError: a field is missing, unknown, of the wrong type or in the wrong
            part. The message names the field and never the value of a secret.
    """
    hidden = set(secret_fields(schema))
    known = {field.name for field in msgspec.structs.fields(schema)}
    for name in settings:
        if name in hidden:
            msg = f"{name!r} belongs to the secrets - at `$.settings`"
            raise msgspec.ValidationError(msg)
        if name not in known:
            msg = f"unknown field {name!r} - at `$.settings`"
            raise msgspec.ValidationError(msg)
    for name in secrets:
        if name not in hidden:
            msg = f"unknown secret {name!r} - at `$.secrets`"
            raise msgspec.ValidationError(msg)
    return msgspec.convert({**settings, **secrets}, schema, dec_hook=_decode)


def settings_schema(schema: type[msgspec.Struct]) -> dict[str, object]:
    """Answer the JSON Schema of a settings Struct, for a form; secrets are `writeOnly`."""
    (answer,), definitions = msgspec.json.schema_components(
        [schema], schema_hook=_schema, ref_template="#/$defs/{name}"
    )
    name = str(answer["$ref"]).rpartition("/")[2]
    own = dict(definitions.pop(name))
    properties = {**own.get("properties", {})}
    for field in secret_fields(schema):
        kept = {k: v for k, v in properties[field].items() if k in {"title", "description"}}
        properties[field] = kept | _schema(Secret)
    own["properties"] = properties
    if definitions:
        own["$defs"] = definitions
    return own


def _is_secret(kind: object) -> bool:
    if kind is Secret:
        return True
    if typing.get_origin(kind) is typing.Annotated:
        return _is_secret(typing.get_args(kind)[0])
    if typing.get_origin(kind) in {typing.Union, types.UnionType}:
        return any(_is_secret(part) for part in typing.get_args(kind))
    return False


def _hides_secret(kind: object, above: frozenset[object]) -> bool:
    if kind is Secret:
        return True
    parts = list(typing.get_args(kind))
    if isinstance(kind, type) and kind not in above and getattr(kind, "__annotations__", None):
        parts += typing.get_type_hints(kind, include_extras=True).values()
    return any(_hides_secret(part, above | {kind}) for part in parts)


def _decode(kind: type, value: object) -> object:
    if kind is Secret:
        if not isinstance(value, str) or not value:
            msg = "a secret is a string with something in it"
            raise ValueError(msg)
        return Secret(value)
    raise NotImplementedError


def _schema(kind: type) -> dict[str, object]:
    if kind is Secret:
        return {"type": "string", "format": "password", "writeOnly": True}
    raise NotImplementedError
