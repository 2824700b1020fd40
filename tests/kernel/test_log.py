"""Logs tell what happened, to people or machines, and no secrets to either."""

import json
import logging

import pytest
import structlog

from octavo.kernel.log import configure_logging, get_logger
from octavo.kernel.settings import Settings


@pytest.fixture(autouse=True)
def _as_before():
    kept, level = list(logging.root.handlers), logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = kept
    logging.root.setLevel(level)


def configure(form, level="info"):
    configure_logging(Settings(log_format=form, log_level=level))


def test_machines_get_one_json_document_a_line(capsys):
    configure("json")
    get_logger("octavo.test").info("deed_done", piece_id=7)
    logging.getLogger("a.library").warning("it said %s", "something")

    out = capsys.readouterr()
    first, second = (json.loads(line) for line in out.err.splitlines())
    assert (first["event"], first["piece_id"], first["source"]) == ("deed_done", 7, "octavo.test")
    assert second["event"] == "it said something"
    assert out.out == ""


@pytest.mark.parametrize("form", ["json", "console"])
def test_secrets_are_hidden_wherever_they_stand(capsys, form):
    configure(form)
    get_logger("octavo.test").info(
        "login", password="hunter2", headers={"Authorization": "hunter2", "accept": "all"}
    )

    said = capsys.readouterr().err
    assert "hunter2" not in said
    assert "accept" in said


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_is_logged_without_the_values_of_variables(capsys, form):
    configure(form)
    secret = "hunter" + "2"
    try:
        int(secret[:0])
    except ValueError:
        get_logger("octavo.test").exception("it_broke")

    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "it_broke" in said
    assert "secret = " not in said


def test_what_is_below_the_level_is_not_said(capsys):
    configure("console", level="error")
    get_logger("octavo.test").warning("never_mind")

    assert capsys.readouterr().err == ""


def test_a_line_break_in_a_value_starts_no_new_line(capsys):
    configure("json")
    get_logger("octavo.test").info("told", text='a\n{"event": "forged"}')

    assert len(capsys.readouterr().err.splitlines()) == 1
