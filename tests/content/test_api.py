"""Content over HTTP, by the names that outside programs rely on."""

import pytest

PIECE_FIELDS = {
    "id", "kind", "title", "slug", "body", "status", "version", "tags", "url", "planned_for",
    "publish_at", "publish_zone", "published_at", "created_at", "updated_at",
}  # fmt: skip


async def make(client, **fields):
    answer = await client.post("/pieces", json={"title": "Hello", "body": "World", **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_piece_is_made_read_changed_and_deleted(client):
    piece = await make(client, kind="post", tags=["Bread", "Oven"], planned_for="2026-W49")
    assert set(piece) >= PIECE_FIELDS
    assert piece["url"] == "http://127.0.0.1:8000/hello/"
    assert [(tag["name"], tag["slug"]) for tag in piece["tags"]] == [
        ("Bread", "bread"), ("Oven", "oven"),
    ]  # fmt: skip
    path = f"/pieces/{piece['id']}"

    changed = await client.patch(path, json={"version": 1, "body": "Changed", "tags": []})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert changed.json()["tags"] == []
    assert (await client.get(path)).json() == changed.json()
    stale = await client.patch(path, json={"version": 1, "body": "Late"})
    assert stale.status_code == 409
    assert stale.headers["content-type"].startswith("application/problem+json")
    assert stale.json()["current"] == changed.json()
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_a_piece_walks_to_its_readers(client, room):
    piece = await make(client)
    moves = f"/pieces/{piece['id']}/transitions"
    scheduled = await client.post(
        moves,
        json={
            "to": "scheduled", "version": 1,
            "publish_at": "2026-12-01T09:00", "zone": "Europe/Madrid",
        },
    )  # fmt: skip
    body = scheduled.json()
    assert (scheduled.status_code, body["status"], body["publish_at"], body["publish_zone"]) == (
        200, "scheduled", "2026-12-01T09:00", "Europe/Madrid",
    )  # fmt: skip
    assert body["publish_instant"] == "2026-12-01T08:00:00Z"
    assert "published" in (await client.get(moves)).json()
    published = await client.post(moves, json={"to": "published", "version": 2})
    assert published.json()["status"] == "published"
    assert published.json()["published_at"] == room.now.isoformat().replace("+00:00", "Z")
    again = await client.post(moves, json={"to": "published", "version": 2})
    assert (again.status_code, again.json()["current"]["version"]) == (409, 3)
    impossible = await client.post(moves, json={"to": "in_review", "version": 3})
    assert impossible.status_code == 422
    gap = await client.post(
        f"/pieces/{(await make(client))['id']}/transitions",
        json={"to": "scheduled", "version": 1, "publish_at": "2027-03-28T02:30"},
    )
    assert (gap.status_code, gap.json()["errors"][0]["field"]) == (400, "publish_at")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"title": "x", "colour": "red"}, 400, None),
        ({"title": 7}, 400, "title"),
        ({"kind": "poem"}, 400, "kind"),
        ({"kind": "saga"}, 400, "kind"),
        ({"title": "a\u0000"}, 400, "title"),
        ({"title": "x" * 301}, 400, "title"),
        ({"tags": ["x"] * 101}, 400, "tags"),
        ({"status": "published"}, 400, "status"),
        ({"slug": "taken"}, 409, "slug"),
        ({"slug": "api"}, 400, "slug"),
        ({"campaign_id": 2**40}, 400, "campaign_id"),
        ({"planned_for": "2026-02-30"}, 400, "planned_for"),
    ],
)
async def test_bad_input_is_a_problem_that_names_its_field(client, body, status, field):
    await make(client, slug="taken")
    answer = await client.post("/pieces", json=body)

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    if field is not None:
        assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert len((await client.get("/pieces")).json()["items"]) == 1


async def test_roles_are_kept_at_the_door(client):
    piece = await make(client)
    for who, status in (("marketer", 403), ("writer", 201)):
        answer = await client.post("/pieces", json={"title": "x"}, headers={"x-as": who})
        assert answer.status_code == status
    publish = {"to": "published", "version": 1}
    moves = f"/pieces/{piece['id']}/transitions"
    refused = await client.post(moves, json=publish, headers={"x-as": "writer"})
    assert (refused.status_code, refused.json()["status"]) == (403, 403)
    assert (await client.get("/pieces", headers={"x-as": "marketer"})).status_code == 200


