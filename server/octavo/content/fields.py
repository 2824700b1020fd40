"""Decisions about the fields of a piece: what they may be, and what readers need. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from octavo.content.errors import wrong
from octavo.content.kinds import FIELDS, Cover, Plain
from octavo.kernel.text import clean_text
from octavo.kernel.walltime import resolve

__all__ = ["check_cover", "check_fields", "check_ready", "fields_from", "shown_title"]

_UNTITLED = frozenset({"update", "link", "picture"})
_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>[^`]*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `([^`]*)`")
_MARKS = re.compile(r"[#*_`>\[\]()!~|]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_EMAIL = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+\.[^\s@<>\".]+")
_TITLE_WORDS, _TITLE_SIGNS = 10, 200
_SAID = ("caption", "alt")


def check_fields(kind: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the fields of a kind in full, defaults filled in.

    Raises:
        InvalidInputError: a field is not one of this kind, or cannot be what it is; names it.
    """
    try:
        fields = msgspec.convert(dict(raw), FIELDS.get(kind, Plain))
    except msgspec.ValidationError as exc:
        raise _refused(kind, exc) from exc
    clean: dict[str, Any] = _cleaned(msgspec.to_builtins(fields), path="fields")
    for name in ("video", "audio"):
        if clean.get(name) is not None:
            _check_file(clean[name], field=f"fields.{name}")
    for position, contact in enumerate(clean.get("contacts", ())):
        _check_contact(contact, field=f"fields.contacts[{position}]")
    for position, track in enumerate(clean.get("captions", ())):
        if not _LANGUAGE.fullmatch(track["language"]):
            field = f"fields.captions[{position}].language"
            raise wrong(field, "must be a language tag such as `en` or `es-MX`")
    _check_embargo(clean)
    return clean


def check_cover(cover: Cover | None) -> Cover | None:
    """Answer the cover, fit to be stored.

    Raises:
        InvalidInputError: it names no file, or two.
    """
    if cover is None:
        return None
    clean = _cleaned(msgspec.to_builtins(cover), path="cover")
    _check_file(clean, field="cover")
    return msgspec.convert(clean, Cover)


def check_ready(
    kind: str,
    *,
    title: str,
    body: str,
    source_url: str | None,
    fields: Mapping[str, Any],
    now: datetime,
) -> None:
    """Pass if the piece has what its kind needs before readers may see it at `now`.

    Raises:
        InvalidInputError: something is missing; names the field.
    """
    if not title and kind not in _UNTITLED:
        raise wrong("title", "a piece needs a title before readers may see it", code="required")
    if not title and not body.strip() and kind != "picture" and not fields.get("quote"):
        raise wrong("body", "there is nothing to read yet", code="required")
    if kind == "link" and not source_url:
        raise wrong("source_url", "a shared link needs the address of its source", code="required")
    if kind in {"video", "audio"} and not fields.get(kind):
        raise wrong(
            f"fields.{kind}", f"choose the {kind} file or give its address", code="required"
        )
    if kind == "picture" and not fields.get("pictures"):
        raise wrong("fields.pictures", "choose at least one picture", code="required")
    until = _embargo(fields)
    if until is not None and now < until:
        message = f"is under embargo until {fields['embargo_until']} ({fields['embargo_zone']})"
        raise wrong("fields.embargo_until", message, code="embargo")


def fields_from(kind: str, stored: str) -> dict[str, Any]:
    """Answer stored fields in full: what was added to a kind since has its default."""
    raw = msgspec.json.decode(stored)
    try:
        return msgspec.to_builtins(msgspec.convert(raw, FIELDS.get(kind, Plain)))  # type: ignore[no-any-return]
    except msgspec.ValidationError:  # of another kind, before the piece became this one
        return msgspec.to_builtins(FIELDS.get(kind, Plain)())  # type: ignore[no-any-return]


def shown_title(title: str, body: str, fields: Mapping[str, Any] | None = None) -> str:
    """Answer what lists call a piece: its title, else its first words; empty when it has none."""
    if title:
        return title
    texts = [body, *_words_of(fields or {})]
    words = next((found for text in texts if (found := _MARKS.sub(" ", text[:400]).split())), [])
    short = " ".join(words[:_TITLE_WORDS])[:_TITLE_SIGNS]
    return short + ("…" if len(words) > _TITLE_WORDS else "")


def _words_of(fields: Mapping[str, Any]) -> list[str]:
    """Answer what a kind without a title says in its fields."""
    pictures = [item.get(name, "") for item in fields.get("pictures", ()) for name in _SAID]
    return [fields.get("quote", ""), fields.get("source_title", ""), *pictures]


def _check_file(ref: Mapping[str, Any], *, field: str) -> None:
    if (ref["media_id"] is None) == (not ref["url"]):
        raise wrong(field, "name a file of the media library or an address: one of the two")
    if ref["url"] and not re.fullmatch(r"https?://[^\s/]+\S*|/media/\S+", ref["url"]):
        raise wrong(f"{field}.url", "must be an absolute address, https://…")


def _check_contact(contact: Mapping[str, Any], *, field: str) -> None:
    if not contact["name"].strip():
        raise wrong(f"{field}.name", "say who it is", code="required")
    if contact["email"] and not _EMAIL.fullmatch(contact["email"]):
        raise wrong(f"{field}.email", "must be an address such as ana@example.org")


def _check_embargo(fields: Mapping[str, Any]) -> None:
    _embargo(fields)


def _embargo(fields: Mapping[str, Any]) -> datetime | None:
    if not fields.get("embargo_until"):
        return None
    if not fields.get("embargo_zone"):
        raise wrong("fields.embargo_zone", "say in which time zone", code="required")
    return resolve(
        fields["embargo_until"],
        fields["embargo_zone"],
        fields.get("embargo_fold"),
        field="fields.embargo_until",
        zone_field="fields.embargo_zone",
    ).instant


def _cleaned(value: Any, *, path: str) -> Any:
    if isinstance(value, str):
        return clean_text(value, field=path)
    if isinstance(value, list):
        return [_cleaned(item, path=f"{path}[{n}]") for n, item in enumerate(value)]
    if isinstance(value, dict):
        return {name: _cleaned(item, path=f"{path}.{name}") for name, item in value.items()}
    return value


def _refused(kind: str, exc: msgspec.ValidationError) -> Exception:
    found = _AT.match(str(exc))
    what, path = (found["what"], found["path"] or "") if found else (str(exc), "")
    unknown = _UNKNOWN.search(what)
    if unknown:
        known = ", ".join(FIELDS.get(kind, Plain).__struct_fields__) or "none"
        message = f"is not a field of this kind ({kind.replace('_', ' ')}: {known})"
        return wrong(f"fields{path}.{unknown[1]}", message, code="unknown_field")
    return wrong(f"fields{path}", what[:1].lower() + what[1:])
