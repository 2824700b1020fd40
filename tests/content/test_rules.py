"""Who may move a piece where, as a table, and what must hold for any input."""

from contextlib import suppress
from datetime import date
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octavo.accounts.schemas import Actor, Role
from octavo.content import rules
from octavo.content.errors import ForbiddenMoveError, ImpossibleMoveError, LockedError
from octavo.content.schemas import Status
from octavo.kernel.errors import InvalidInputError, OctavoError
from octavo.kernel.text import RESERVED_SLUGS

STATUSES = get_args(Status)
ROLES = get_args(Role)

# from -> {to: who}. E = owner and editor; A = they and the writer whose piece it is;
# W = any writer too. Marketers and readers move nothing.
TABLE = {
    "idea": {"draft": "W", "archived": "A"},
    "draft": {
        "idea": "A", "in_review": "A", "approved": "E", "scheduled": "E", "published": "E",
        "archived": "A",
    },
    "in_review": {
        "draft": "A", "approved": "E", "scheduled": "E", "published": "E", "archived": "A",
    },
    "approved": {
        "draft": "A", "in_review": "A", "scheduled": "A", "published": "E", "archived": "A",
    },
    "scheduled": {
        "draft": "A", "approved": "A", "scheduled": "A", "published": "E", "archived": "A",
    },
    "published": {"published": "E", "draft": "E", "archived": "E"},
    "archived": {"draft": "A", "published": "E"},
}  # fmt: skip


def actor(role):
    return Actor(kind="user", id=1, name="Somebody", role=role)


def may(before, after, role, *, own):
    who = TABLE[before].get(after)
    if role in {"owner", "editor"}:
        return who is not None
    return role == "writer" and (who == "W" or (who == "A" and own))


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("own", [True, False])
def test_every_role_moves_pieces_exactly_as_the_table_says(role, own):
    for before in STATUSES:
        allowed = rules.moves_from(before, actor=actor(role), own=own)
        assert allowed == [to for to in STATUSES if may(before, to, role, own=own)]
        for after in STATUSES:
            if may(before, after, role, own=own):
                rules.check_move(before, after, actor=actor(role), own=own)
            else:
                known = after in TABLE[before]
                with pytest.raises(ForbiddenMoveError if known else ImpossibleMoveError):
                    rules.check_move(before, after, actor=actor(role), own=own)


@given(moves=st.lists(st.sampled_from(STATUSES), max_size=12))
def test_a_writer_alone_never_brings_a_piece_before_readers(moves):
    status, writer = "draft", actor("writer")
    for after in moves:
        try:
            rules.check_move(status, after, actor=writer, own=True)
        except OctavoError:
            continue
        status = after
    assert status not in {"approved", "scheduled", "published"}


@pytest.mark.parametrize("status", STATUSES)
def test_what_was_judged_is_locked_for_those_who_may_not_judge(status):
    rules.check_edit(status, actor=actor("editor"))
    if status in {"approved", "scheduled", "archived"}:
        with pytest.raises(LockedError):
            rules.check_edit(status, actor=actor("writer"))
    else:
        rules.check_edit(status, actor=actor("writer"))


@given(title=st.text(max_size=120), taken=st.sets(st.text(max_size=20), max_size=20))
def test_a_made_up_slug_is_free_short_and_shadows_nothing(title, taken):
    base = rules.slug_candidate(title, fallback="post")
    slug = rules.free_slug(base, {*taken, base})

    assert slug not in taken | RESERVED_SLUGS
    assert 0 < len(slug) <= 80
    assert "/" not in slug
    assert slug.strip() == slug


@given(raw=st.text(max_size=60))
def test_a_chosen_slug_is_usable_or_refused_by_name(raw):
    with suppress(InvalidInputError):
        slug = rules.check_slug(raw)
        assert slug
        assert slug not in RESERVED_SLUGS
        assert not set(slug) & set("/\\?#%. ")


@given(day=st.dates(min_value=date(1970, 1, 1), max_value=date(9990, 1, 1)))
def test_days_weeks_and_months_cover_the_day_they_are_made_from(day):
    year, week, _ = day.isocalendar()
    for planned in (day.isoformat(), f"{year}-W{week:02}", f"{day:%Y-%m}"):
        first, last = rules.plan_days(planned)
        assert first <= day <= last


@given(raw=st.text(alphabet="/.\\?#%ab:\x00 é", max_size=20))
def test_a_redirect_path_is_plain_or_refused(raw):
    try:
        path = rules.check_redirect_path(raw)
    except InvalidInputError:
        return
    assert path.startswith("/")
    assert not path.startswith("//")
    assert ".." not in path.split("/")
    assert not set(path) & set("\\?#\x00")


@pytest.mark.parametrize(
    ("name", "slug"),
    [("C", "c"), ("C++", "c-plus-plus"), ("C#", "c-sharp"), ("#bread", "bread"), ("日本", "日本")],
)
def test_tags_that_differ_in_their_signs_are_different_tags(name, slug):
    assert rules.tag_slug(name) == slug


@given(text=st.text(max_size=40))
def test_search_patterns_hold_no_wildcard_of_the_reader(text):
    pattern = rules.like_pattern(text)[1:-1]
    bare = pattern.replace("!!", "").replace("!%", "").replace("!_", "")
    assert not set(bare) & {"%", "_", "!"}
