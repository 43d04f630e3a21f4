"""The operators' page knows every log line, and its examples parse."""

from __future__ import annotations

import configparser
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

EVENT = re.compile(r"\blog\.(?:debug|info|warning|error|exception)\(\s*\"([a-z_]+)")


def _events(root: Path) -> set[str]:
    modules = [m for m in (root / "gateway").rglob("*.py") if "sandbox" not in m.parts]
    return {event for module in modules for event in EVENT.findall(module.read_text(encoding="utf-8"))}


def _units(page: str) -> Iterator[configparser.ConfigParser]:
    for block in re.findall(r"^```ini\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL):
        unit = configparser.ConfigParser(interpolation=None)
        unit.read_string(block)
        yield unit


@pytest.fixture
def page(documents: dict[str, str]) -> str:
    """The operators' page."""
    return documents["docs/operations.md"]


def test_every_log_event_is_explained(root: Path, page: str) -> None:
    """Whoever reads a log line of the gateway finds what it means."""
    events = _events(root)
    assert len(events) > 15
    explained = set(re.findall(r"`([a-z_]+)`", "\n".join(re.findall(r"^\| (`[^|]*)\|", page, flags=re.MULTILINE))))
    assert events - explained == set()


def test_no_event_is_explained_that_nobody_says(root: Path, page: str) -> None:
    """An event that is gone from the code goes from the page."""
    table = page[page.index("| event |") :].split("\n\n")[0]
    told = {name for line in table.splitlines()[2:] for name in re.findall(r"`([a-z_]+)`", line.split("|")[1])}
    assert told - _events(root) == {"stdlib"}


def test_the_units_run_commands_that_exist(page: str) -> None:
    """Both unit files parse and start one of our two programs."""
    started = [Path(shlex.split(unit["Service"]["ExecStart"])[0]).name for unit in _units(page)]
    assert started == ["kanyan", "kanyan-kiosk"]
