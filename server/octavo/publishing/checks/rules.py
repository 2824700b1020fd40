"""The checks: a draft and what is known around it -> findings. Pure; never raises."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from octavo.publishing.checks import source
from octavo.publishing.checks.messages import sentences
from octavo.publishing.checks.places import TRACKED
from octavo.publishing.checks.reading_ease import measure, sentences_of
from octavo.publishing.checks.schemas import (
    Around,
    CheckFinding,
    CheckReport,
    Draft,
    Picture,
    Severity,
)
from octavo.publishing.text.deadlinks import internal_path
from octavo.publishing.text.sanitise import ID_PREFIX

__all__ = [
    "LONGEST",
    "blocking",
    "check",
    "has_fragments",
    "linked_paths",
    "severity_of",
    "shown_files",
]

LONGEST = 500_000
"""Characters of a body that are looked at while somebody writes."""

_EACH, _RANK = 20, {"error": 0, "warning": 1, "hint": 2}
_TITLE, _SUMMARY_LEAST, _SUMMARY_MOST, _SLUG = 65, 50, 170, 75
_PARAGRAPH, _SENTENCE, _PLAIN, _HEAVY = 200, 40, 40.0, 2_000_000
_TK = re.compile(r"(?<![^\W_])TK(?:TK)*(?![^\W_])")
_ERRORS = frozenset({
    "tk", "alt_missing", "cover_alt_missing", "poster_alt_missing", "link_broken", "anchor_missing",
    "cta_unknown", "file_gone", "title_missing",
})  # fmt: skip
_WARNINGS = frozenset({
    "cta_missing", "objective_missing", "link_invalid", "link_empty", "heading_h1", "heading_skipped",
    "heading_empty", "description_missing", "title_taken", "picture_heavy", "captions_missing",
    "cta_twice", "link_tracked",
})  # fmt: skip
_UNTITLED = frozenset({"update", "link", "picture"})
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


def check(draft: Draft, around: Around, *, language: str = "en") -> CheckReport:
    """Look at a draft; messages are in `language`."""
    if len(draft.body) > LONGEST:
        item = _found("too_long", "body", language=language)
        return CheckReport(items=[item], readability=measure("", draft.language))
    draft = msgspec.structs.replace(draft, language=draft.language or around.language)
    clean = source.blank_code(draft.body)
    items: list[CheckFinding] = []
    seen: Counter[str] = Counter()
    for look in _LOOKS:
        for name, field, start, end, what, other in look(draft, around, clean):
            seen[name] += 1
            if seen[name] <= _EACH:
                span = (start, end)
                items.append(_found(name, field, span, what, other, language=language))
    readability = measure(clean, draft.language)
    if readability.score is not None and readability.score < _PLAIN:
        what, other = f"{readability.score:g}", f"{_PLAIN:g}"
        items.append(_found("hard_to_read", "body", what=what, other=other, language=language))
    items.sort(key=lambda item: (_RANK[item.severity], item.field, item.start or 0))
    left_out = sum(max(0, count - _EACH) for count in seen.values())
    return CheckReport(items=items, readability=readability, left_out=left_out)


def severity_of(name: str) -> Severity:
    """Answer how much a check matters."""
    return "error" if name in _ERRORS else "warning" if name in _WARNINGS else "hint"


def blocking(report: CheckReport, chosen: Iterable[str]) -> list[CheckFinding]:
    """Answer the findings of the chosen checks."""
    names = frozenset(chosen)
    return [item for item in report.items if item.check in names]


def has_fragments(body: str) -> bool:
    """Say whether a text links to a place within itself."""
    return any(
        link.address.startswith("#") for link in source.links(source.blank_code(body[:LONGEST]))
    )


def shown_files(draft: Draft) -> set[int]:
    """Answer the files of the library that a draft shows beside its text."""
    found = {item["media_id"] for _, item in _items(draft, "pictures")}
    found |= {item["media_id"] for _, item in _items(draft, "captions")}
    found.add(draft.fields.get("poster_media_id"))
    found.add(draft.cover.media_id if draft.cover else None)
    return {media_id for media_id in found if isinstance(media_id, int)}


def _items(draft: Draft, name: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Answer the well-formed items of a list of fields; an editor may send what is half written."""
    items = draft.fields.get(name)
    return [
        (f"fields.{name}[{position}]", item)
        for position, item in enumerate(items if isinstance(items, list) else ())
        if isinstance(item, Mapping) and isinstance(item.get("media_id"), int)
    ]


