"""The bucket of `tests/storage` and the desk of `tests/publishing`, for deployments."""

from types import SimpleNamespace

import pytest
from tests.publishing.fakes import NOW, Desk, make_piece, tag, tree
from tests.storage.conftest import bucket_server

__all__ = ["bucket_server"]

pytest.register_assert_rewrite("octavo.sdk.deploying_testing")


@pytest.fixture
def folio(tmp_path):
    """The fakes of `tests/publishing`, with a desk of six posts."""
    desk = Desk(tmp_path, [make_piece(number) for number in range(1, 7)], workers=0)
    return SimpleNamespace(desk=desk, NOW=NOW, make_piece=make_piece, tag=tag, tree=tree)
