import pytest

pytest.register_assert_rewrite("octavo.sdk.deploying_testing")