def linked_paths(body: str, around: Around) -> set[str]:
    """Answer the paths of this site that a text links to or shows."""
    clean = source.blank_code(body[:LONGEST])
    addresses = [link.address for link in source.links(clean)]
    addresses += [image.address for image in source.images(clean)]
    found = (_own_path(address, around) for address in addresses)
    return {path for path in found if path is not None}


Raw = tuple[str, str, int | None, int | None, str, str]


def _found(
    name: str,
    field: str,
    span: tuple[int | None, int | None] = (None, None),
    what: str = "",
    other: str = "",
    *,
    language: str,
) -> CheckFinding:
    message, fix = sentences(name, language, what[:80], other)
    return CheckFinding(
        check=name, severity=severity_of(name), message=message, fix=fix, field=field,
        start=span[0], end=span[1],
    )  # fmt: skip


def _whole(name: str, field: str, what: object = "", other: object = "") -> Raw:
    return name, field, None, None, str(what), str(other)


def _marks(draft: Draft, around: Around, clean: str) -> Iterator[Raw]:
    del around
    fields = ("title", "excerpt", "meta_title", "meta_description")
    for field, text in [("body", clean), *((name, getattr(draft, name)) for name in fields)]:
        for match in _TK.finditer(text):
            yield "tk", field, match.start(), match.end(), match[0], ""


def _pictures(draft: Draft, around: Around, clean: str) -> Iterator[Raw]:
    for image in source.images(clean):
        known = around.pictures.get(_own_path(image.address, around) or "")
        if not (image.alt or "").strip() and not (known and known.decorative):
            yield "alt_missing", "body", image.start, image.end, "", ""
        if known:
            yield from _weight(known, "body", image.start, image.end)
    if draft.cover is not None:
        known = around.by_id.get(draft.cover.media_id or 0)
        if not draft.cover.alt.strip() and not (known and (known.decorative or known.alt)):
            yield _whole("cover_alt_missing", "cover")
        if known:
            yield from _weight(known, "cover", None, None)


def _of_kind(draft: Draft, around: Around, clean: str) -> Iterator[Raw]:
    """Look at the pictures that stand in the fields of a kind."""
    del clean
    for field, item in _items(draft, "pictures"):
        known = around.by_id.get(item["media_id"])
        if known is None:
            yield _whole("file_gone", field)
            continue
        if not str(item.get("alt") or known.alt).strip() and not known.decorative:
            yield _whole("alt_missing", field)
        yield from _weight(known, field, None, None)


def _of_recording(draft: Draft, around: Around, clean: str) -> Iterator[Raw]:
    """Look at what lets people follow a video or an episode who cannot see or hear it."""
    del clean
    if draft.kind not in {"video", "audio"}:
        return
    poster = draft.fields.get("poster_media_id")
    if isinstance(poster, int):
        known = around.by_id.get(poster)
        if known is None:
            yield _whole("file_gone", "fields.poster_media_id")
        elif not known.alt.strip() and not known.decorative:
            yield _whole("poster_alt_missing", "fields.poster_media_id")
    captions = _items(draft, "captions")
    for field, item in captions:
        if item["media_id"] not in around.by_id:
            yield _whole("file_gone", field)
    if draft.fields.get(draft.kind):
        if draft.kind == "video" and not captions:
            yield _whole("captions_missing", "fields.captions")
        if not str(draft.fields.get("transcript") or "").strip():
            yield _whole("transcript_missing", "fields.transcript")


def _weight(known: Picture, field: str, start: int | None, end: int | None) -> Iterator[Raw]:
    if known.size_bytes > _HEAVY:
        what = f"{known.size_bytes / 1_000_000:.1f}"
        yield "picture_heavy", field, start, end, what, f"{_HEAVY / 1_000_000:g}"
    if known.width is None or known.height is None:
        yield "picture_unsized", field, start, end, "", ""


def _aims(draft: Draft, around: Around, clean: str) -> Iterator[Raw]:
    del clean
    if around.ctas == 0 and draft.kind != "page":
        yield _whole("cta_missing", "ctas")
    if around.has_objective is False and draft.kind != "page":
        yield _whole("objective_missing", "campaign_id")


