"""Shared previews, through the front door: who sees what, for how long, and what is kept of it."""

import pytest

from octavo.publishing.tables import PreviewLinkRow


async def draft(client, **given):
    data = {"title": "Not yet", "body": "Words of [mine](/other/).", "slug": "not-yet"} | given
    answer = await client.post("/api/v1/pieces", json=data)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def share(client, piece, **given):
    answer = await client.post(f"/api/v1/pieces/{piece['id']}/previews", json=given)
    assert answer.status_code == 201, answer.text
    return answer.json()


def path_of(link):
    return "/p/" + link["url"].rpartition("/p/")[2]


async def test_a_link_shows_an_unpublished_piece_to_anybody(installation) -> None:
    owner = await installation.owner()
    stranger = installation.client()
    piece = await draft(owner, tags=["Rye"])
    link = await share(owner, piece)

    page = await stranger.get(path_of(link))

    assert page.status_code == 200
    assert "<h1" in page.text
    assert "Not yet" in page.text
    assert 'href="/other/"' in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "noindex" in page.headers["x-robots-tag"]
    assert page.headers["referrer-policy"] == "no-referrer"
    policy = page.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "etag" not in page.headers
    assert (await stranger.get("/not-yet/")).status_code != 200


async def test_a_link_follows_the_text_and_a_fixed_one_does_not(installation) -> None:
    owner = await installation.owner()
    piece = await draft(owner)
    revision = (await owner.get(f"/api/v1/pieces/{piece['id']}/revisions")).json()["items"][0]
    following = await share(owner, piece)
    fixed = await share(owner, piece, revision_id=revision["id"])
    answer = await owner.patch(
        f"/api/v1/pieces/{piece['id']}",
        json={"version": piece["version"], "title": "Later", "tags": ["New"]},
    )
    assert answer.status_code == 200, answer.text

    stranger = installation.client()

    assert "Later" in (await stranger.get(path_of(following))).text
    then = (await stranger.get(path_of(fixed))).text
    assert "Not yet" in then
    assert "Later" not in then
    assert "New" not in then


async def test_a_revoked_or_expired_link_is_gone_and_says_so(installation, clock) -> None:
    owner = await installation.owner()
    stranger = installation.client()
    piece = await draft(owner)
    revoked, short = await share(owner, piece), await share(owner, piece, days=1)
    listed = (await owner.get(f"/api/v1/pieces/{piece['id']}/previews")).json()["items"]
    assert [link["id"] for link in listed] == [short["id"], revoked["id"]]
    assert all("url" not in link for link in listed)

    for _ in range(2):  # once more changes nothing
        answer = await owner.delete(f"/api/v1/pieces/{piece['id']}/previews/{revoked['id']}")
        assert answer.status_code == 204
    gone = await stranger.get(path_of(revoked))
    assert gone.status_code == 410
    assert "preview has ended" in gone.text
    assert "Not yet" not in gone.text
    assert (await stranger.get(path_of(short))).status_code == 200
    clock.move(days=1)
    assert (await stranger.get(path_of(short))).status_code == 410
    audit = (await owner.get("/api/v1/audit")).json()["items"]
    assert [e["action"] for e in audit if "preview" in e["action"]] == [
        "preview.revoked", "preview.shared", "preview.shared",
    ]  # fmt: skip


async def test_who_looked_last_is_kept_and_the_token_is_not(installation, clock) -> None:
    owner = await installation.owner()
    piece = await draft(owner)
    link = await share(owner, piece)
    assert link["last_seen_at"] is None
    await installation.client().get(path_of(link))

    (row,) = await PreviewLinkRow.select()
    assert row["last_seen_at"] == clock()
    assert path_of(link)[3:] not in str(row)


async def test_a_link_goes_with_its_piece(installation) -> None:
    owner = await installation.owner()
    piece = await draft(owner)
    link = await share(owner, piece)
    answer = await owner.delete(f"/api/v1/pieces/{piece['id']}?version={piece['version']}")
    assert answer.status_code == 204, answer.text

    assert (await installation.client().get(path_of(link))).status_code == 404
    assert await PreviewLinkRow.count() == 0


@pytest.mark.parametrize("path", ["/p/", "/p/x", "/p/%00", "/p/" + "a" * 5_000, "/p/" + "a" * 43])
async def test_what_is_no_link_is_not_found(installation, path: str) -> None:
    await installation.owner()

    assert (await installation.client().get(path)).status_code == 404


async def test_a_piece_has_room_for_so_many_links(installation) -> None:
    owner = await installation.owner()
    piece = await draft(owner)
    for _ in range(20):
        await share(owner, piece)
    answer = await owner.post(f"/api/v1/pieces/{piece['id']}/previews", json={})

    assert answer.status_code == 422
    other = await draft(owner, slug="other")
    answer = await owner.post(f"/api/v1/pieces/{other['id']}/previews", json={"revision_id": 1})
    assert answer.status_code == 404  # of another piece


async def test_the_live_preview_carries_all_that_the_page_shows(installation) -> None:
    owner = await installation.owner()
    piece = await draft(owner, tags=["Rye"], meta_title="Kept")
    series = (await owner.post("/api/v1/series", json={"title": "Parts of it"})).json()
    writer = (await owner.post("/api/v1/authors", json={"name": "Grace Hopper"})).json()
    answer = await owner.post(
        "/api/v1/preview",
        json={
            "piece_id": piece["id"],
            "kind": "link",
            "title": "Now",
            "fields": {"quote": "So it was said.", "source_title": "The paper"},
            "source_url": "https://paper.example/story",
            "cover": {"url": "https://pictures.example/a.jpg", "alt": "A field"},
            "author_ids": [writer["id"]],
            "series_id": series["id"],
            "series_position": 2,
        },
    )

    assert answer.status_code == 200, answer.text
    for shown in ("Now", "So it was said.", "The paper", "Grace Hopper", "Parts of it", "Rye"):
        assert shown in answer.text, shown
    assert "Kept" in answer.text
    assert "Words of" in answer.text  # what it leaves out is as stored


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("fields", {"no_such": 1}),
        ("fields", {"quote": 7}),
        ("cover", {"url": "javascript:alert(1)"}),
        ("cover", {}),
        ("author_ids", ["x"]),
        ("meta_title", "a\x00b"),
    ],
)
async def test_a_preview_refuses_what_could_not_be_stored(
    installation, field: str, value: object
) -> None:
    owner = await installation.owner()
    answer = await owner.post("/api/v1/preview", json={"kind": "link", field: value})

    assert answer.status_code == 400, answer.text
    assert field in answer.text
