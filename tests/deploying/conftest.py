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
