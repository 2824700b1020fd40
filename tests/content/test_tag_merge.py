"""Two tags become one."""


async def test_a_merged_tag_leaves_its_pieces_to_the_other(client):
    pieces = []
    for tags in (["Bread"], ["Loaves"], ["Bread", "Loaves"]):
        made = await client.post("/pieces", json={"title": "Oven", "body": "x", "tags": tags})
        pieces.append(made.json()["id"])
    ids = {tag["slug"]: tag["id"] for tag in (await client.get("/tags")).json()["items"]}

    merged = await client.post(f"/tags/{ids['bread']}/merge", json={"into": ids["loaves"]})

    assert (merged.status_code, merged.json()["pieces"]) == (200, 3)
    assert [tag["slug"] for tag in (await client.get("/tags")).json()["items"]] == ["loaves"]
    for piece_id in pieces:
        piece = (await client.get(f"/pieces/{piece_id}")).json()
        assert [tag["slug"] for tag in piece["tags"]] == ["loaves"]


async def test_a_tag_cannot_be_merged_into_itself_or_into_nothing(client):
    tag = (await client.post("/tags", json={"name": "Bread"})).json()
    merge = f"/tags/{tag['id']}/merge"

    assert (await client.post(merge, json={"into": tag["id"]})).status_code == 400
    assert (await client.post(merge, json={"into": 4711})).status_code == 404
    assert (await client.get(f"/tags/{tag['id']}")).status_code == 200
