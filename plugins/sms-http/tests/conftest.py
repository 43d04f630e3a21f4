"""A real HTTP client for the plugin and the simulated SMS centre as a process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.sdk import Http, Notice
from gateway.testkit.real_http import RealHttp

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="session")
def real_http() -> Iterator[Http]:
    """HTTP that gives up after half a second without an answer."""
    with httpx.Client(trust_env=False, timeout=0.5) as client:
        yield RealHttp(client)


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the simulated SMS centre, running as a process of its own."""
    data = str(tmp_path_factory.mktemp("sandbox"))
    words = ["sandbox", "--province-port", "0", "--sms-port", "0", "--data-dir", data, "--json"]
    command = [sys.executable, "-m", "gateway", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["sms"]
        process.terminate()


@pytest.fixture
def control(sandbox_process: str) -> Iterator[httpx.Client]:
    """The operator's side of an empty simulated SMS centre; its address is `base_url`."""
    with httpx.Client(base_url=sandbox_process, trust_env=False, timeout=10) as client:
        client.post("/_sandbox/reset").raise_for_status()
        yield client


@pytest.fixture
def example() -> Any:
    """examples/notice.json."""
    return json.loads((EXAMPLES / "notice.json").read_text("utf-8"))


@pytest.fixture
def notice(example: Any) -> Notice:
    """The example as a Notice, first attempt."""
    return Notice(attempt=1, **example)
