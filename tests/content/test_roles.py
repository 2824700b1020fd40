"""Every role at every door of a piece, against the tables of `docs/roles.md` and those in the code."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from octavo.accounts.access import TABLE
from octavo.accounts.tables import UserRow
from octavo.content import events
from octavo.content.review.tables import CommentRow, PresenceRow, ReviewerRow, VerdictRow
from octavo.content.rules import STATUSES, TRANSITIONS
from octavo.content.tables import PieceRow, RevisionRow
from octavo.kernel.events import Event
from octavo.kernel.ids import new_code

ROLES_PAGE = Path(__file__).parents[2] / "docs" / "roles.md"
POWERS = {"E": {"reviewer"}, "A": {"reviewer", "author"}, "W": {"reviewer", "author", "writer"}}
WHO = ["owner", "editor", "writer, own", "writer, others'", "marketer"]
FUTURE = {"publish_at": "2027-12-01T09:00", "zone": "Europe/Madrid"}


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def page_moves():
    lines = ROLES_PAGE.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("| from"))
    targets = [cell.strip("`") for cell in cells(lines[at])[1:]]
    moves = {}
    for line in lines[at + 2 : at + 2 + len(targets)]:
        before, *signs = cells(line)
        moves |= {
            (before.strip("`"), after): POWERS[sign]
            for after, sign in zip(targets, signs, strict=True)
            if sign != "–"
        }
    return moves


def page_actions():
    lines = ROLES_PAGE.read_text().splitlines()
    at = next(
        n
        for n, line in enumerate(lines)
        if line.startswith("| Action | What | owner | editor | writer, own")
    )
    assert cells(lines[at])[2:] == WHO
    found = {}
    for line in lines[at + 2 :]:
        if not re.match(r"\| `\w+` \|", line):
            break
        name, _, *said = cells(line)
        found[name.strip("`")] = {who for who, cell in zip(WHO, said, strict=True) if cell == "yes"}
    return found


def test_the_page_shows_the_moves_of_the_code():
    assert page_moves() == {move: set(powers) for move, powers in TRANSITIONS.items()}
    assert {state for move in page_moves() for state in move} == set(STATUSES)


def powers_of(role, *, own):
    actions = TABLE[role]
    held = {"reviewer"} if "review" in actions else set()
    if "write" in actions:
        held |= {"writer", "author"} if own else {"writer"}
    return held


class House:
    """Browsers of every role, and one piece that is put into whatever state is wanted."""

    def __init__(self, installation, clients):
        self.installation = installation
        self.clients = clients

    async def start(self):
        made = await self.clients["owner"].post(
            "/api/v1/pieces", json={"title": "One", "body": "a b"}
        )
        self.piece_id = made.json()["id"]
        rows = await RevisionRow.select(RevisionRow.id).where(RevisionRow.piece_id == self.piece_id)
        self.revision_id = rows[0]["id"]
        people = await UserRow.select(UserRow.id, UserRow.role)
        self.users = {row["role"]: row["id"] for row in people}

    async def put(self, status, *, made_by=None):
        """Put the piece into a state, at version 1, as the work of this role or of nobody."""
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        live, timed = status == "published", status == "scheduled"
        # The row alone: what leads to a state is tested elsewhere.
        await PieceRow.update(
            {
                PieceRow.status: status,
                PieceRow.title: "One",
                PieceRow.version: 1,
                PieceRow.head_revision_id: self.revision_id,
                PieceRow.live_revision_id: self.revision_id if live else None,
                PieceRow.live_path: "/one/" if live else None,
                PieceRow.published_at: moment if live else None,
                PieceRow.publish_at: "2027-01-01T09:00" if timed else None,
                PieceRow.publish_zone: "UTC" if timed else None,
                PieceRow.publish_instant: datetime(2027, 1, 1, 9, tzinfo=UTC) if timed else None,
                PieceRow.created_by: None if made_by is None else self.users.get(made_by),
            }
        ).where(PieceRow.id == self.piece_id)
        await RevisionRow.delete().where(
            (RevisionRow.piece_id == self.piece_id) & (RevisionRow.id != self.revision_id)
        )
        for table in (ReviewerRow, VerdictRow, CommentRow, PresenceRow):
            await table.delete(force=True)


@pytest.fixture
async def house(installation):
    owner = await installation.owner()
    clients = {"owner": owner}
    for role in ("editor", "writer", "marketer"):
        clients[role] = await installation.member(role)
    key = await owner.post("/api/v1/keys", json={"name": "Reader", "scope": "content"})
    clients["reader"] = installation.client(authorization=f"Bearer {key.json()['key']}")
    house = House(installation, clients)
    await house.start()
    # The owner's byline would make every piece theirs.
    await owner.patch(f"/api/v1/pieces/{house.piece_id}", json={"version": 1, "author_ids": []})
    return house


@pytest.mark.parametrize("role", [*TABLE])
async def test_every_move_is_as_the_table_says(house, role):
    wrong = []
    path = f"/api/v1/pieces/{house.piece_id}/transitions"
    for before in STATUSES:
        for after in STATUSES:
            for own in (True, False):
                await house.put(before, made_by=role if own else None)
                body = {"to": after, "version": 1, **(FUTURE if after == "scheduled" else {})}
                status = (await house.clients[role].post(path, json=body)).status_code
                if status != expected_of_move(role, before, after, own=own):
                    wrong.append((before, after, "own" if own else "others'", status))

    assert wrong == []


def expected_of_move(role, before, after, *, own):
    if "write" not in TABLE[role]:
        return 403
    if (before, after) not in TRANSITIONS:
        return 422
    return 200 if page_moves()[before, after] & powers_of(role, own=own) else 403


async def create_piece(house, client):
    return await client.post("/api/v1/pieces", json={"title": "Another"})


async def translate_piece(house, client):
    path = f"/api/v1/pieces/{house.piece_id}/translations"
    return await client.post(path, json={"language": f"de-{new_code(8)}"})


async def edit(house, client):
    body = {"version": 1, "title": "Changed"}
    return await client.patch(f"/api/v1/pieces/{house.piece_id}", json=body)


async def restore(house, client):
    body = {"version": 1, "revision_id": house.revision_id}
    return await client.post(f"/api/v1/pieces/{house.piece_id}/restore", json=body)


async def delete(house, client):
    """Told apart from the deed: a piece that is already gone cannot be tried again."""
    made = await house.clients["owner"].post(
        "/api/v1/pieces", json={"title": "To go", "author_ids": []}
    )
    maker = await PieceRow.select(PieceRow.created_by).where(PieceRow.id == house.piece_id).first()
    await PieceRow.update({PieceRow.created_by: maker["created_by"]}).where(
        PieceRow.id == made.json()["id"]
    )
    return await client.delete(f"/api/v1/pieces/{made.json()['id']}")


async def set_end(house, client):
    body = {"version": 1, "unpublish_at": "2030-01-01T09:00", "zone": "Europe/Madrid"}
    return await client.post(f"/api/v1/pieces/{house.piece_id}/unpublish-time", json=body)


async def drop_planned_edit(house, client):
    path = f"/api/v1/pieces/{house.piece_id}/planned-edit"
    return await client.delete(path, params={"version": 1})


async def create_series(house, client):
    return await client.post("/api/v1/series", json={"title": f"Series {new_code(8)}"})


async def order_series(house, client):
    made = (await create_series(house, house.clients["owner"])).json()
    joined = {"version": 1, "series_id": made["id"], "series_position": None}
    await house.clients["owner"].patch(f"/api/v1/pieces/{house.piece_id}", json=joined)
    body = {"pieces": [{"id": house.piece_id, "version": 2}]}
    return await client.put(f"/api/v1/series/{made['id']}/order", json=body)


async def edit_series(house, client):
    made = await create_series(house, house.clients["owner"])
    body = {"version": 1, "title": "Changed"}
    return await client.patch(f"/api/v1/series/{made.json()['id']}", json=body)


async def bulk(house, client):
    body = {"ids": [house.piece_id], "action": {"type": "add_tags", "tags": ["x"]}}
    return await client.post("/api/v1/pieces/bulk", json=body)


async def compare(house, client):
    ends = {"from": house.revision_id, "to": house.revision_id}
    return await client.get(f"/api/v1/pieces/{house.piece_id}/compare", params=ends)


async def assign_reviewers(house, client):
    body = {"version": 1, "reviewer_ids": [house.users["owner"]]}
    return await client.put(f"/api/v1/pieces/{house.piece_id}/review", json=body)


async def remove_reviewer(house, client):
    await ask(house, "owner")
    body = {"version": 1, "reviewer_ids": []}
    return await client.put(f"/api/v1/pieces/{house.piece_id}/review", json=body)


async def judge(house, client):
    body = {"version": 1, "verdict": "approve"}
    return await client.post(f"/api/v1/pieces/{house.piece_id}/review/verdicts", json=body)


async def judge_assigned(house, client):
    await ask(house, *house.users)
    return await judge(house, client)


async def ask(house, *roles):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    for role in roles:
        await ReviewerRow.insert(
            ReviewerRow(piece_id=house.piece_id, user_id=house.users[role], created_at=moment)
        )


async def comment(house, client):
    await client.put(f"/api/v1/pieces/{house.piece_id}/presence")
    return await client.post(f"/api/v1/pieces/{house.piece_id}/comments", json={"body": "Hm."})


async def others_comment(house):
    """A comment by somebody who is none of the five."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    rows = await CommentRow.insert(
        CommentRow(
            piece_id=house.piece_id, principal="key:77", name="A key", body="Hm.", created_at=moment
        )
    ).returning(CommentRow.id)
    return f"/api/v1/comments/{rows[0]['id']}"


