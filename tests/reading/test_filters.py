"""Filters and orders of the Content API on real content, and hostile ones on its database."""

from urllib.parse import quote

import pytest
from tests.reading.payloads import payloads

from octavo.reading.nql import MAX_DEPTH


@pytest.fixture
async def shelf(blog):
    """Three posts and a page."""
    await blog.publish("Rye", tags=["Bread", "Dark"], excerpt="Slow dough.", featured=True)
    await blog.publish("Spelt", tags=["Bread", "Light"], canonical_url="https://x.example/spelt")
    await blog.publish("Cake", tags=["Sweet", "#series"])
    await blog.publish("About", kind="page")
    await blog.draft("Secret bread", tags=["Bread"])
    return blog


FOUND = [
    ("tag:bread", ["Spelt", "Rye"]),
    ("tags:bread+tags:dark", ["Rye"]),
    ("tags.name:Sweet", ["Cake"]),
    ("tag:-bread", ["Cake"]),
    ("tag:hash-series", ["Cake"]),
    ("tag:null", []),
    ("tag:-null", ["Cake", "Spelt", "Rye"]),
    ("primary_tag:sweet", ["Cake"]),
    ("primary_tag:-bread", ["Cake"]),
    ("author:ada-lovelace", ["Cake", "Spelt", "Rye"]),
    ("authors.slug:-ada-lovelace", []),
    ("featured:true", ["Rye"]),
    ("featured:false", ["Cake", "Spelt"]),
    ("slug:[cake,rye]", ["Cake", "Rye"]),
    ("slug:[rye,cake]", ["Rye", "Cake"]),
    ("slug:-[rye,cake]", ["Spelt"]),
    ("tags:[dark,bread]", ["Rye", "Spelt"]),
    ("title:~'E'", ["Cake", "Spelt", "Rye"]),
    ("title:~^'c'", ["Cake"]),
    ("title:~$'E'", ["Cake", "Rye"]),
    ("title:-~'e'", []),
    ("title:~'%'", []),
    ("title:~'_'", []),
    ("custom_excerpt:null", ["Cake", "Spelt"]),
    ("custom_excerpt:-null", ["Rye"]),
    ("canonical_url:-'https://x.example/spelt'", ["Cake", "Rye"]),
    ("published_at:>'2026-06-15 12:30:00'", ["Cake"]),
    ("published_at:<=2026-06-15T11:30:00Z", ["Rye"]),
    ("published_at:>now-150m", ["Cake", "Spelt"]),
    ("visibility:public+status:published", ["Cake", "Spelt", "Rye"]),
    ("visibility:members,status:draft", []),
    ("og_image:null", ["Cake", "Spelt", "Rye"]),
    ("authors.email:'ada@example.org'", ["Cake", "Spelt", "Rye"]),
    ("authors.password:~'x'+featured:true", ["Rye"]),
    ("tag:sweet,featured:true", ["Cake", "Rye"]),
    ("(tag:sweet,tag:dark)+featured:false", ["Cake"]),
    ("id:000000000000000000000000", []),
]


async def test_filters_find_what_they_say(shelf):
    for text, titles in FOUND:
        assert await shelf.titles(filter=text) == titles, text


async def test_an_id_of_ours_is_a_filter_too(shelf):
    [post] = (await shelf.ghost("posts/", filter="slug:rye")).json()["posts"]

    assert await shelf.titles(filter=f"id:{post['id']}") == ["Rye"]
    assert await shelf.titles(filter=f"uuid:{post['uuid']}") == ["Rye"]
    assert await shelf.titles(filter=f"id:-{post['id']}") == ["Cake", "Spelt"]


ORDERED = [
    ("title", ["Cake", "Rye", "Spelt"]),
    ("title DESC", ["Spelt", "Rye", "Cake"]),
    ("published_at asc", ["Rye", "Spelt", "Cake"]),
    ("featured desc,title asc", ["Rye", "Cake", "Spelt"]),
]


async def test_orders_are_followed(shelf):
    for order, titles in ORDERED:
        assert await shelf.titles(order=order) == titles, order


REFUSED = [
    ({"filter": "no_such_thing:1"}, 400),
    ({"filter": "body:~'x'"}, 400),
    ({"filter": "title:("}, 400),
    ({"filter": "(" * 5_000}, 400),
    ({"filter": "(" * (MAX_DEPTH + 1) + "a:b" + ")" * (MAX_DEPTH + 1)}, 400),
    ({"filter": ",".join(["title:a"] * 2_000)}, 400),
    ({"filter": "title:'a\x00'"}, 400),
    ({"order": "title; DROP TABLE piece"}, 400),
    ({"order": "(SELECT 1)"}, 400),
    ({"order": "html asc"}, 400),
    ({"filter": "published_at:>yesterday"}, 422),
    ({"filter": "published_at:>now-9999y"}, 422),
    ({"filter": "published_at:>'0001-01-01T00:00:00+14:00'"}, 422),
    ({"filter": "featured:maybe"}, 422),
    ({"filter": "published_at:~'2026'"}, 422),
    ({"filter": "title:>null"}, 422),
]


async def test_what_cannot_be_met_is_refused_in_ghost_s_words(blog):
    for params, status in REFUSED:
        answer = await blog.ghost("posts/", **params)
        assert answer.status_code == status, (params, answer.text)
        [error] = answer.json()["errors"]
        assert error["type"] == {400: "BadRequestError", 422: "ValidationError"}[status]
        assert error["property"] in {"filter", "order", None}


async def test_hostile_texts_are_only_texts(shelf):
    """Whatever is sent where, the answer is an answer, and the shelf stays as it was."""
    before = await shelf.titles()

    for text in payloads():
        quoted = text.replace("\\", "\\\\").replace("'", "\\'")
        for params in (
            {"filter": f"title:'{quoted}'"},
            {"filter": f"tag:['{quoted}','x']"},
            {"filter": text},
            {"order": text},
            {"fields": text},
            {"include": text},
            {"page": text},
        ):
            answer = await shelf.ghost("posts/", **params)
            assert answer.status_code in {200, 400, 422}, (params, answer.text)
            if params.get("filter", "").startswith(("title:'", "tag:['")):
                assert answer.json().get("posts", []) == [], params
        gone = await shelf.ghost(f"posts/slug/{quote(text, safe='')}/")
        assert gone.status_code in {200, 404}, text

    assert await shelf.titles() == before
    for draft in ("Secret bread", "secret-bread"):
        assert draft not in (await shelf.ghost("posts/", limit="all")).text
