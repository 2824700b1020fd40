"""Deployments into a folder under a real `kill -9`: readers keep one whole release, whatever dies."""

import asyncio
import contextlib
import signal
import threading

import pytest
from tests.deploying.dying import TARGETS, ended, tree_of

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Watch:
    """Reads the pages of `current` as a web server does, the whole time."""

    def __init__(self, current):
        self.current, self.faults, self.seen = current, [], 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while not self._stop.wait(0.01):
            with contextlib.suppress(FileNotFoundError):  # a release so old that it just went
                page = (self.current / "index.html").read_text()
                self.seen += 1
                if not page.rstrip().endswith("</html>"):
                    self.faults.append("index.html is cut off")
            if not (self.current / "index.html").is_file():
                self.faults.append("index.html is not there")


# What a deployment into a folder does, in order; each run is cut off one step further on.
_STEPS = (
    "os.rename|/next.base$|1",  # `next` holds the present release, and nothing says so yet
    "os.link|/next/|3",
    "os.remove|/next/|2",
    "os.rename|/next.changes$|1",
    "os.rename|/next$|1",
    "os.symlink|current.next|1",
    "os.rename|current.next|1",
    "os.remove|next.base$|1",  # from here on readers see the new release
)


async def test_a_folder_shows_one_whole_release_wherever_a_process_is_killed(blog):
    made = await blog.client.post(
        TARGETS, json={"deployer": "folder", "name": "Mirror", "settings": {"folder": "blog"}}
    )
    assert made.status_code == 201, made.text
    old = blog.tree()
    current = blog.installation.runtime.settings.home / "deploys/blog/current"

    assert await blog.deploy(die_at="os.link|/next/|8") is None
    assert not current.exists()
    done = await blog.deploy()
    # Seven were linked: they are neither put again nor lost.
    assert (done["put"], done["same"]) == (len(old) - 7, 7)
    assert tree_of(current) == old

    await blog.edit(1)
    new = await blog.build()
    asked = await blog.client.post(f"{TARGETS}/{made.json()['id']}/deploy", json={})
    assert asked.status_code == 202, asked.text
    with Watch(current) as watch:
        for number, step in enumerate(_STEPS):
            if number == 1:
                worker = blog.start("worker", die_at=step)
                assert await asyncio.to_thread(ended, worker) == -signal.SIGKILL
            else:
                assert await blog.deploy(die_at=step) is None, step
            assert tree_of(current) == (new if step is _STEPS[-1] else old), step
        done = await blog.deploy()
    assert (done["put"], done["deleted"]) == (0, 0)
    assert tree_of(current) == new
    assert watch.faults == []
    assert watch.seen > len(_STEPS)
