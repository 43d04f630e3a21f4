"""A real HTTP client for the plugin and the simulated platform as a process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.sdk import Attachment, Http, Message
from gateway.testkit.real_http import RealHttp

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="session")
def real_http() -> Iterator[Http]:
    """HTTP that gives up after half a second without an answer."""
    with httpx.Client(trust_env=False, timeout=0.5) as client:
        yield RealHttp(client)


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the simulated platform, running as a process of its own."""
    data = str(tmp_path_factory.mktemp("sandbox"))
    words = ["sandbox", "--province-port", "0", "--sms-port", "0", "--data-dir", data, "--json"]
    command = [sys.executable, "-m", "gateway", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["province"]
        process.terminate()


@pytest.fixture
def control(sandbox_process: str) -> Iterator[httpx.Client]:
    """The operator's side of an empty simulated platform; its address is `base_url`."""
    with httpx.Client(base_url=sandbox_process, trust_env=False, timeout=10) as client:
        client.post("/_sandbox/reset").raise_for_status()
        yield client


@pytest.fixture
def example() -> Callable[[str], Any]:
    """Reads a file of examples/."""
    return lambda name: json.loads((EXAMPLES / name).read_text("utf-8"))


@pytest.fixture
def result_message(example: Callable[[str], Any]) -> Message:
    """examples/result_message.json as a Message."""
    raw = example("result_message.json")
    report = raw["attachments"][0]
    attachment = Attachment(report["name"], report["media_type"], "示例报告".encode())
    return Message(raw["delivery_id"], raw["attempt"], raw["kind"], raw["subject"], raw["body"], (attachment,))
