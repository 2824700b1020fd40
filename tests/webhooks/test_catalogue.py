"""Every event has a public name that stays, a schema, and a line in the documentation."""

import importlib
import json
import pkgutil

import msgspec
import pytest

import octavo
from octavo.kernel.events import Event
from octavo.webhooks import catalogue
from octavo.webhooks.catalogue import BY_CLASS, BY_NAME

# Receivers compare these. A name may be added here; none may be changed or taken away.
FOR_EVER = {
    "author.changed", "author.created", "campaign.changed", "channel.changed", "comment.added",
    "comment.changed", "comment.deleted", "comment.resolved", "cta.changed", "delivery.cancelled",
    "delivery.failed", "delivery.planned", "delivery.sent", "key.made", "key.revoked",
    "media.added", "media.changed", "media.deleted", "media.replaced", "objective.changed",
    "organisation.changed", "piece.changed", "piece.created", "piece.ctas_changed",
    "piece.deleted", "piece.moved", "piece.published", "piece.reviewers_changed",
    "piece.scheduled", "piece.withdrawn", "pieces.imported", "pieces.live", "pieces.repathed",
    "redirects.changed", "review.given", "review.requested", "series.changed", "tag.changed", "tag.created",
    "user.changed", "user.invited", "user.joined", "webhook.disabled",
}  # fmt: skip


def event_classes():
    for module in pkgutil.walk_packages(octavo.__path__, "octavo."):
        if module.name.endswith(".events") or ".events." in module.name:
            importlib.import_module(module.name)
    found, waiting = set(), [Event]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("octavo."):
                found.add(kind)
    return found


def test_every_class_of_events_has_a_name():
    unnamed = {f"{kind.__module__}.{kind.__name__}" for kind in event_classes() - set(BY_CLASS)}

    assert unnamed == set(), "name them in octavo.webhooks.catalogue"


def test_no_name_is_gone():
    assert set(BY_NAME) >= FOR_EVER
    assert len(BY_CLASS) == len(BY_NAME)


def test_names_are_dotted_and_fit_their_column():
    for name in BY_NAME:
        thing, _, fact = name.partition(".")
        assert thing.isidentifier()
        assert fact.isidentifier()
        assert len(name) <= 60


def test_the_documentation_lists_what_there_is(repository):
    page = (repository.root / "docs" / "webhooks.md").read_text()

    assert page == catalogue.with_reference(page), "run: python -m octavo.webhooks.catalogue"


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_every_event_says_what_happened_and_has_a_schema(name):
    entry = BY_NAME[name]
    (kind,) = [kind for kind in catalogue.kinds() if kind.name == name]

    assert entry.about
    assert not set("|`") & set(entry.about)
    assert json.dumps(kind.schema)
    for field in entry.event.__struct_fields__:
        assert field in json.dumps(kind.schema)


async def test_what_is_sent_fits_its_schema(desk, receiver):
    hook = await desk.hook(receiver.url)
    tag = await desk.post("/tags", 201, name="Bread")
    piece = await desk.piece(tags=["Bread"])
    await desk.api.patch(
        f"/api/v1/tags/{tag['id']}", json={"version": tag["version"], "name": "Rye"}
    )
    published = await desk.publish(piece)
    await desk.post("/campaigns", 201, name="Spring")
    await desk.post(
        "/objectives", 201, name="Readers", metric="reach", target=5,
    )  # fmt: skip
    cta = await desk.post(
        "/ctas", 201, label="Join", action="subscribe",
        destination={"url": "https://example.org/"}, expected={"count": 3},
    )  # fmt: skip
    await desk.post(f"/pieces/{piece['id']}/ctas", 201, cta_id=cta["id"])
    await desk.post(
        f"/pieces/{piece['id']}/transitions", to="archived", version=published["version"]
    )
    gone = await desk.piece("Gone")
    deleted = await desk.api.delete(f"/api/v1/pieces/{gone['id']}", params={"version": 1})
    assert deleted.status_code in {200, 204}, deleted.text
    for _ in range(5):
        await desk.send()

    told = receiver.messages
    assert {message["type"] for message in told} >= {
        "piece.created", "piece.published", "piece.withdrawn", "piece.deleted", "tag.changed",
        "campaign.changed", "objective.changed", "cta.changed", "piece.ctas_changed",
    }  # fmt: skip
    for message in told:
        kind = BY_NAME[message["type"]].data
        msgspec.convert(message["data"], msgspec.defstruct("Strict", [
            (field.name, field.type) for field in msgspec.structs.fields(kind)
        ], kw_only=True, forbid_unknown_fields=True))  # fmt: skip
    last = next(m for m in told if m["type"] == "piece.deleted")
    assert last["data"]["piece"] is None
    assert last["content_hash"] is None
    assert {d["state"] for d in await desk.deliveries(hook)} == {"delivered"}
