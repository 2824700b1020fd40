import pytest

pytest.register_assert_rewrite("octavo.sdk.testing")
