"""`octavo theme new` writes what `octavo theme check` passes; each fault is found with its place."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from octavo.cli import cli
from octavo.kernel.paths import default_theme
from octavo.publishing.theming.check import check_theme


@pytest.fixture
def theme(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    result = CliRunner().invoke(cli, ["theme", "new", str(folder), "--name", 'The "Folio"'])
    assert result.exit_code == 0, result.output
    return folder


def test_a_new_theme_passes_its_check(theme: Path) -> None:
    result = CliRunner().invoke(cli, ["theme", "check", str(theme)])

    assert result.exit_code == 0, result.output
    assert result.output == "nothing to mend\n"
    again = CliRunner().invoke(cli, ["theme", "new", str(theme)])
    assert again.exit_code == 1
    assert "not empty" in again.output


def test_the_default_theme_passes_its_check() -> None:
    assert [f for f in check_theme(default_theme(), default_theme()) if f.level == "error"] == []


@pytest.mark.parametrize(
    ("file", "text", "place", "said"),
    [
        ("templates/404.html", "a\n{% if %}", "templates/404.html:2", "Expected an expression"),
        (
            "templates/404.html",
            "a\n{{ post.title }}",
            "templates/404.html:2",
            "'post' is undefined",
        ),
        ("templates/tag.html", "\n\n{{ tag.nme }}", "templates/tag.html:3", "nme"),
        (
            "templates/404.html",
            "\n{{ t('no_such') }}",
            "templates/404.html:2",
            "no string 'no_such'",
        ),
        ("templates/404.html", "{{ asset('x.js') }}", "templates/404.html:1", "no assets/x.js"),
        ("templates/404.html", "<div><b></div>", "templates/404.html:", "</div> closes nothing"),
        ("templates/404.html", "<div>", "templates/404.html:", "<div> is never closed"),
        ("templates/404.html", '<p style="x">', "templates/404.html:1", "do not run"),
        ("templates/404.html", "{% extends 'gone.html' %}", "templates/404.html", "gone.html"),
        ("templates/404.html", "{{ 'a' * 10**9 }}", "templates/404.html:1", "more than a page"),
        ("assets/css/own.css", "\np{background:url(no.png)}", "own.css:2", "no assets/css/no.png"),
        ("assets/css/own.css", "p{background:url(//x.example/a)}", "own.css:1", "another site"),
        ("theme.toml", "name = ", "theme.toml", "cannot be read"),
        ("theme.toml", "[settings.a]\nchoices=['x']", "theme.toml", "none of its choices"),
        ("theme.toml", "[tokens.light]\nink='#eeeeee'\npaper='#ffffff'", "theme.toml", "1.2 to 1"),
        ("locales/en.toml", "a = [", "en.toml", "cannot be read"),
        ("templates/404.html", b"\xff\xfe", "templates/404.html", "cannot be read"),
    ],
)
def test_each_fault_is_found_where_it_stands(
    theme: Path, file: str, text: str | bytes, place: str, said: str
) -> None:
    (theme / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    result = CliRunner().invoke(cli, ["theme", "check", str(theme)])

    assert result.exit_code == 1, result.output
    errors = [line for line in result.output.splitlines() if line.startswith("error")]
    assert any(place in line and said in line for line in errors), result.output


def test_the_report_can_be_read_by_machines(theme: Path) -> None:
    (theme / "templates/404.html").write_text("{{ nothing }}")
    result = CliRunner().invoke(cli, ["theme", "check", str(theme), "--json"])
    report = json.loads(result.output)

    assert result.exit_code == 1
    assert report["findings"][0]["line"] == 1
    assert report["findings"][0]["fix"]
    gone = CliRunner().invoke(cli, ["theme", "check", str(theme / "gone")])
    assert gone.exit_code == 1


def test_what_weighs_too_much_is_a_warning(theme: Path) -> None:
    (theme / "assets/photo.png").write_bytes(b"x" * 300_000)
    (theme / "templates/404.html").write_text('{{ t("tags") }}<a href="#">x</a>')
    result = CliRunner().invoke(cli, ["theme", "check", str(theme)])

    assert result.exit_code == 0
    assert "assets/photo.png: is 300 kB" in result.output
    assert "templates/404.html:1: a link leads nowhere" in result.output