async def resolve_comment(house, client):
    return await client.patch(await others_comment(house), json={"resolved": True})


async def edit_comment(house, client):
    return await client.patch(await others_comment(house), json={"body": "Put into their mouth"})


async def delete_comment(house, client):
    return await client.delete(await others_comment(house))


DOORS = {
    "create_piece": (create_piece, "draft"),
    "translate_piece": (translate_piece, "draft"),
    "edit": (edit, "draft"),
    "edit_judged": (edit, "approved"),
    "restore": (restore, "draft"),
    "delete": (delete, "draft"),
    "set_end": (set_end, "draft"),
    "set_end_live": (set_end, "published"),
    "drop_planned_edit": (drop_planned_edit, "published"),
    "create_series": (create_series, "draft"),
    "order_series": (order_series, "draft"),
    "edit_series": (edit_series, "draft"),
    "bulk": (bulk, "draft"),
    "compare": (compare, "draft"),
    "assign_reviewers": (assign_reviewers, "draft"),
    "remove_reviewer": (remove_reviewer, "draft"),
    "judge": (judge, "in_review"),
    "judge_assigned": (judge_assigned, "in_review"),
    "comment": (comment, "draft"),
    "resolve_comment": (resolve_comment, "draft"),
    "edit_comment": (edit_comment, "draft"),
    "delete_comment": (delete_comment, "draft"),
}


async def test_every_action_is_as_the_table_says(house):
    page = page_actions()
    assert set(page) == set(DOORS)
    said, refusals = {name: set() for name in DOORS}, set()
    for name, (door, status) in DOORS.items():
        for who in [*WHO, "reader"]:
            role = who.partition(",")[0]
            await house.put(status, made_by="writer" if who.endswith("own") else None)
            answer = await door(house, house.clients[role])
            if answer.is_success:
                said[name].add(who)
            else:
                refusals.add(answer.status_code)

    assert said == page
    assert refusals <= {403, 422}  # 422: what was judged is locked for whoever may not judge


def test_every_event_of_content_says_what_it_is_about():
    kinds = [
        kind
        for kind in vars(events).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    ]

    assert [kind.__name__ for kind in kinds if not kind.__struct_fields__ or not kind.__doc__] == []