def _cta_marks(draft: Draft, around: Around, clean: str) -> Iterator[Raw]:
    """Look at the places that the text asks a call to action for."""
    del clean
    placed = set[str]()
    for mark in source.cta_marks(draft.body):
        span = (mark.start, mark.end)
        if around.cta_slugs is not None and mark.address not in around.cta_slugs:
            yield "cta_unknown", "body", *span, mark.address, ""
        elif mark.address in placed:
            yield "cta_twice", "body", *span, mark.address, ""
        placed.add(mark.address)


def _links(draft: Draft, around: Around, clean: str) -> Iterator[Raw]:
    del draft
    for link in source.links(clean):
        path = _own_path(link.address, around)
        span = (link.start, link.end)
        if not link.address:
            yield "link_empty", "body", *span, "", ""
        elif link.address.startswith("#"):
            if not _is_within(link.address[1:], around):
                yield "anchor_missing", "body", *span, link.address, ""
        elif path is not None:
            if path not in around.leads:
                name = "link_tracked" if path.startswith(TRACKED) else "link_broken"
                yield name, "body", *span, link.address, ""
        elif not _is_address(link.address):
            yield "link_invalid", "body", *span, link.address, ""


def _headings(draft: Draft, around: Around, clean: str) -> Iterator[Raw]:
    del draft, around
    before, known = 1, set[str]()
    for heading in source.headings(clean):
        span = (heading.start, heading.end)
        if heading.level == 1:
            yield "heading_h1", "body", *span, "", ""
        if heading.level > before + 1:
            yield "heading_skipped", "body", *span, str(heading.level), str(before)
        if not heading.text:
            yield "heading_empty", "body", *span, "", ""
        elif heading.text.casefold() in known:
            yield "heading_repeated", "body", *span, heading.text, ""
        known.add(heading.text.casefold())
        before = heading.level


def _lengths(draft: Draft, around: Around, clean: str) -> Iterator[Raw]:
    del clean
    if not draft.title.strip() and draft.kind not in _UNTITLED:
        yield _whole("title_missing", "title")
    if len(draft.title) > _TITLE and not draft.meta_title:
        yield _whole("title_long", "title", len(draft.title), _TITLE)
    if len(draft.meta_title) > _TITLE:
        yield _whole("meta_title_long", "meta_title", len(draft.meta_title), _TITLE)
    if around.same_title is not None:
        yield _whole("title_taken", "title", around.same_title)
    field = "meta_description" if draft.meta_description else "excerpt"
    length = len((draft.meta_description or draft.excerpt).strip())
    if not length and draft.kind not in _UNTITLED:
        yield _whole("description_missing", field)
    elif 0 < length < _SUMMARY_LEAST:
        yield _whole("description_short", field, length, _SUMMARY_LEAST)
    elif length > _SUMMARY_MOST and draft.meta_description:
        yield _whole("description_long", field, length, _SUMMARY_MOST)
    if len(draft.slug) > _SLUG:
        yield _whole("slug_long", "slug", len(draft.slug))
    if draft.slug and not source.words_of(draft.slug):
        yield _whole("slug_numbers", "slug")


def _paragraphs(draft: Draft, around: Around, clean: str) -> Iterator[Raw]:
    del draft, around
    for start, end, text in source.paragraphs(clean):
        words = len(source.words_of(text))
        if words > _PARAGRAPH:
            yield "paragraph_long", "body", start, end, str(words), ""
        if words > _SENTENCE:
            longest = max((len(source.words_of(part)) for part in sentences_of(text)), default=0)
            if longest > _SENTENCE:
                yield "sentence_long", "body", start, end, str(longest), ""


_LOOKS: tuple[Callable[[Draft, Around, str], Iterator[Raw]], ...] = (
    _marks, _pictures, _of_kind, _of_recording, _aims, _cta_marks, _links, _headings, _lengths, _paragraphs,
)  # fmt: skip


def _own_path(address: str, around: Around) -> str | None:
    return internal_path(address, url=around.url, base_url=around.base_url)


def _is_within(fragment: str, around: Around) -> bool:
    """Say whether the page has a place of that name; the empty one and `top` are its beginning."""
    if around.anchors is None or fragment.lower() in {"", "top"}:
        return True
    name = unquote(fragment)
    return name in around.anchors or f"{ID_PREFIX}{name}" in around.anchors


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in _SCHEMES and bool(parts.hostname or unquote(parts.path))
    except ValueError:
        return False
