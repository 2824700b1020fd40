"""The operator's choices: each documented, each checked, the secret kept."""

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest

from octavo.kernel.settings import Settings, SettingsError, load_settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_is_documented_with_its_variable():
    text = PAGE.read_text()
    variables = [spec.metadata["variable"] for spec in fields(Settings)]

    assert [variable for variable in variables if variable not in text] == []
    assert all(spec.metadata["about"].endswith(".") for spec in fields(Settings))


def test_the_default_is_sqlite_in_the_home(tmp_path):
    settings = load_settings({"OCTAVO_HOME": str(tmp_path)})

    assert settings.database_url == f"sqlite:///{tmp_path / 'octavo.db'}"
    assert settings.base_url == "http://127.0.0.1:8000"


def test_a_made_secret_is_kept_and_only_its_owner_reads_it(tmp_path):
    first = load_settings({"OCTAVO_HOME": str(tmp_path)}).secret_key
    second = load_settings({"OCTAVO_HOME": str(tmp_path)}).secret_key

    assert first == second
    assert len(first) >= 43
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_the_secret(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(
            pool.map(lambda _: load_settings({"OCTAVO_HOME": str(tmp_path)}).secret_key, range(16))
        )

    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OCTAVO_DATABASE_URL", "mysql://x"),
        ("OCTAVO_BASE_URL", "example.org"),
        ("OCTAVO_ADMIN_URL", "ftp://example.org"),
        ("OCTAVO_LOG_FORMAT", "xml"),
        ("OCTAVO_LOG_LEVEL", "loud"),
        ("OCTAVO_TRUSTED_PROXIES", "10.0.0.1, proxy.internal"),
        ("OCTAVO_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("OCTAVO_ALLOWED_TARGETS", "127.0.0.1"),
        ("OCTAVO_ALLOWED_TARGETS", "127.0.0.1:x"),
        ("OCTAVO_ALLOWED_TARGETS", "127.0.0.1:65536"),
        ("OCTAVO_ALLOWED_TARGETS", ":80"),
    ],
)
def test_a_value_we_cannot_use_names_its_variable_and_changes_nothing(tmp_path, variable, value):
    home = tmp_path / "home"
    with pytest.raises(SettingsError, match=variable):
        load_settings({"OCTAVO_HOME": str(home), variable: value})

    assert not home.exists()


def test_the_secret_is_not_in_the_settings_representation(tmp_path):
    settings = load_settings({"OCTAVO_HOME": str(tmp_path), "OCTAVO_SECRET_KEY": "hush-hush"})

    assert "hush" not in repr(settings)


def test_networks_and_targets_are_lists(tmp_path):
    settings = load_settings(
        {
            "OCTAVO_HOME": str(tmp_path),
            "OCTAVO_TRUSTED_PROXIES": "10.0.0.0/8, ::1",
            "OCTAVO_ALLOWED_TARGETS": "127.0.0.1:8190,[::1]:80",
        }
    )

    assert settings.trusted_proxies == ("10.0.0.0/8", "::1")
    assert settings.allowed_targets == ("127.0.0.1:8190", "[::1]:80")
