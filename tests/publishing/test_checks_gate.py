"""What holds a piece back, and how it goes out in spite of that."""

from pathlib import Path

import pytest

from octavo.publishing.checks.messages import LANGUAGES, labels
from octavo.publishing.checks.rules import severity_of


@pytest.fixture
async def owner(installation):
    return await installation.owner()


async def made(owner, **fields):
    answer = await owner.post("/api/v1/pieces", json={"title": "Rye", "body": "TK", **fields})
    return answer.json()


async def move(owner, piece, to="published", **more):
    path = f"/api/v1/pieces/{piece['id']}/transitions"
    return await owner.post(path, json={"to": to, "version": piece["version"], **more})


async def choose(owner, names):
    version = (await owner.get("/api/v1/settings")).json()["version"]
    changes = {"version": version, "blocking_checks": names}
    return await owner.patch("/api/v1/settings", json=changes)


async def test_an_open_mark_holds_a_piece_back_and_changes_nothing(owner):
    piece = await made(owner)
    later = {"publish_at": "2030-01-01T09:00", "zone": "UTC"}

    for answer in (await move(owner, piece), await move(owner, piece, "scheduled", **later)):
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("checks_failed")
        assert [(i["check"], i["start"], i["end"]) for i in answer.json()["findings"]] == [
            ("tk", 0, 2)
        ]
    again = (await owner.get(f"/api/v1/pieces/{piece['id']}")).json()
    assert (again["status"], again["version"]) == ("draft", piece["version"])


async def test_it_goes_out_in_spite_of_it_and_the_log_says_so(owner):
    piece = await made(owner)

    assert (await move(owner, piece, despite_checks=True)).json()["status"] == "published"

    log = (await owner.get("/api/v1/audit")).json()["items"]
    assert [row["detail"] for row in log if row["action"] == "piece.published"] == [
        {"despite": ["tk"]}
    ]


async def test_other_moves_and_clean_texts_are_not_asked(owner):
    assert (await move(owner, await made(owner), "in_review")).status_code == 200
    clean = await made(owner, title="Wheat", body="Ready.")
    assert (await move(owner, clean)).json()["status"] == "published"


async def test_changes_of_a_live_piece_are_held_back_too(owner):
    live = (await move(owner, await made(owner, body="Ready."))).json()
    path = f"/api/v1/pieces/{live['id']}"
    changed = await owner.patch(path, json={"version": live["version"], "body": "TK"})

    assert (await move(owner, changed.json())).status_code == 422
    later = await move(owner, changed.json(), publish_at="2030-01-01T09:00", zone="UTC")
    assert later.status_code == 422


async def test_the_organisation_chooses_what_holds_back(owner):
    assert (await choose(owner, ["link_broken", "cta_missing"])).status_code == 200

    answer = await move(owner, await made(owner, body="TK [a](/gone/)"))
    assert {i["check"] for i in answer.json()["findings"]} == {"cta_missing", "link_broken"}

    await choose(owner, [])
    assert (await move(owner, await made(owner, title="Oats"))).status_code == 200
    unknown = await choose(owner, ["tk", "nonsense"])
    assert unknown.status_code == 400
    assert unknown.json()["errors"][0]["field"] == "blocking_checks"
    assert (await owner.get("/api/v1/settings")).json()["blocking_checks"] == []


async def test_of_many_pieces_those_are_held_back_that_must_be(owner):
    held, free = await made(owner), await made(owner, title="Wheat", body="Ready.")
    action = {"type": "transition", "to": "published"}
    body = {"ids": [held["id"], free["id"]], "action": action}

    answer = (await owner.post("/api/v1/pieces/bulk", json=body)).json()

    assert answer["done"] == [free["id"]]
    assert [(f["id"], f["code"]) for f in answer["failed"]] == [(held["id"], "checks_failed")]
    body["action"]["despite_checks"] = True
    assert (await owner.post("/api/v1/pieces/bulk", json=body)).json()["done"][0] == held["id"]


async def test_every_check_can_be_chosen_by_its_name(owner):
    kinds = (await owner.get("/api/v1/checks", headers={"accept-language": "es"})).json()
    assert (await choose(owner, [kind["check"] for kind in kinds])).status_code == 200
    assert {"tk": "Marcas pendientes (TK)"}.items() <= {
        k["check"]: k["label"] for k in kinds
    }.items()


async def test_whoever_may_schedule_may_overrule_and_whoever_reads_sees(installation, owner):
    writer, marketer = await installation.member("writer"), await installation.member("marketer")
    piece = await made(writer)
    piece = (await move(owner, piece, "approved")).json()
    later = {"publish_at": "2030-01-01T09:00", "zone": "UTC"}

    assert (await marketer.get(f"/api/v1/pieces/{piece['id']}/checks")).status_code == 200
    assert (await marketer.post("/api/v1/checks", json={"title": "T"})).status_code == 200
    assert (await choose(marketer, [])).status_code == 403
    assert (await choose(writer, [])).status_code == 403
    assert (await move(writer, piece, "scheduled", **later)).status_code == 422
    done = await move(writer, piece, "scheduled", **later, despite_checks=True)
    assert done.json()["status"] == "scheduled"
    assert (await installation.client().get("/api/v1/checks")).status_code == 401


def test_the_page_on_checks_names_every_check_with_its_severity():
    page = (Path(__file__).parents[2] / "docs/checks.md").read_text(encoding="utf-8")
    assert [row for name, label in labels("en").items()
            if (row := f"| `{name}` | {severity_of(name)} | {label} |") not in page] == []  # fmt: skip
    assert labels("en").keys() == labels("es").keys() == LANGUAGES["en"].keys()
