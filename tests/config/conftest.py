"""A valid configuration file, and what becomes of it when a line is changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.config.load import load_settings
from gateway.config.policy import load_profile
from gateway.errors import ConfigInvalid

GOOD = """\
data_dir: data
issuer: ky.taojiang.example/test
url_prefix: https://ky.taojiang.example/v/
report_phone: "0737-0000000"
policy: [policy.yaml]
routes: {upstream: province, notifier: sms-console}
"""

POLICY = """\
profile: 示例
title: 示例规则
valid_from: 2026-01-01
valid_to: 2026-12-31
min_inspectors: 2
max_inspectors_single: 2
window_max_hours: 12
code_opens_minutes_before: 30
code_closes_minutes_after: 120
screen_code_seconds: 120
paper_code_max_hours: 8
one_time_code_tries: 5
proof_minutes: 15
"""

Write = Callable[[str | bytes], Path]
Problems = Callable[[str | bytes], list[tuple[str, str]]]


@pytest.fixture
def good() -> str:
    """Six lines that are enough for a gateway."""
    return GOOD


@pytest.fixture
def good_policy() -> str:
    """A whole policy file."""
    return POLICY


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a configuration file and say where it is."""

    def write_file(text: str | bytes) -> Path:
        path = tmp_path / "x.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write_file


def _problems(path: Path, load: Callable[[Path], object]) -> list[tuple[str, str]]:
    """`(line:column, sentence)` of every problem, empty if the file is good."""
    found: tuple[ConfigInvalid, ...] = ()
    try:
        load(path)
    except ConfigInvalid as error:
        found = error.problems or (error,)
    facts = [one.facts for one in found]
    return [(f["where"].removeprefix(f"{path}:"), f.get("why") or f["key"] + f["hint"]) for f in facts]


@pytest.fixture
def problems(write: Write) -> Problems:
    """What is wrong with a configuration of this text."""
    return lambda text: _problems(write(text), load_settings)


@pytest.fixture
def policy_problems(write: Write) -> Problems:
    """What is wrong with a policy file of this text."""
    return lambda text: _problems(write(text), load_profile)
