"""Every event by its public name, and what its message holds; the only place that names them.

Writes the list in `docs/webhooks.md`: `python -m octavo.webhooks.catalogue`. A test finds classes
of events that have no name here, and a list that is no longer what the classes say.
"""

import sys
from pathlib import Path
from typing import Any, Final, get_type_hints

import msgspec

from octavo.accounts import events as accounts
from octavo.content import events as content
from octavo.cta import events as cta
from octavo.distribution import events as distribution
from octavo.kernel.events import Event
from octavo.publishing import events as publishing
from octavo.strategy import events as strategy
from octavo.webhooks import events as webhooks
from octavo.webhooks.rules import PING
from octavo.webhooks.schemas import EventKind
from octavo.webhooks.subjects import SUBJECTS

__all__ = ["BY_CLASS", "BY_NAME", "Entry", "kinds", "reference_text", "with_reference"]

# Names are for ever: receivers compare them. A new class gets a new name; no name changes.
_NAMES: Final[dict[str, type[Event]]] = {
    "piece.created": content.PieceCreated,
    "piece.changed": content.PieceChanged,
    "piece.moved": content.PieceMoved,
    "piece.scheduled": content.PieceScheduled,
    "piece.published": content.PiecePublished,
    "piece.withdrawn": content.PieceWithdrawn,
    "piece.deleted": content.PieceDeleted,
    "piece.ctas_changed": cta.PieceCtasChanged,
    "piece.reviewers_changed": content.ReviewersChanged,
    "review.requested": content.ReviewRequested,
    "review.given": content.ReviewGiven,
    "comment.added": content.CommentAdded,
    "comment.changed": content.CommentChanged,
    "comment.resolved": content.CommentResolved,
    "comment.deleted": content.CommentDeleted,
    "piece.translated": content.PieceTranslated,
    "translations.changed": content.TranslationsChanged,
    "pieces.imported": content.PiecesImported,
    "pieces.repathed": content.PiecesRepathed,
    "pieces.live": publishing.PiecesWentLive,
    "tag.created": content.TagCreated,
    "tag.changed": content.TagChanged,
    "series.changed": content.SeriesChanged,
    "author.created": content.AuthorCreated,
    "author.changed": content.AuthorChanged,
    "redirects.changed": content.RedirectsChanged,
    "media.added": content.MediaAdded,
    "media.changed": content.MediaChanged,
    "media.replaced": content.MediaReplaced,
    "media.deleted": content.MediaDeleted,
    "cta.changed": cta.CtaChanged,
    "objective.changed": strategy.ObjectiveChanged,
    "campaign.changed": strategy.CampaignChanged,
    "channel.changed": distribution.ChannelChanged,
    "delivery.planned": distribution.DeliveryPlanned,
    "delivery.cancelled": distribution.DeliveryCancelled,
    "delivery.sent": distribution.DeliverySent,
    "delivery.failed": distribution.DeliveryFailed,
    "organisation.changed": accounts.OrganisationChanged,
    "organisation.rezoned": accounts.OrganisationRezoned,
    "user.invited": accounts.UserInvited,
    "user.joined": accounts.UserJoined,
    "user.changed": accounts.UserChanged,
    "key.made": accounts.KeyMade,
    "key.revoked": accounts.KeyRevoked,
    "webhook.disabled": webhooks.WebhookDisabled,
}

# What an event is about, where its fields do not say so, or say more than one thing.
_SUBJECTS: Final[dict[type[Event], str | None]] = {
    accounts.OrganisationChanged: "organisation",
    accounts.OrganisationRezoned: "organisation",
    content.TagChanged: "tag",
    content.AuthorChanged: "author",
    content.SeriesChanged: "series",
    cta.CtaChanged: "cta",
    distribution.DeliveryPlanned: "delivery",
    distribution.DeliveryCancelled: "delivery",
    distribution.DeliverySent: "delivery",
    distribution.DeliveryFailed: "delivery",
}

_START: Final = "<!-- catalogue -->"
_END: Final = "<!-- end of catalogue -->"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of event. `subject` is a key of `SUBJECTS`, None when there is nothing to show."""

    name: str
    event: type[Event]
    subject: str | None

    @property
    def about(self) -> str:
        """What happened, in a sentence or two."""
        lines = (self.event.__doc__ or "").strip().splitlines()
        return " ".join(line.strip() for line in lines if line.strip()).replace("`", "")

    @property
    def data(self) -> type[msgspec.Struct]:
        """The shape of a message's `data`: the fields of the event, and its subject as it is now."""
        hints = get_type_hints(self.event, include_extras=True)
        fields: list[tuple[str, Any]] = [
            (name, hints[name]) for name in self.event.__struct_fields__
        ]
        if self.subject is not None:
            shown = SUBJECTS[self.subject][1]
            fields.append((self.subject, shown if self.subject == "pieces" else shown | None))
        return msgspec.defstruct(f"{self.event.__name__}Data", fields, kw_only=True)


def _subject_of(event: type[Event]) -> str | None:
    if event in _SUBJECTS:
        return _SUBJECTS[event]
    fields = event.__struct_fields__
    return next((name for name, (key, _) in SUBJECTS.items() if key and key in fields), None)


BY_NAME: Final[dict[str, Entry]] = {
    name: Entry(name=name, event=event, subject=_subject_of(event))
    for name, event in _NAMES.items()
}
BY_CLASS: Final[dict[type[Event], Entry]] = {entry.event: entry for entry in BY_NAME.values()}


def kinds() -> list[EventKind]:
    """List every kind of event that a webhook can ask for, with the schema of its `data`."""
    return [
        EventKind(name=entry.name, about=entry.about, schema=msgspec.json.schema(entry.data))
        for entry in BY_NAME.values()
    ]


def reference_text() -> str:
    """Answer the catalogue as Markdown."""
    lines = ["| Event | What happened | `data` |", "|---|---|---|"]
    shown: dict[str, Any] = {}
    for entry in BY_NAME.values():
        names = [f"`{field.name}`" for field in msgspec.structs.fields(entry.data)]
        lines.append(f"| `{entry.name}` | {entry.about} | {', '.join(names)} |")
        if entry.subject:
            shown[entry.subject] = SUBJECTS[entry.subject][1]
    lines.append(f"| `{PING}` | Somebody tests the webhook. | `webhook_id`, `name` |")
    lines += ["", "What is shown of a subject, as it is when the event is announced:", ""]
    lines += ["| In `data` | Its fields |", "|---|---|"]
    for name, kind in shown.items():
        one = kind.__args__[0] if name == "pieces" else kind
        fields = ", ".join(f"`{field.name}`" for field in msgspec.structs.fields(one))
        lines.append(f"| `{name}`{' (a list)' if name == 'pieces' else ''} | {fields} |")
    return "\n".join(lines)


def with_reference(document: str) -> str:
    """Answer the document with the catalogue of today between its two marks."""
    head, _, rest = document.partition(_START)
    _, _, tail = rest.partition(_END)
    return f"{head}{_START}\n{reference_text()}\n{_END}{tail}"


def _main() -> None:
    page = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/webhooks.md")
    page.write_text(with_reference(page.read_text()))


if __name__ == "__main__":
    _main()
