"""The example line as a notice, and a context that writes to a file of the test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.sdk import Notice, PluginContext
from gateway.testkit.contexts import fake_context

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture
def example() -> Any:
    """The line of examples/sms.jsonl."""
    return json.loads((EXAMPLES / "sms.jsonl").read_text("utf-8"))


@pytest.fixture
def notice(example: Any) -> Notice:
    """The example as a Notice, first attempt."""
    return Notice(example["delivery_id"], 1, example["kind"], example["phone"], example["text"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the messages of this test go."""
    return tmp_path / "sms.jsonl"


@pytest.fixture
def context(file: Path) -> PluginContext:
    """A context with that file."""
    return fake_context("sms-console", config={"file": str(file)})
