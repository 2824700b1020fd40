"""Ghost's Content API on our pieces: documents, parameters, headers, errors."""

import re

import httpx
import pytest

POST_KEYS = {
    "id", "uuid", "title", "slug", "html", "comment_id", "feature_image", "feature_image_alt",
    "feature_image_caption", "featured", "visibility", "created_at", "updated_at", "published_at",
    "custom_excerpt", "codeinjection_head", "codeinjection_foot", "custom_template",
    "canonical_url", "url", "excerpt", "reading_time", "access", "comments", "og_image", "og_title",
    "og_description", "twitter_image", "twitter_title", "twitter_description", "meta_title",
    "meta_description", "email_subject", "frontmatter",
}  # fmt: skip
TAG_KEYS = {
    "id", "name", "slug", "description", "feature_image", "visibility", "og_image", "og_title",
    "og_description", "twitter_image", "twitter_title", "twitter_description", "meta_title",
    "meta_description", "codeinjection_head", "codeinjection_foot", "canonical_url",
    "accent_color", "url",
}  # fmt: skip
AUTHOR_KEYS = {
    "id", "name", "slug", "profile_image", "cover_image", "bio", "website", "location", "facebook",
    "twitter", "threads", "bluesky", "mastodon", "tiktok", "youtube", "instagram", "linkedin",
    "meta_title", "meta_description", "url",
}  # fmt: skip


async def test_a_post_has_exactly_the_keys_that_ghost_gives_it(blog):
    await blog.publish("Rye", tags=["Bread"], excerpt="About rye.")

    [post] = (await blog.ghost("posts/")).json()["posts"]

    assert set(post) == POST_KEYS
    assert re.fullmatch(r"[0-9a-f]{24}", post["id"])
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", post["uuid"])
    assert (post["title"], post["slug"]) == ("Rye", "rye")
    assert post["html"] == "<p>Words.</p>"
    assert post["url"] == "http://blog.test/rye/"
    assert post["excerpt"] == post["custom_excerpt"] == "About rye."
    assert (post["visibility"], post["access"], post["reading_time"]) == ("public", True, 0)


async def test_tags_and_authors_come_when_they_are_included(blog):
    await blog.publish("Rye", tags=["#series", "Bread"])
    await blog.publish("Spelt", tags=["Bread", "#series"])

    spelt, rye = (await blog.ghost("posts/", include="tags,authors,nonsense")).json()["posts"]

    assert set(spelt) == POST_KEYS | {"tags", "primary_tag", "authors", "primary_author"}
    assert [set(tag) for tag in spelt["tags"]] == [TAG_KEYS, TAG_KEYS]
    assert set(spelt["primary_author"]) == AUTHOR_KEYS
    assert spelt["primary_author"]["url"] == "http://blog.test/authors/ada-lovelace/"
    assert spelt["primary_author"]["website"] is None
    assert spelt["primary_tag"] == spelt["tags"][0]
    assert [(t["slug"], t["visibility"]) for t in spelt["tags"]] == [
        ("bread", "public"),
        ("hash-series", "internal"),
    ]
    assert rye["tags"][0]["slug"] == "hash-series"
    assert rye["primary_tag"] is None


async def test_the_page_of_a_list_is_told_as_ghost_tells_it(blog):
    for number in range(5):
        await blog.publish(f"Post {number}")

    second = (await blog.ghost("posts/", limit=2, page=2)).json()
    third = (await blog.ghost("posts", limit=2, page=3)).json()

    assert [post["title"] for post in second["posts"]] == ["Post 2", "Post 1"]
    assert second["meta"]["pagination"] == {
        "page": 2, "limit": 2, "pages": 3, "total": 5, "next": 3, "prev": 1,
    }  # fmt: skip
    assert third["meta"]["pagination"]["next"] is None


@pytest.mark.parametrize(
    ("limit", "answered"), [("", 15), ("all", 100), ("101", 100), ("7", 7), ("x", 100), ("0", 15)]
)
async def test_a_limit_is_clamped_and_never_refused(blog, limit, answered):
    meta = (await blog.ghost("posts/", limit=limit)).json()["meta"]

    assert meta["pagination"]["limit"] == answered
    assert meta["pagination"]["pages"] == 1


async def test_one_post_is_found_by_its_id_and_by_its_slug(blog):
    await blog.publish("Rye")
    [post] = (await blog.ghost("posts/")).json()["posts"]

    by_id = (await blog.ghost(f"posts/{post['id']}/")).json()
    by_slug = (await blog.ghost("posts/slug/rye/")).json()

    assert by_id == by_slug == {"posts": [post]}
    for path in ("posts/slug/wheat/", "posts/6f63740100000000000000ff/", "pages/slug/rye/"):
        gone = await blog.ghost(path)
        assert gone.status_code == 404
        [error] = gone.json()["errors"]
        assert error["type"] == error["errorType"] == "NotFoundError"
        assert error["message"].startswith("Resource not found error, cannot read p")


