"""The bucket of `tests/storage`, for deployments."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

pytest.register_assert_rewrite("octavo.sdk.deploying_testing")

_spec = spec_from_file_location(
    "storage_conftest", Path(__file__).parents[1] / "storage" / "conftest.py"
)
_storage = module_from_spec(_spec)
_spec.loader.exec_module(_storage)
bucket_server = _storage.bucket_server


_spec = spec_from_file_location(
    "publishing_fakes", Path(__file__).parents[1] / "publishing" / "fakes.py"
)
fakes = module_from_spec(_spec)
_spec.loader.exec_module(fakes)


@pytest.fixture
def folio(tmp_path):
    """The fakes of `tests/publishing`, with a desk of six posts."""
    fakes.desk = fakes.Desk(
        tmp_path, [fakes.make_piece(number) for number in range(1, 7)], workers=0
    )
    return fakes
