"""The table of who may do what, and the page that explains it."""

import re
from pathlib import Path

import pytest

from octavo.accounts.access import TABLE, Action, can, require
from octavo.accounts.schemas import SYSTEM, Actor
from octavo.kernel.errors import ForbiddenError

ROLES_PAGE = Path(__file__).parents[2] / "docs" / "roles.md"


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(TABLE))
def test_require_follows_the_table(role, action):
    actor = Actor(kind="user", id=1, name="Ada", role=role)

    if action in TABLE[role]:
        require(actor, action)
    else:
        with pytest.raises(ForbiddenError, match=f"the role {role} may not"):
            require(actor, action)


def test_octavo_itself_may_do_everything():
    for action in Action:
        require(SYSTEM, action)

    assert [action for action in Action if not can(SYSTEM, action)] == []


def test_only_the_owner_manages_users_and_keys():
    holders = {
        action: {role for role, actions in TABLE.items() if action in actions}
        for action in (Action.MANAGE_USERS, Action.MANAGE_KEYS)
    }

    assert holders == {Action.MANAGE_USERS: {"owner"}, Action.MANAGE_KEYS: {"owner"}}


def test_the_roles_page_says_what_the_table_says():
    """Each row of the page: | `action` | what | owner | editor | … | with yes or a dash."""
    lines = ROLES_PAGE.read_text().partition("\n## ")[0].splitlines()
    header = next(line for line in lines if line.startswith("| Action"))
    roles = [cell.strip() for cell in header.strip("|").split("|")][2:]
    said = {}
    for line in lines:
        found = re.match(r"\| `(\w+)` \|", line)
        if found:
            cells = [cell.strip() for cell in line.strip("|").split("|")][2:]
            said[found[1]] = {
                role for role, cell in zip(roles, cells, strict=True) if cell == "yes"
            }

    assert said == {
        action.value: {role for role, actions in TABLE.items() if action in actions}
        for action in Action
    }
