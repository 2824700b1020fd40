"""The tests that every adapter must pass, and a remote to run them against.

    class Receiver(FakeRemote):                       # the network, as small as it can be
        async def answer(self, request): ...
        @property
        def visible(self): return list(self.posts)    # one entry per thing that people can see

    class TestPagerContract(AdapterContract):
        adapter = PagerAdapter()
        def remote(self): return Receiver()
        def settings(self, remote): return {"url": remote.url + "/page"}
        secrets = {"token": "a-secret-that-must-not-leak"}

In the plugin's `conftest.py`: `pytest.register_assert_rewrite("octavo.sdk.testing")`.

The remote is a real server on the loopback interface, so that what a broken connection does is
what it does in life. Nothing here needs pytest itself: each test is a plain method.
"""

from octavo.sdk.testing.case import NOW, RecordingLog, sample
from octavo.sdk.testing.contract import AdapterContract
from octavo.sdk.testing.remote import FakeRemote, Fault, Reply, Request

__all__ = [
    "NOW",
    "AdapterContract",
    "FakeRemote",
    "Fault",
    "RecordingLog",
    "Reply",
    "Request",
    "sample",
]
