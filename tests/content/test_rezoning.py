"""Another zone for the organisation: whatever is scheduled in the old one moves as people say."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from octavo.content.tables import PieceRow

OLD, NEW = "Europe/Madrid", "America/New_York"


@pytest.fixture
async def desk(installation):
    """An owner of an organisation in Madrid; `now` is 2026-06-15T10:30Z."""
    return await installation.owner()


async def ask(client, path, body, *, method="post"):
    answer = await getattr(client, method)(f"/api/v1/{path}", json=body)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def scheduled(client, wall="2026-12-01T09:00", *, zone=OLD, title="Rye", **more):
    piece = await ask(client, "pieces", {"title": title, "body": "x"})
    move = {"to": "scheduled", "version": piece["version"], "publish_at": wall, "zone": zone}
    return await ask(client, f"pieces/{piece['id']}/transitions", {**move, **more})


async def survey(client, zone=NEW):
    answer = await client.get("/api/v1/rezoning", params={"zone": zone})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def decide(client, zone=NEW, *, keep, **more):
    version = (await client.get("/api/v1/settings")).json()["version"]
    body = {"zone": zone, "version": version, "keep": keep, **more}
    return await client.post("/api/v1/rezoning", json=body)


async def piece_of(client, piece):
    return (await client.get(f"/api/v1/pieces/{piece['id']}")).json()


async def test_a_zone_with_something_scheduled_is_not_changed_without_a_decision(desk):
    await scheduled(desk)
    settings = (await desk.get("/api/v1/settings")).json()

    answer = await desk.patch(
        "/api/v1/settings", json={"version": settings["version"], "zone": NEW, "tagline": "New"}
    )

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "/problems/zone_choice_required")
    assert "/api/v1/rezoning" in problem["detail"]
    assert problem["count"] == 1
    assert (await desk.get("/api/v1/settings")).json() == settings


async def test_what_stands_in_another_zone_or_nowhere_asks_for_no_decision(desk):
    piece = await scheduled(desk, zone="Asia/Tokyo")
    settings = (await desk.get("/api/v1/settings")).json()

    assert (await survey(desk))["items"] == []
    await ask(desk, "settings", {"version": settings["version"], "zone": NEW}, method="patch")
    after = await piece_of(desk, piece)
    assert (after["publish_zone"], after["version"]) == ("Asia/Tokyo", piece["version"])


async def test_both_ways_are_shown_before_anything_moves(desk):
    piece = await scheduled(desk)

    shown = await survey(desk)

    [item] = shown["items"]
    assert (shown["zone_before"], shown["zone"]) == (OLD, NEW)
    assert item == {
        "id": f"piece:{piece['id']}:publish",
        "kind": "publish",
        "piece_id": piece["id"],
        "title": "Rye",
        "channel": None,
        "wall_time": "2026-12-01T09:00",
        "instant": "2026-12-01T08:00:00Z",
        "kept_instant": {"wall_time": "2026-12-01T03:00"},
        "kept_wall_time": {"instant": "2026-12-01T14:00:00Z", "question": None, "options": []},
        "is_past": False,
    }
    assert await piece_of(desk, piece) == piece


async def test_moments_or_clock_times_stay_as_decided(desk):
    piece = await scheduled(desk)
    shown = await survey(desk)

    moments = await decide(desk, keep="instants", digest=shown["digest"])

    after = await piece_of(desk, piece)
    done = moments.json()
    assert (moments.status_code, done["moved"], done["organisation"]["zone"]) == (200, 1, NEW)
    assert (after["publish_at"], after["publish_zone"]) == ("2026-12-01T03:00", NEW)
    assert (after["publish_instant"], after["version"]) == (
        piece["publish_instant"], piece["version"] + 1,
    )  # fmt: skip

    clock_times = await decide(desk, "Asia/Tokyo", keep="wall_times")

    last = await piece_of(desk, piece)
    assert clock_times.status_code == 200
    assert (last["publish_at"], last["publish_zone"]) == ("2026-12-01T03:00", "Asia/Tokyo")
    assert last["publish_instant"] == "2026-11-30T18:00:00Z"
    place = await PieceRow.select(PieceRow.stands_at).where(PieceRow.id == piece["id"]).first()
    assert place == {"stands_at": datetime(2026, 11, 30, 18, tzinfo=UTC)}


async def test_ends_and_planned_edits_move_too(desk):
    piece = await ask(desk, "pieces", {"title": "Rye", "body": "old"})
    path = f"pieces/{piece['id']}"
    piece = await ask(desk, f"{path}/transitions", {"to": "published", "version": 1})
    change = {"version": piece["version"], "body": "new"}
    piece = await ask(desk, path, change, method="patch")
    edit = {"to": "published", "version": piece["version"], "publish_at": "2026-12-01T09:00"}
    piece = await ask(desk, f"{path}/transitions", edit)
    end = {"version": piece["version"], "unpublish_at": "2026-12-02T09:00"}
    piece = await ask(desk, f"{path}/unpublish-time", end)

    answer = await decide(desk, keep="wall_times")

    after = await piece_of(desk, piece)
    assert answer.json()["moved"] == 2
    assert after["planned_edit"]["publish_instant"] == "2026-12-01T14:00:00Z"
    assert (after["unpublish_instant"], after["unpublish_zone"]) == ("2026-12-02T14:00:00Z", NEW)
    assert after["version"] == piece["version"] + 1


async def test_gaps_overlaps_and_the_past_are_asked_about_and_nothing_moves_before(desk):
    plain = await scheduled(desk, "2027-01-10T09:00")
    gap = await scheduled(desk, "2027-03-14T02:30")
    twice = await scheduled(desk, "2026-11-01T01:30")
    settings = (await desk.get("/api/v1/settings")).json()

    items = {item["piece_id"]: item for item in (await survey(desk))["items"]}
    answer = await decide(desk, keep="wall_times")

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (422, "/problems/rezoning_questions")
    assert [(e["field"], e["code"]) for e in problem["errors"]] == [
        (f"choices.piece:{twice['id']}:publish", "time_repeated"),
        (f"choices.piece:{gap['id']}:publish", "time_skipped"),
    ]
    assert problem["questions"] == [items[twice["id"]], items[gap["id"]]]
    assert items[gap["id"]]["kept_wall_time"] == {
        "instant": None,
        "question": "gap",
        "options": [
            {"choice": 0, "instant": "2027-03-14T07:30:00Z", "wall_time": "2027-03-14T03:30"},
            {"choice": 1, "instant": "2027-03-14T06:30:00Z", "wall_time": "2027-03-14T01:30"},
            {"choice": "instant", "instant": "2027-03-14T01:30:00Z", "wall_time": "2027-03-13T20:30"},
        ],
    }  # fmt: skip
    assert (await desk.get("/api/v1/settings")).json() == settings
    assert await piece_of(desk, plain) == plain

    choices = {f"piece:{gap['id']}:publish": 0, f"piece:{twice['id']}:publish": 1}
    done = await decide(desk, keep="wall_times", choices=choices)
    assert (done.status_code, done.json()["moved"]) == (200, 3)
    assert (await piece_of(desk, gap))["publish_at"] == "2027-03-14T03:30"
    assert (await piece_of(desk, twice))["publish_instant"] == "2026-11-01T06:30:00Z"


async def test_a_clock_time_that_has_passed_over_there_is_asked_about(desk):
    soon = await scheduled(desk, "2026-06-15T14:00")  # 12:00Z; in Tokyo 05:00Z, before now
    [item] = (await survey(desk, "Asia/Tokyo"))["items"]
    refused = await decide(desk, "Asia/Tokyo", keep="wall_times")
    left = await decide(
        desk, "Asia/Tokyo", keep="wall_times", choices={f"piece:{soon['id']}:publish": "instant"}
    )

    assert (item["is_past"], item["kept_wall_time"]["question"]) == (True, "past")
    assert [o["choice"] for o in item["kept_wall_time"]["options"]] == [0, "instant"]
    assert refused.status_code == 422
    assert (await piece_of(desk, soon))["publish_instant"] == soon["publish_instant"]
    assert left.status_code == 200


async def test_zones_whose_clocks_agree_ask_nothing(desk):
    later = await scheduled(desk, "2026-10-25T02:30", fold=1)

    done = await decide(desk, "Europe/Paris", keep="wall_times")

    assert done.status_code == 200
    after = await piece_of(desk, later)
    assert (after["publish_instant"], after["publish_at"]) == (
        later["publish_instant"], "2026-10-25T02:30",
    )  # fmt: skip


async def test_what_changed_since_it_was_shown_is_shown_again(desk):
    piece = await scheduled(desk)
    shown = await survey(desk)
    await scheduled(desk, "2026-12-24T18:00", title="Later")

    answer = await decide(desk, keep="instants", digest=shown["digest"])

    problem = answer.json()
    assert (answer.status_code, problem["type"]) == (409, "/problems/rezoning_changed")
    assert [item["title"] for item in problem["current"]["items"]] == ["Rye", "Later"]
    assert (await piece_of(desk, piece)) == piece
    again = await decide(desk, keep="instants", digest=problem["current"]["digest"])
    assert again.json()["moved"] == 2


async def test_a_decision_about_old_settings_is_refused(desk):
    await scheduled(desk)
    await ask(desk, "settings", {"version": 1, "tagline": "Other"}, method="patch")
    body = {"zone": NEW, "version": 1, "keep": "instants"}

    answer = await desk.post("/api/v1/rezoning", json=body)

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/stale_version")
    assert answer.json()["current"]["zone"] == OLD


WRONG = [
    ({"zone": "Europe/Atlantis"}, "zone"),
    ({"zone": "UTC\x00"}, "zone"),
    ({"zone": OLD}, "zone"),
    ({"keep": "both"}, "keep"),
    ({"choices": {"piece:99:publish": 0}}, "choices.piece:99:publish"),
    ({"choices": {"piece:1:publish": 2}}, "choices[...]"),
    ({"keep": "instants", "choices": {"piece:1:publish": 0}}, "choices.piece:1:publish"),
    ({"colour": "red"}, "colour"),
]


async def test_wrong_decisions_name_their_field_and_move_nothing(desk):
    piece = await scheduled(desk)
    version = (await desk.get("/api/v1/settings")).json()["version"]

    for more, field in WRONG:
        body = {"zone": NEW, "version": version, "keep": "wall_times", **more}
        answer = await desk.post("/api/v1/rezoning", json=body)
        assert answer.status_code == 400, answer.text
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    unknown = await desk.get("/api/v1/rezoning", params={"zone": "../../etc/passwd"})
    assert unknown.json()["errors"][0]["field"] == "zone"
    assert await piece_of(desk, piece) == piece


async def test_a_piece_does_not_leave_before_it_comes(desk):
    """Its end stands in another zone and stays; five hours later than it comes, it leaves."""
    piece = await scheduled(desk)
    end = {
        "version": piece["version"],
        "unpublish_at": "2026-12-01T10:00",
        "zone": "Europe/London",
    }
    piece = await ask(desk, f"pieces/{piece['id']}/unpublish-time", end)

    answer = await decide(desk, keep="wall_times")

    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == (
        f"choices.piece:{piece['id']}:publish", "out_of_order",
    )  # fmt: skip
    assert await piece_of(desk, piece) == piece


async def test_what_is_due_already_stays_as_it_is(desk, installation):
    piece = await scheduled(desk, "2026-06-15T12:31")
    await PieceRow.update(
        {PieceRow.publish_instant: datetime(2026, 6, 15, 10, 30, tzinfo=UTC) - timedelta(hours=1)}
    ).where(PieceRow.id == piece["id"])

    assert (await survey(desk))["items"] == []


async def test_only_who_may_configure_may_look_and_decide(desk, installation):
    for role, status in (("writer", 403), ("marketer", 403), ("editor", 200)):
        member = await installation.member(role)
        looked = await member.get("/api/v1/rezoning", params={"zone": NEW})
        decided = await decide(member, keep="instants")
        assert (looked.status_code, decided.status_code) == (status, status)


async def test_what_moved_is_in_the_audit_log(desk):
    piece = await scheduled(desk)
    await decide(desk, keep="instants")

    entries = (await desk.get("/api/v1/audit")).json()["items"]
    found = {entry["action"]: entry for entry in entries}

    assert found["organisation.rezoned"]["detail"] == {
        "from": OLD, "to": NEW, "keep": "instants", "moved": 1,
    }  # fmt: skip
    assert found["piece.rezoned"]["subject"] == f"piece:{piece['id']}"
    assert found["piece.rezoned"]["detail"] == {"publish": f"2026-12-01T03:00 {NEW}"}


async def test_of_two_who_decide_at_once_one_is_done_and_nothing_is_half_moved(desk):
    pieces = [await scheduled(desk, title=title) for title in ("Rye", "Spelt", "Oat")]
    version = (await desk.get("/api/v1/settings")).json()["version"]
    bodies = [
        {"zone": zone, "version": version, "keep": "wall_times"}
        for zone in (NEW, "Asia/Tokyo", "Europe/London")
    ]

    answers = await asyncio.gather(*(desk.post("/api/v1/rezoning", json=body) for body in bodies))

    [done] = [answer.json() for answer in answers if answer.status_code == 200]
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    zone = done["organisation"]["zone"]
    after = [await piece_of(desk, piece) for piece in pieces]
    assert {(p["publish_zone"], p["publish_at"]) for p in after} == {(zone, "2026-12-01T09:00")}


async def test_an_embargo_is_not_broken_by_a_clock_time_that_comes_earlier(desk):
    embargo = {"embargo_until": "2026-12-01T09:00", "embargo_zone": OLD}
    data = {"title": "News", "body": "x", "kind": "press_release", "fields": embargo}
    piece = await ask(desk, "pieces", data)
    move = {"to": "scheduled", "version": 1, "publish_at": "2026-12-01T09:00"}
    piece = await ask(desk, f"pieces/{piece['id']}/transitions", move)

    answer = await decide(desk, "Asia/Tokyo", keep="wall_times")

    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (
        400, f"choices.piece:{piece['id']}:publish", "embargo",
    )  # fmt: skip
    left = {f"piece:{piece['id']}:publish": "instant"}
    done = await decide(desk, "Asia/Tokyo", keep="wall_times", choices=left)
    assert done.status_code == 200
    assert (await piece_of(desk, piece))["publish_at"] == "2026-12-01T17:00"
