"""Our own public reads: fields, filters, cursors, keys, origins, the export."""

import json

import pytest

PUBLIC = "/api/v1/public"


@pytest.fixture
async def reader(blog):
    """A program that sends its key as a header."""
    async with blog.installation.client(authorization=f"Bearer {blog.key}") as client:
        yield client


async def items(reader, path, **params):
    answer = await reader.get(f"{PUBLIC}/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_piece_is_answered_as_readers_see_it(blog, reader):
    await blog.publish(
        "Rye",
        body="*Flour*, [more](/more/).",
        tags=["Bread"],
        cover={"url": "https://img.example/rye.jpg", "alt": "A loaf"},
        meta_title="All about rye",
        featured=True,
    )

    [piece] = await items(reader, "pieces")

    assert piece["title"] == "Rye"
    assert piece["html"] == '<p><em>Flour</em>, <a href="http://blog.test/more/">more</a>.</p>'
    assert {"markdown", "plain"}.isdisjoint(piece)
    assert [tag["slug"] for tag in piece["tags"]] == ["bread"]
    assert piece["cover"] == {"url": "https://img.example/rye.jpg", "alt": "A loaf", "caption": ""}
    assert (piece["featured"], piece["meta_title"]) == (True, "All about rye")
    assert piece["url"] == "http://blog.test/rye/"
    assert piece["published_at"] == "2026-06-15T11:30:00Z"
    one = (await reader.get(f"{PUBLIC}/pieces/{piece['id']}")).json()
    assert one == piece
    for internal in ("status", "version", "campaign_id", "created_by", "planned_for", "extra"):
        assert internal not in piece


async def test_fields_and_formats_are_exactly_those_asked_for(blog, reader):
    await blog.publish("Rye", body="*Flour*.")

    [few] = await items(reader, "pieces", fields="title,url")
    [texts] = await items(reader, "pieces", fields="id", formats="markdown,plain")
    [bare] = await items(reader, "pieces", formats="")

    assert set(few) == {"title", "url"}
    assert (texts["markdown"], texts["plain"]) == ("*Flour*.", "Flour.")
    assert set(texts) == {"id", "markdown", "plain"}
    assert "html" not in bare


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"fields": "title,body_of_secrets"}, "fields"),
        ({"formats": "lexical"}, "formats"),
        ({"kind": "draft"}, "kind"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"since": "2026-01-01T00:00:00"}, "since"),
        ({"tag": "a\x00b"}, "tags"),
        ({"limit": "101"}, "limit"),
    ],
)
async def test_what_cannot_be_asked_is_named(reader, params, field):
    answer = await reader.get(f"{PUBLIC}/pieces", params=params)

    assert answer.status_code == 400, answer.text
    assert answer.json()["errors"][0]["field"] == field


async def test_pieces_are_paged_by_cursor_in_both_directions(blog, reader):
    for number in range(5):
        await blog.publish(f"Post {number}")

    for sort, expected in (("-published_at", "43210"), ("published_at", "01234")):
        titles, cursor = "", None
        while True:
            params = {"limit": 2, "sort": sort, "fields": "title"}
            page = await reader.get(
                f"{PUBLIC}/pieces", params=params | ({"cursor": cursor} if cursor else {})
            )
            titles += "".join(piece["title"][-1] for piece in page.json()["items"])
            cursor = page.json()["next_cursor"]
            if cursor is None:
                break
        assert titles == expected


async def test_filters_must_all_hold(blog, reader):
    await blog.publish("Rye", tags=["Bread"], language="es", featured=True)
    await blog.publish("Spelt", tags=["Bread"])
    await blog.publish("About", kind="page")
    titles = {
        (("tag", "bread"),): ["Spelt", "Rye"],
        (("tag", "bread"), ("language", "es")): ["Rye"],
        (("kind", "page,link"),): ["About"],
        (("slug", "spelt"),): ["Spelt"],
        (("featured", "true"),): ["Rye"],
        (("featured", "false"), ("kind", "post")): ["Spelt"],
        (("author", "ada-lovelace"), ("since", "2026-06-15T13:00:00Z")): ["About"],
        (("until", "2026-06-15T11:31:00+00:00"),): ["Rye"],
        (("author", "nobody"),): [],
    }

    for params, expected in titles.items():
        found = await items(reader, "pieces", fields="title", **dict(params))
        assert [piece["title"] for piece in found] == expected, params


async def test_a_series_is_a_filter_and_stands_in_its_pieces(blog, reader):
    made = await blog.api.post("/api/v1/series", json={"title": "Baking week"})
    series = made.json()
    await blog.publish("Rye", series_id=series["id"], series_position=2)
    await blog.publish("Spelt")

    [piece] = await items(reader, "pieces", series="baking-week")

    assert piece["series"] == {
        "id": series["id"], "title": "Baking week", "slug": "baking-week", "position": 2,
    }  # fmt: skip