async def test_pages_stand_apart_from_posts(blog):
    await blog.publish("Rye")
    await blog.publish("About", kind="page")
    await blog.publish("Seen", kind="press_release")

    [page] = (await blog.ghost("pages/")).json()["pages"]

    assert set(page) == POST_KEYS | {"show_title_and_feature_image"}
    assert await blog.titles("posts/") == ["Seen", "Rye"]


@pytest.mark.parametrize(
    "fields", ["url", "title,url", "reading_time,excerpt", "plaintext", "html"]
)
async def test_fields_are_exactly_those_that_were_asked_for(blog, fields):
    await blog.publish("Rye")

    [post] = (await blog.ghost("posts/", fields=fields)).json()["posts"]

    assert set(post) == set(fields.split(","))


async def test_formats_choose_between_html_and_plain_text(blog):
    await blog.publish("Rye", body="# Dough\n\nFlour & *water*.\n\n- salt\n- time")

    [plain] = (await blog.ghost("posts/", formats="plaintext,lexical")).json()["posts"]
    [both] = (await blog.ghost("posts/", formats="html,plaintext")).json()["posts"]
    [html] = (await blog.ghost("posts/", formats="mobiledoc")).json()["posts"]

    assert plain["plaintext"] == "Dough\nFlour & water.\nsalt\ntime"
    assert "html" not in plain
    assert {"html", "plaintext"} <= set(both)
    assert "html" in html
    refused = await blog.ghost("posts/", formats="pdf")
    assert (refused.status_code, refused.json()["errors"][0]["type"]) == (422, "ValidationError")


async def test_dates_are_in_the_site_s_zone_across_a_change_of_its_clocks(blog, clock):
    await blog.publish("Summer")
    clock.move(days=180)
    await blog.sign_in()
    await blog.publish("Winter")

    winter, summer = (await blog.ghost("posts/")).json()["posts"]

    assert summer["published_at"] == "2026-06-15T13:30:00.000+02:00"
    assert winter["published_at"] == "2026-12-12T13:30:00.000+01:00"


async def test_addresses_in_a_text_are_absolute_and_its_anchors_stay(blog):
    await blog.publish("Rye", body="[about](/about/) ![loaf](/media/ab/loaf.png) [down](#notes)")

    [post] = (await blog.ghost("posts/")).json()["posts"]

    assert 'href="http://blog.test/about/"' in post["html"]
    assert 'src="http://blog.test/media/ab/loaf.png"' in post["html"]
    assert 'href="#h-notes"' in post["html"]


async def test_calls_to_action_are_tracked_links_where_the_text_asks_for_them(blog):
    piece = await blog.draft("Rye", body="Before.\n\n<!-- cta: get-it -->\n\nAfter.")
    cta_id = await blog.call_to_action()
    link = await blog.api.post(f"/api/v1/pieces/{piece['id']}/ctas", json={"cta_id": cta_id})
    for state in ("in_review", "approved", "published"):
        piece = await blog.move(piece, state)

    [post] = (await blog.ghost("posts/")).json()["posts"]

    url = "http://blog.test" + link.json()["blog_path"]
    assert post["html"].split("\n") == [
        "<p>Before.</p>", f'<p><a href="{url}">Get it</a></p>', "<p>After.</p>",
    ]  # fmt: skip


async def test_tags_are_listed_with_their_posts_and_only_when_they_have_any(blog):
    await blog.publish("Rye", tags=["Bread", "#hidden"])
    await blog.publish("Spelt", tags=["Bread"])
    await blog.publish("About", kind="page", tags=["Bread"])
    await blog.draft("Later", tags=["Cake"])

    answer = (await blog.ghost("tags/", include="count.posts", order="count.posts desc")).json()
    public = (await blog.ghost("tags/", filter="visibility:public")).json()["tags"]
    one = (await blog.ghost("tags/slug/hash-hidden/")).json()["tags"][0]

    assert [(t["name"], t["count"]["posts"]) for t in answer["tags"]] == [
        ("Bread", 2),
        ("#hidden", 1),
    ]
    assert [set(tag) for tag in public] == [TAG_KEYS]
    assert (one["name"], one["visibility"]) == ("#hidden", "internal")
    assert answer["meta"]["pagination"]["total"] == 2


