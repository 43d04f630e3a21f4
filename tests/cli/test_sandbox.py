"""Rules of `kanyan sandbox` as a process: how it starts, ends, and what outlives it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start the command with free ports on this test's data directory; what still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def begin(*words: str) -> subprocess.Popen[str]:
        base = ["--province-port", "0", "--sms-port", "0", "--data-dir", str(tmp_path / "data"), "--json"]
        command = [sys.executable, "-m", "gateway", "sandbox", *base, *words]
        env = {**os.environ, "PYTHONUTF8": "1"}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
        running.append(process)
        return process

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ready(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The first line of stdout: it comes when both ports listen."""
    assert process.stdout is not None
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def client(address: str) -> httpx.Client:
    """A client of one of the two."""
    return httpx.Client(base_url=address, trust_env=False, timeout=10)


def test_sigterm_ends_it_cleanly(start: Start, tmp_path: Path) -> None:
    """The ready file is there, whole, while it runs; SIGTERM ends it with 0 and takes the file away."""
    file = tmp_path / "ready.json"
    process = start("--ready-file", str(file))
    said = ready(process)
    assert json.loads(file.read_text("utf-8")) == {key: said[key] for key in ("province", "sms", "pid")}
    assert said["pid"] == process.pid
    for address in (said["province"], said["sms"]):
        with client(address) as http:
            assert http.get("/_sandbox/received").status_code == 200
    process.send_signal(signal.SIGTERM)
    _, complaints = process.communicate(timeout=20)
    assert (process.returncode, complaints) == (0, "")
    assert not file.exists()


def test_slow_request_does_not_hold_up_the_end(start: Start) -> None:
    """SIGTERM ends it also while a slow answer is being waited for, without a traceback."""
    process = start()
    with client(ready(process)["sms"]) as http:
        http.post("/_sandbox/faults", json={"mode": "slow", "seconds": 600})
        with pytest.raises(httpx.ReadTimeout):
            http.get("/sms/d-1", timeout=0.2)
    process.send_signal(signal.SIGTERM)
    _, complaints = process.communicate(timeout=20)
    assert (process.returncode, complaints) == (0, "")


def test_nothing_is_lost_when_it_is_killed(start: Start) -> None:
    """What was answered for is there after SIGKILL and a restart, with the same receipt."""
    message = {"delivery_id": "d-1", "phone": "19911110001", "text": "示例", "kind": "visit.filed"}
    process = start()
    said = ready(process)
    with client(said["sms"]) as sms, client(said["province"]) as province:
        receipt = sms.post("/sms", json=message).json()["receipt"]
        case = province.post("/_sandbox/accept-case").json()
    process.kill()
    process.wait(timeout=20)
    said = ready(start())
    with client(said["sms"]) as sms, client(said["province"]) as province:
        assert sms.get("/sms/d-1").json()["receipt"] == receipt
        assert province.get("/api/cases").json()["items"] == [case]


def test_occupied_port_is_named(start: Start) -> None:
    """A port in use gives PORT_IN_USE with the address, exit code 1, and no traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start("--sms-port", str(port))
        said, complaints = process.communicate(timeout=20)
    answer = json.loads(said)
    assert (process.returncode, answer["code"], complaints) == (1, "PORT_IN_USE", "")
    assert f"127.0.0.1:{port}" in answer["message"]


def test_second_process_on_the_same_data_is_refused(start: Start) -> None:
    """Two processes never write one data directory."""
    ready(start())
    second = start()
    said, _ = second.communicate(timeout=20)
    assert (second.returncode, json.loads(said)["code"]) == (1, "DATA_DIR_IN_USE")


@pytest.mark.parametrize("words", [("--sms-port", "70000"), ("--sms-port", "x"), ("--data-dir", "/dev/null/x")])
def test_wrong_usage_is_exit_code_2(start: Start, words: tuple[str, str]) -> None:
    """A port that is none, or a directory that cannot be, is a usage error and no traceback."""
    process = start(*words)
    said, complaints = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "Traceback" not in said + complaints


def test_ready_file_that_cannot_be_written_is_named(start: Start, tmp_path: Path) -> None:
    """A ready file in a folder that does not exist is a usage error naming it."""
    process = start("--ready-file", str(tmp_path / "missing" / "ready.json"))
    said, complaints = process.communicate(timeout=20)
    assert (process.returncode, complaints) == (2, "")
    assert "ready.json" in json.loads(said)["message"]
