"""What the types of the API are called: clients show these names to people."""

import json
import re

import msgspec
import pytest
from litestar import Litestar, get

from octavo.api_schema import NameTakenError, described
from octavo.kernel.pagination import Page


def serving(answer, *, path="/"):
    @get(path, operation_id=f"get_{path.strip('/') or 'all'}", sync_to_thread=False)
    def handler() -> answer:
        raise NotImplementedError

    return handler


def described_app(*handlers):
    return described(Litestar(handlers).openapi_schema)


async def test_a_type_of_the_api_has_one_plain_word_for_a_name(installation):
    document = (await installation.client().get("/api/v1/openapi.json")).json()

    names = list(document["components"]["schemas"])
    asked = re.findall(r"#/components/schemas/([^\"]+)", json.dumps(document))

    assert [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)] == []
    assert sorted(set(asked) - set(names)) == []
    assert "TagPage" in names


def test_a_page_is_named_by_what_is_on_it():
    tag = msgspec.defstruct("Tag", [("name", str)], module="somewhere.deep.inside")

    document = described_app(serving(Page[tag]))

    assert list(document["components"]["schemas"]) == ["Tag", "TagPage", "Problem"]


def test_two_types_of_one_name_are_refused():
    one, other = (
        msgspec.defstruct("Finding", [("field", str)], module=f"{part}.schemas")
        for part in ("checks", "messages")
    )

    with pytest.raises(NameTakenError, match="Finding"):
        described_app(serving(one, path="/one"), serving(other, path="/other"))
