"""Log lines: one JSON object each, and never the value of a variable."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

CANARY = "13800009999"
PROGRAM = """
import logging, sys
import structlog
from gateway.bootstrap.logs import configure_logs

configure_logs("info", sys.argv[1])
log = structlog.get_logger("test")


def fail(phone):
    raise KeyError("no such row")


try:
    fail(sys.argv[2])
except KeyError:
    log.exception("call_failed", method="Example")
log.debug("too_quiet")
log.info("done", count=2)
logging.getLogger("elsewhere").warning("from the library")
"""


def lines(form: str) -> list[str]:
    """What a process with this format wrote to standard error; nothing may go to standard output."""
    words = [sys.executable, "-c", PROGRAM, form, CANARY]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == ""
    return done.stderr.splitlines()


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_traceback_holds_no_values(form: str) -> None:
    """What went wrong is told, whom it happened to is not."""
    said = "\n".join(lines(form))

    assert "KeyError" in said
    assert CANARY not in said


def test_every_line_is_json() -> None:
    """A collector reads each line by itself, ours and the libraries'."""
    events = [json.loads(line) for line in lines("json")]

    assert [(event["event"], event["level"].lower()) for event in events] == [
        ("call_failed", "error"),
        ("done", "info"),
        ("stdlib", "warning"),
    ]
    assert events[1]["count"] == 2