async def test_authors_are_listed_without_their_addresses(blog):
    await blog.publish("Rye")

    answer = await blog.ghost("authors/", include="count.posts")
    [author] = answer.json()["authors"]

    assert set(author) == AUTHOR_KEYS | {"count"}
    assert author["count"] == {"posts": 1}
    assert "ada@example.org" not in answer.text
    again = await blog.ghost(f"authors/{author['id']}/")
    assert again.json()["authors"][0]["name"] == "Ada Lovelace"


async def test_settings_speak_of_the_organisation(blog):
    answer = (await blog.ghost("settings/")).json()

    assert answer["meta"] == {}
    settings = answer["settings"]
    assert settings["title"] == "The Press"
    assert (settings["timezone"], settings["lang"]) == ("Europe/Madrid", "en")
    assert settings["url"] == "http://blog.test/"
    assert len(settings) == 49


async def test_what_we_do_not_have_is_answered_as_by_a_ghost_that_does_not_use_it(blog):
    for name in ("tiers", "newsletters", "recommendations"):
        answer = await blog.ghost(f"{name}/")
        assert (answer.status_code, answer.json()[name]) == (200, [])
    assert (await blog.ghost("offers/123/")).status_code == 404
    assert (await blog.ghost("members/")).status_code == 404


async def test_the_search_index_holds_every_post(blog):
    await blog.publish("Rye", tags=["Bread", "#x"])

    posts = (await blog.ghost("search-index/posts/")).json()["posts"]
    tags = (await blog.ghost("search-index/tags/")).json()["tags"]
    authors = (await blog.ghost("search-index/authors/")).json()["authors"]

    assert [(p["title"], p["url"]) for p in posts] == [("Rye", "http://blog.test/rye/")]
    assert [t["name"] for t in tags] == ["Bread"]
    assert [a["name"] for a in authors] == ["Ada Lovelace"]


async def test_headers_are_ghost_s(blog):
    answer = await blog.ghost("posts/")

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["content-version"] == "v6.0"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=0"
    assert "Accept-Version" in answer.headers["vary"]
    asked = httpx.Request("OPTIONS", "http://blog.test/ghost/api/content/posts/")
    preflight = await blog.program.send(asked)
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, "*")


async def test_what_the_client_has_is_not_sent_again(blog):
    await blog.publish("Rye")
    first = await blog.ghost("posts/")
    known = {"if-none-match": f"W/{first.headers['etag']}", **blog.program.headers}
    params = {"key": blog.key}

    same = await blog.program.get("/ghost/api/content/posts/", params=params, headers=known)
    await blog.publish("Spelt")
    other = await blog.program.get("/ghost/api/content/posts/", params=params, headers=known)
    head = await blog.program.head("/ghost/api/content/posts/", params=params)

    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    assert (other.status_code, len(other.json()["posts"])) == (200, 2)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(other.content)))


async def test_without_a_good_key_nothing_is_told(blog):
    admin = await blog.api.post("/api/v1/keys", json={"name": "all", "scope": "admin"})
    cases = {None: 403, "": 403, "0" * 26: 401, "x'; --": 401, admin.json()["key"]: 401}

    for key, status in cases.items():
        params = {} if key is None else {"key": key}
        answer = await blog.program.get("/ghost/api/content/posts/", params=params)
        assert answer.status_code == status
        [error] = answer.json()["errors"]
        assert error["type"] in {"UnauthorizedError", "NoPermissionError"}
        assert answer.headers["access-control-allow-origin"] == "*"


async def test_a_key_that_is_taken_back_opens_nothing_more_at_once(blog):
    assert (await blog.ghost("posts/")).status_code == 200
    [key] = (await blog.api.get("/api/v1/keys")).json()["items"]

    await blog.api.delete(f"/api/v1/keys/{key['id']}")

    assert (await blog.ghost("posts/")).status_code == 401


async def test_keys_look_like_ghost_s_and_cannot_write(blog):
    assert re.fullmatch(r"[0-9a-f]{26}", blog.key)
    headers = {"authorization": f"Bearer {blog.key}"}

    refused = await blog.program.post("/api/v1/pieces", json={"title": "x"}, headers=headers)
    posted = await blog.program.post(f"/ghost/api/content/posts/?key={blog.key}", json={})

    assert refused.status_code == 403
    assert (posted.status_code, posted.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


async def test_older_clients_that_name_a_version_in_the_path_are_answered(blog):
    await blog.publish("Rye")

    for version in ("v3", "v4", "canary"):
        answer = await blog.program.get(
            f"/ghost/api/{version}/content/posts/", params={"key": blog.key}
        )
        assert len(answer.json()["posts"]) == 1