async def test_tags_authors_redirects_and_settings_are_public_too(blog, reader):
    await blog.publish("Rye", tags=["Bread", "#x"])
    await blog.draft("Later", tags=["Secret"])
    await blog.api.post("/api/v1/redirects", json={"from_path": "/old/", "to_path": "/rye/"})

    tags = await items(reader, "tags")
    [author] = await items(reader, "authors")
    redirects = await items(reader, "redirects")
    settings = (await reader.get(f"{PUBLIC}/settings")).json()

    assert [(t["name"], t["posts"], t["is_internal"]) for t in tags] == [
        ("Bread", 1, False), ("#x", 1, True),
    ]  # fmt: skip
    assert (author["name"], author["url"]) == (
        "Ada Lovelace",
        "http://blog.test/authors/ada-lovelace/",
    )
    assert redirects == [{"path": "/old/", "target": "/rye/"}]
    assert (settings["name"], settings["zone"]) == ("The Press", "Europe/Madrid")
    assert settings["content_version"] > 0


async def test_any_origin_may_read_with_a_key_and_none_may_do_more(blog):
    await blog.publish("Rye")
    program = blog.program
    preflight = await program.options(f"{PUBLIC}/pieces", headers={"origin": "https://x.example"})
    by_query = await program.get(f"{PUBLIC}/pieces", params={"key": blog.key})
    again = await program.get(f"{PUBLIC}/pieces", params={"key": blog.key})
    nobody = await program.get(f"{PUBLIC}/pieces")
    wrong = await program.get(f"{PUBLIC}/pieces", params={"key": "0" * 26})
    written = await program.post(f"{PUBLIC}/pieces", params={"key": blog.key}, json={})
    private = await program.get("/api/v1/pieces", params={"key": blog.key})

    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    assert by_query.json() == again.json()
    assert (by_query.status_code, nobody.status_code, wrong.status_code) == (200, 401, 401)
    for answer in (by_query, again, nobody, wrong):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    assert (written.status_code, private.status_code) == (405, 401)


async def test_an_answer_that_is_known_is_not_sent_again(blog, reader):
    await blog.publish("Rye")
    first = await reader.get(f"{PUBLIC}/pieces")
    known = {"if-none-match": first.headers["etag"]}

    same = await reader.get(f"{PUBLIC}/pieces", headers=known)
    head = await reader.head(f"{PUBLIC}/pieces")
    await blog.publish("Spelt")
    other = await reader.get(f"{PUBLIC}/pieces", headers=known)

    assert (same.status_code, same.content) == (304, b"")
    assert (head.content, head.headers["etag"]) == (b"", first.headers["etag"])
    assert (other.status_code, len(other.json()["items"])) == (200, 2)


async def test_the_export_holds_everything_published_and_says_that_it_is_whole(blog, reader):
    for number in range(60):
        await blog.publish(f"Post {number}")
        if number % 40 == 0:
            await blog.draft(f"Secret {number}")

    answer = await reader.get(f"{PUBLIC}/export", params={"fields": "title", "formats": "markdown"})
    lines = [json.loads(line) for line in answer.text.splitlines()]
    known = {"if-none-match": answer.headers["etag"]}
    params = {"fields": "title", "formats": "markdown"}
    same = await reader.get(f"{PUBLIC}/export", params=params, headers=known)
    whole = await reader.get(f"{PUBLIC}/export", headers=known)

    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert [line["title"] for line in lines[:-1]] == [f"Post {n}" for n in range(60)]
    assert lines[0] == {"title": "Post 0", "markdown": "Words."}
    assert (lines[-1]["end"], lines[-1]["pieces"], lines[-1]["complete"]) == (True, 60, True)
    assert (same.status_code, same.content) == (304, b"")
    assert whole.status_code == 200


async def test_nothing_that_is_not_published_is_answered(blog, reader):
    draft = await blog.draft("Secret")

    assert (await reader.get(f"{PUBLIC}/pieces/{draft['id']}")).status_code == 404
    assert (await reader.get(f"{PUBLIC}/pieces/{2**40}")).status_code == 404
    assert await items(reader, "pieces") == []
    assert await items(reader, "tags") == []


async def test_translations_lead_to_each_other_while_they_are_live(blog, reader):
    rye = await blog.publish("Rye")
    answer = await blog.api.post(
        f"/api/v1/pieces/{rye['id']}/translations", json={"language": "de"}
    )
    assert answer.status_code == 201, answer.text
    roggen = answer.json()
    [alone] = await items(reader, "pieces")
    assert alone["translations"] == []

    await blog.move(roggen, "published")

    [german] = await items(reader, "pieces", language="de")
    assert [(one["id"], one["language"]) for one in german["translations"]] == [(rye["id"], "")]
    english = (await reader.get(f"{PUBLIC}/pieces/{rye['id']}")).json()
    [link] = english["translations"]
    assert (link["language"], link["url"]) == ("de", "http://blog.test/rye-de/")
