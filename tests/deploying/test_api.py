"""Targets through the front door, and what the worker makes of them."""

import asyncio
import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from octavo.cli import cli
from octavo.deploying.jobs import Deployments
from octavo.deploying.running import Deploying

TARGETS = "/api/v1/deploy-targets"


@pytest.fixture
def deploying(installation):
    runtime = installation.runtime
    return Deploying(
        site=runtime.site,
        registry=runtime.deployers,
        vault=runtime.vault,
        http=runtime.http,
        settings=runtime.settings,
        clock=runtime.clock,
    )


async def _make(client, **changed):
    data = {"deployer": "folder", "name": "Mirror", "settings": {"folder": "blog"}} | changed
    return await client.post(TARGETS, json=data)


async def _one(client, target_id):
    return (await client.get(f"{TARGETS}/{target_id}")).json()


async def test_a_build_is_deployed_when_it_stood_for_a_moment(installation, deploying, clock):
    owner = await installation.owner()
    target = (await _make(owner)).json()
    worker = Deployments(deploying)
    await worker.tick()
    assert not (await _one(owner, target["id"]))["last_run"]

    await installation.runtime.site.build(now=clock())
    await worker.tick()
    assert (await _one(owner, target["id"]))["last_run"] is None
    clock.move(seconds=4)
    await worker.tick()

    found = await _one(owner, target["id"])
    shown = installation.runtime.settings.home / "deploys/blog/current"
    assert found["is_current"]
    assert found["last_run"]["state"] == "done"
    assert found["last_run"]["put"] == found["last_run"]["to_put"] > 3
    assert (shown / "index.html").is_file()

    clock.move(seconds=60)
    await worker.tick()
    runs = (await owner.get(f"{TARGETS}/{target['id']}/runs")).json()["items"]
    assert len(runs) == 1


async def test_a_target_is_deployed_when_somebody_asks(installation, deploying, clock):
    owner = await installation.owner()
    target = (await _make(owner, is_active=False)).json()
    await installation.runtime.site.build(now=clock())
    worker = Deployments(deploying)
    clock.move(seconds=60)
    await worker.tick()
    assert (await _one(owner, target["id"]))["last_run"] is None

    answer = await owner.post(f"{TARGETS}/{target['id']}/deploy", json={"full": True})
    assert answer.status_code == 202
    again = await owner.post(f"{TARGETS}/{target['id']}/deploy", json={})
    assert again.json()["id"] == answer.json()["id"]
    await worker.tick()
    run = (await _one(owner, target["id"]))["last_run"]
    assert (run["id"], run["state"], run["is_full"]) == (answer.json()["id"], "done", True)


async def test_a_target_that_refuses_says_why_and_is_left_alone(installation, deploying, clock):
    owner = await installation.owner()
    place = installation.runtime.settings.home / "deploys/blog"
    place.mkdir(parents=True)
    (place / "diary.txt").write_text("mine")
    target = (await _make(owner)).json()
    await installation.runtime.site.build(now=clock())
    worker = Deployments(deploying)
    await worker.tick()
    for _ in range(5):
        clock.move(seconds=60)
        await worker.tick()

    found = await _one(owner, target["id"])
    runs = (await owner.get(f"{TARGETS}/{target['id']}/runs")).json()["items"]
    assert "holds other files" in runs[0]["error"]
    assert (len(runs), found["failures"]) == (1, 1)
    assert (place / "diary.txt").read_text() == "mine"