async def test_pieces_are_listed_by_filter_sort_and_cursor(client):
    for number in range(5):
        await make(client, title=f"Piece {number}", kind="post" if number % 2 else "page")
    first = (await client.get("/pieces?limit=3&sort=title")).json()
    rest = (
        await client.get(
            "/pieces", params={"limit": 3, "sort": "title", "cursor": first["next_cursor"]}
        )
    ).json()
    titles = [item["title"] for item in first["items"] + rest["items"]]
    assert titles == [f"Piece {number}" for number in range(5)]
    assert "body" not in first["items"][0]
    assert len((await client.get("/pieces?kind=post")).json()["items"]) == 2
    assert len((await client.get("/pieces?status=idea,draft&q=piece%204")).json()["items"]) == 1
    assert len((await client.get("/pieces?from=2026-06-15&to=2026-06-15")).json()["items"]) == 5
    assert (await client.get("/pieces?to=2026-06-14")).json()["items"] == []
    for query in ("status=odd", "kind=poem", "sort=colour", "limit=0", "limit=101", "cursor=x",
                  "from=yesterday", "campaign=x"):  # fmt: skip
        answer = await client.get(f"/pieces?{query}")
        assert (query, answer.status_code) == (query, 400)


async def test_revisions_are_listed_and_read(client):
    piece = await make(client)
    await client.patch(f"/pieces/{piece['id']}", json={"version": 1, "body": "Second"})
    revisions = (await client.get(f"/pieces/{piece['id']}/revisions")).json()["items"]

    assert [(item["number"], item["is_head"]) for item in revisions] == [(2, True), (1, False)]
    one = await client.get(f"/pieces/{piece['id']}/revisions/{revisions[1]['id']}")
    assert one.json()["body"] == "World"
    assert (await client.get(f"/pieces/{piece['id']}/revisions/99999")).status_code == 404
    assert (await client.get("/pieces/999/revisions")).status_code == 404


async def test_tags_authors_and_redirects_are_kept(client):
    piece = await make(client, tags=["Bread"])
    tag = (await client.get("/tags")).json()["items"][0]
    assert (tag["name"], tag["pieces"]) == ("Bread", 1)
    renamed = await client.patch(f"/tags/{tag['id']}", json={"version": 1, "name": "Loaves"})
    assert (renamed.json()["name"], renamed.json()["slug"]) == ("Loaves", "bread")
    assert (await client.patch(f"/tags/{tag['id']}", json={"version": 1})).status_code == 409
    assert (await client.post("/tags", json={"name": "Bread"})).status_code == 409
    author = (await client.post("/authors", json={"name": "Ghost Writer", "bio": "Boo"})).json()
    assert author["website"] == ""
    for website, status in (("javascript:alert(1)", 400), ("https://ghost.example/", 200)):
        answer = await client.patch(
            f"/authors/{author['id']}", json={"version": 1, "website": website}
        )
        assert answer.status_code == status
    assert answer.json()["website"] == "https://ghost.example/"
    signed = await client.patch(
        f"/pieces/{piece['id']}", json={"version": 1, "author_ids": [author["id"]]}
    )
    assert [item["name"] for item in signed.json()["authors"]] == ["Ghost Writer"]
    assert (await client.delete(f"/authors/{author['id']}")).status_code == 409
    redirect = await client.post(
        "/redirects", json={"from_path": "/old.html", "piece_id": piece["id"]}
    )
    assert redirect.status_code == 201
    assert (await client.post("/redirects", json={"from_path": "/x"})).status_code == 400
    twice = await client.post("/redirects", json={"from_path": "/old.html", "to_path": "/y/"})
    assert twice.status_code == 409
    assert len((await client.get("/redirects")).json()["items"]) == 1
    assert (await client.delete(f"/redirects/{redirect.json()['id']}")).status_code == 204
    assert (await client.delete(f"/tags/{tag['id']}")).status_code == 204
    assert (await client.get(f"/pieces/{piece['id']}")).json()["tags"] == []


