"""Every operation of the description, at the hands of every role: who gets in is what docs/roles.md says."""

import re
from typing import Any

import httpx
import pytest

# What each operation asks of a role; `None` stands open, to those who are nobody yet as well.
# A new route needs its row here.
ASKS: dict[str | None, str] = {
    None: "get_invitation get_session get_standing sign_in sign_out take_invitation",
    "read_published": (
        "export_public_pieces get_public_piece get_public_settings list_public_authors"
        " list_public_pieces list_public_redirects list_public_tags"
    ),
    "read": (
        "add_comment check_draft check_piece compare_revisions delete_comment get_author"
        " get_campaign get_channel get_cta get_delivery get_import get_media get_objective"
        " get_piece get_review get_revision get_series get_settings get_site get_tag give_verdict"
        " leave_piece list_adapters list_authors list_campaigns list_channels list_checks"
        " list_comments list_ctas list_deliveries list_import_rows list_imports list_media"
        " list_media_usages list_moves list_objectives list_piece_ctas list_piece_deliveries"
        " list_pieces list_redirects list_reviews list_revisions list_series list_tags list_users"
        " get_deploy_target get_media_renditions list_deploy_runs list_deploy_targets list_deployers"
        " get_theme list_preview_links preview_theme patch_comment preview_delivery preview_piece"
        " show_presence"
    ),
    "write": (
        "act_on_pieces assign_reviewers create_author create_piece create_series create_tag"
        " delete_media delete_piece order_series patch_media patch_piece replace_media restore_revision"
        " revoke_preview share_preview"
        " transition_piece translate_piece undo_bulk upload_media"
    ),
    "review": (
        "build_site create_redirect deploy_site delete_author delete_redirect delete_series delete_tag"
        " drop_orphans drop_planned_edit get_media_storage list_orphans merge_author merge_tag patch_author"
        " patch_series patch_tag start_import"
    ),
    "schedule": "set_unpublish_time",
    "plan": (
        "attach_cta create_campaign create_cta create_objective delete_campaign delete_cta"
        " delete_objective detach_cta order_ctas patch_campaign patch_cta patch_objective"
    ),
    "deliver": "cancel_delivery plan_delivery resolve_delivery retry_delivery",
    "measure": "get_data_quality get_outcomes",
    "configure": (
        "delete_export get_export get_export_file list_exports start_export "
        "create_channel create_deploy_target delete_deploy_target patch_deploy_target"
        " create_webhook delete_webhook get_webhook get_webhook_delivery"
        " list_webhook_deliveries list_webhook_events list_webhooks patch_channel patch_settings"
        " choose_theme patch_webhook ping_webhook replay_webhook_deliveries replay_webhook_delivery rezone"
        " rotate_webhook_secret survey_rezoning verify_channel"
    ),
    "manage_users": "invite_user patch_user",
    "manage_keys": "list_keys make_key revoke_key",
    "audit": "list_audit",
}
ACTION_OF = {name: action for action, names in ASKS.items() for name in names.split()}
MEMBERS = ("editor", "writer", "marketer")


def roles_page(text: str) -> dict[str, set[str]]:
    """Read the first table of docs/roles.md: the roles that may do each action."""
    table = text.partition("\n\nThe table in code")[0].partition("| Action |")[2]
    head, _, *rows = table.splitlines()
    roles = [cell.strip() for cell in head.split("|")[1:-1]]
    found = {}
    for row in rows:
        cells = [cell.strip() for cell in row.split("|")[1:-1]]
        allowed = cells[len(cells) - len(roles) :]
        found[cells[0].strip("`")] = {
            role for role, cell in zip(roles, allowed, strict=True) if cell == "yes"
        }
    return found


def operations_of(schema: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Answer name, method and path of each, with places filled by what is not there."""
    found = []
    for template, operations in schema["paths"].items():
        path = template.replace("{token}", "x").replace("{format}", "ghost")
        path = re.sub(r"\{\w+\}", "999999", path)
        found += [(o["operationId"], method.upper(), path) for method, o in operations.items()]
    return found


async def send(client: httpx.AsyncClient, method: str, path: str) -> httpx.Response:
    """Knock with a body that no operation takes, so that nothing happens behind the door."""
    body = {"no_such_field": 1} if method in {"POST", "PUT", "PATCH"} else None
    return await client.request(method, path, json=body)


async def test_every_operation_has_its_row(world: Any) -> None:
    schema = (await world.owner.get("/api/v1/openapi.json")).json()
    names = {name for name, _, _ in operations_of(schema)}
    assert not (missing := names - ACTION_OF.keys()), f"who may do these? {sorted(missing)}"
    # Not every feature is always there, so more rows than operations are no fault, but two are.
    assert sum(len(names.split()) for names in ASKS.values()) == len(ACTION_OF)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_role_gets_in_where_the_page_says_and_nowhere_else(
    world: Any, faults: Any, repository: Any
) -> None:
    found = faults()
    page = roles_page((repository.root / "docs/roles.md").read_text())
    clients = {"nobody": world.installation.client()}
    clients["forged"] = world.installation.client(authorization="Bearer oct_" + "x" * 40)
    for scope, role in (("content", "reader"), ("admin", "owner")):
        key = await world.owner.post("/api/v1/keys", json={"name": scope, "scope": scope})
        bearer = f"Bearer {key.json()['key']}"
        clients[f"{role} (key)"] = world.installation.client(authorization=bearer)
    clients |= {role: await world.installation.member(role) for role in MEMBERS}
    schema = (await world.owner.get("/api/v1/openapi.json")).json()
    before = await world.rows()
    for name, method, path in operations_of(schema):
        action = ACTION_OF.get(name)
        if action is None:
            continue
        for who, client in clients.items():
            answer = await send(client, method, path)
            case = f"{who}: {name} ({action})"
            role = who.removesuffix(" (key)")
            if role in {"nobody", "forged"}:
                found.check(case, answer, status=401)
            elif role not in page[action]:
                found.check(case, answer, status=403)
            elif answer.status_code in {401, 403}:
                found.note(case, f"{answer.status_code} {answer.text[:150]!r}")
            else:
                found.check_sane(case, answer)
    assert not found.found, "\n".join(found.found[:60])
    after = await world.rows()
    changed = {table for table in after if len(after[table]) != len(before[table])}
    assert changed <= {"AuditRow"}, changed


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_browser_without_its_token_changes_nothing(world: Any, faults: Any) -> None:
    found = faults()
    schema = (await world.owner.get("/api/v1/openapi.json")).json()
    del world.owner.headers["x-csrf-token"]
    for name, method, path in operations_of(schema):
        if method != "GET" and ACTION_OF.get(name, "new") is not None:
            found.check(name, await send(world.owner, method, path), status=403)
    assert not found.found, "\n".join(found.found)