async def test_secrets_are_kept_and_never_answered(installation, clock):
    owner = await installation.owner()
    settings = {"bucket": "b", "endpoint": "https://s3.example.com"}
    secrets = {"access_key_id": "AKIA-the-key", "secret_access_key": "the-very-secret"}
    made = await _make(owner, deployer="s3", settings=settings, secrets=secrets, is_active=False)
    assert made.status_code == 201, made.text
    assert made.json()["secrets_set"] == ["access_key_id", "secret_access_key"]
    changed = await owner.patch(
        f"{TARGETS}/{made.json()['id']}",
        json={"version": 1, "settings": settings | {"prefix": "site"}},
    )
    assert changed.json()["version"] == 2
    seen = made.text + changed.text + (await owner.get(TARGETS)).text
    seen += (await owner.get("/api/v1/deployers")).text
    assert "the-very-secret" not in seen
    assert "AKIA-the-key" not in seen
    stale = await owner.patch(
        f"{TARGETS}/{made.json()['id']}", json={"version": 1, "name": "Other"}
    )
    assert stale.status_code == 409
    assert stale.json()["current"]["version"] == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"deployer": "ftp"}, "deployer"),
        ({"settings": {}}, "settings.folder"),
        ({"settings": {"folder": "blog", "keep": 0}}, "settings.keep"),
        ({"settings": {"folder": "a\x00b"}}, "settings.folder"),
        ({"settings": {"folder": "blog", "other": 1}}, "settings"),
        ({"name": "a\x00b"}, "name"),
        ({"settings": {"folder": "../../../etc"}}, None),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_is_stored(installation, changed, field):
    owner = await installation.owner()
    answer = await _make(owner, **changed)

    assert answer.status_code in {400, 422}, answer.text
    if field is not None:
        assert field in [error["field"] for error in answer.json()["errors"]]
    assert (await owner.get(TARGETS)).json()["items"] == []


async def test_only_who_may_configure_sets_up_targets(installation):
    writer = await installation.member("writer")

    assert (await _make(writer)).status_code == 403
    assert (await writer.get(TARGETS)).status_code == 200
    assert (await writer.post(f"{TARGETS}/1/deploy", json={})).status_code == 403


async def test_a_target_that_is_removed_leaves_what_stands_there(installation, deploying, clock):
    owner = await installation.owner()
    target = (await _make(owner)).json()
    await installation.runtime.site.build(now=clock())
    worker = Deployments(deploying)
    await worker.tick()
    clock.move(seconds=4)
    await worker.tick()

    assert (await owner.delete(f"{TARGETS}/{target['id']}")).status_code == 204
    assert (await owner.get(f"{TARGETS}/{target['id']}/runs")).status_code == 404
    home = installation.runtime.settings.home
    assert (home / "deploys/blog/current/index.html").is_file()


async def test_the_command_deploys_and_says_what_it_would_do(
    installation, database_url, clock, monkeypatch
):
    owner = await installation.owner()
    await _make(owner)
    await installation.runtime.site.build(now=clock())
    home = installation.runtime.settings.home
    monkeypatch.setenv("OCTAVO_HOME", str(home))
    monkeypatch.setenv("OCTAVO_DATABASE_URL", database_url)

    async def octavo(*arguments):
        return await asyncio.to_thread(CliRunner().invoke, cli, ["deploy", *arguments])

    looked = json.loads((await octavo("--dry-run", "--json")).stdout)
    assert looked[0]["to_put"] > 3
    assert not (home / "deploys/blog/current").exists()
    done = json.loads((await octavo("Mirror", "--json")).stdout)
    assert done[0]["put"] == looked[0]["to_put"]
    assert (home / "deploys/blog/current/index.html").is_file()
    assert "0 files put" in (await octavo()).stdout
    missing = await octavo("nowhere")
    assert missing.exit_code == 1
    assert "there is no deploy target" in missing.output


async def test_every_target_is_tidied_whatever_another_one_says(
    installation, deploying, clock, monkeypatch
):
    owner = await installation.owner()
    places = []

    async def tidy(deployer, *, before):
        places.append((deployer.ctx.config.folder, clock() - before))
        if deployer.ctx.config.folder == "first":
            raise OSError("no")
        return 2

    kind = installation.runtime.deployers.get("folder")
    monkeypatch.setattr(kind, "tidy", tidy)
    for name in ("first", "second"):
        await _make(owner, name=name, settings={"folder": name})

    assert await Deployments(deploying).tidy() == 2
    assert sorted(places) == [("first", timedelta(days=1)), ("second", timedelta(days=1))]