async def test_objectives_and_campaigns_are_planned_and_pieces_belong_to_them(client):
    objective = (
        await client.post(
            "/objectives",
            json={
                "name": "A thousand subscribers", "metric": "subscriptions", "target": 1000,
                "starts_on": "2026-07-01", "ends_on": "2026-12-31",
            },
        )
    ).json()  # fmt: skip
    campaign = (
        await client.post(
            "/campaigns",
            json={"name": "Autumn", "kind": "series", "objective_id": objective["id"]},
        )
    ).json()
    piece = await make(client, campaign_id=campaign["id"])

    assert (objective["version"], campaign["objective_id"]) == (1, objective["id"])
    listed = (await client.get(f"/pieces?campaign={campaign['id']}")).json()["items"]
    assert [item["id"] for item in listed] == [piece["id"]]
    patched = await client.patch(
        f"/campaigns/{campaign['id']}", json={"version": 1, "ends_on": "2026-11-30"}
    )
    assert (patched.status_code, patched.json()["version"]) == (200, 2)
    stale = await client.patch(f"/campaigns/{campaign['id']}", json={"version": 1, "name": "x"})
    assert (stale.status_code, stale.json()["current"]["version"]) == (409, 2)
    assert (await client.delete(f"/campaigns/{campaign['id']}")).status_code == 409
    assert (await client.delete(f"/objectives/{objective['id']}")).status_code == 409
    for body, field in (
        ({"name": "x", "metric": "custom", "target": 1}, "unit"),
        ({"name": "x", "metric": "reach", "target": 0}, "target"),
        ({"name": "x\u0000", "metric": "reach", "target": 1}, "name"),
        ({"name": "x", "metric": "reach", "target": 1, "starts_on": "2026-07-02",
          "ends_on": "2026-07-01"}, "ends_on"),
    ):  # fmt: skip
        answer = await client.post("/objectives", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert (
        await client.post("/campaigns", json={"name": "x", "objective_id": 99})
    ).status_code == 400
    archived = await client.patch(
        f"/objectives/{objective['id']}", json={"version": 1, "archived": True}
    )
    assert archived.json()["archived"] is True
    assert (await client.get("/objectives")).json()["items"] == []
    assert len((await client.get("/objectives?archived=true")).json()["items"]) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/pieces?q=%00", "/pieces?tag=%00", "/pieces?author=a%00", "/pieces?to=9999-12-31",
        "/pieces?from=0001-01-01", "/pieces?campaign=99999999999999999999", "/pieces/99999999999",
        "/pieces/0", "/tags?q=%25%00", "/authors?q=%F0%9F%98%80", "/pieces?q=%25_%21%27%22%3B--",
        "/pieces?sort=title&cursor=W1sidiIsIlx1MDAwMCJdLFsidiIsMV1d", "/tags/99999999999999999999",
        "/pieces?cursor=W1sidCIsIjIwMjYtMDEtMDEiXSxbInYiLDFdXQ", "/redirects?piece=99999999999",
        "/pieces/1/revisions/99999999999", "/objectives/99999999999", "/campaigns?objective=-1",
        "/pieces?cursor=%00", "/pieces?limit=99999999999999999999",
    ],
)  # fmt: skip
async def test_odd_addresses_get_an_answer_and_never_a_fault(client, path):
    answer = await client.get(path)

    assert answer.status_code in {200, 400, 404}, answer.text


async def found(client, path, key):
    return [item[key] for item in (await client.get(path)).json()["items"]]


async def test_labels_and_redirects_are_found_by_what_people_see_of_them(client):
    for name, slug in (("News", "aktuelles"), ("100 % wool", "wool"), ("Cajón", "cajon")):
        assert (await client.post("/tags", json={"name": name, "slug": slug})).status_code == 201
    await client.post("/authors", json={"name": "Ada Prensa", "slug": "ap"})
    await client.post("/series", json={"title": "From sheet to book", "slug": "bound"})
    for old, new in (("/2019/Old.html", "/"), ("/x_y/", "https://elsewhere.example/")):
        await client.post("/redirects", json={"from_path": old, "to_path": new})

    assert await found(client, "/tags?q=new", "name") == ["News"]
    assert await found(client, "/tags?q=tuell", "name") == ["News"]
    assert await found(client, "/tags?q=100 %25", "name") == ["100 % wool"]
    assert await found(client, "/tags?q=CAJÓN", "name") == ["Cajón"]
    assert await found(client, "/authors?q=prensa", "name") == ["Ada Prensa"]
    assert await found(client, "/series?q=SHEET", "title") == ["From sheet to book"]
    assert await found(client, "/redirects?q=old", "from_path") == ["/2019/Old.html"]
    assert await found(client, "/redirects?q=elsewhere", "from_path") == ["/x_y/"]
    assert await found(client, "/redirects?q=_", "from_path") == ["/x_y/"]
    assert await found(client, "/redirects?q=nowhere", "from_path") == []
    for path in ("tags", "authors", "series", "redirects"):
        assert (await client.get(f"/{path}?q=%00")).status_code in {200, 400}
