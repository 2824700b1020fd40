"""The bucket of `tests/storage` and the desk of `tests/publishing`, for deployments."""

import os
from types import SimpleNamespace

import pytest
from tests.deploying.dying import DYING, Blog
from tests.deploying.dying_bucket import Bucket
from tests.publishing.fakes import NOW, Desk, make_piece, tag, tree
from tests.storage.conftest import bucket_server

__all__ = ["bucket_server"]

pytest.register_assert_rewrite("octavo.sdk.deploying_testing")


@pytest.fixture
def folio(tmp_path):
    """The fakes of `tests/publishing`, with a desk of six posts."""
    desk = Desk(tmp_path, [make_piece(number) for number in range(1, 7)], workers=0)
    return SimpleNamespace(desk=desk, NOW=NOW, make_piece=make_piece, tag=tag, tree=tree)


@pytest.fixture
def bucket(bucket_server):
    bucket = Bucket(*bucket_server)
    yield bucket
    bucket.close()


@pytest.fixture
def environment(request):
    if "bucket" not in request.fixturenames:
        return {}
    return {"OCTAVO_ALLOWED_TARGETS": request.getfixturevalue("bucket").address}


@pytest.fixture
async def blog(installation, database_url, environment, tmp_path):
    """A built blog of twelve posts, its home shared with processes that are killed."""
    (tmp_path / "dying").mkdir()
    (tmp_path / "dying" / "sitecustomize.py").write_text(DYING)
    environ = {
        **os.environ,
        **environment,
        "OCTAVO_HOME": str(installation.runtime.settings.home),
        "OCTAVO_DATABASE_URL": database_url,
        "OCTAVO_BASE_URL": installation.runtime.settings.base_url,
        "PYTHONPATH": str(tmp_path / "dying"),
    }
    blog = Blog(installation, await installation.owner(), environ)
    await blog.write(12)
    await blog.build()
    return blog
