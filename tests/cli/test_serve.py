"""`kanyan serve` and `kanyan db`: every failure to start is a sentence with a code, never a traceback."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.sandbox.demo.processes import Processes

ROOT = Path(__file__).parents[2]
SETTINGS: dict[str, Any] = {
    "data_dir": "data",
    "issuer": "ky.taojiang.example/test",
    "url_prefix": "https://ky.taojiang.example/v/",
    "report_phone": "0737-0000000",
    "policy": [str(ROOT / "configs" / "policy" / "demo.yaml")],
    "grpc": {"listen": "127.0.0.1:0"},
    "web": {"listen": "127.0.0.1:0"},
    "routes": {"upstream": "province", "notifier": "sms-console"},
}


def write(folder: Path, **changes: Any) -> Path:
    """A configuration with changes."""
    path = folder / "gateway.yaml"
    path.write_text(yaml.safe_dump({**SETTINGS, **changes}, allow_unicode=True), encoding="utf-8")
    return path


def kanyan(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "gateway", *words], capture_output=True, text=True, timeout=30, check=False
    )


def refused(done: subprocess.CompletedProcess[str], code: str, exit_code: int) -> str:
    """The command ended with this code and sentence and without a traceback; returns what it said."""
    assert done.returncode == exit_code, done.stderr
    assert f"错误 [{code}]" in done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@contextmanager
def occupied() -> Iterator[int]:
    """A port somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_an_unknown_key_names_its_place(tmp_path: Path) -> None:
    """The operator learns line, column and what was probably meant."""
    said = refused(kanyan("serve", "--config", str(write(tmp_path, polcy=[]))), "CONFIG_UNKNOWN_KEY", 2)

    assert "gateway.yaml:" in said
    assert "policy" in said


@pytest.mark.parametrize("door", ["grpc", "web"])
def test_an_occupied_port_is_named(tmp_path: Path, door: str) -> None:
    """Somebody else's port is not shared and not fought over."""
    with occupied() as port:
        config = write(tmp_path, **{door: {"listen": f"127.0.0.1:{port}"}})

        said = refused(kanyan("serve", "--config", str(config)), "PORT_IN_USE", 1)

    assert str(port) in said


def test_a_second_gateway_on_the_same_file_is_refused(tmp_path: Path) -> None:
    """One SQLite file has one gateway."""
    config = write(tmp_path)
    processes = Processes(tmp_path)
    try:
        processes.start("first", "gateway", ["serve", "--config", str(config)])

        refused(kanyan("serve", "--config", str(config)), "DATABASE_IN_USE", 1)
    finally:
        processes.stop()


def test_a_long_url_is_noticed_at_start(tmp_path: Path) -> None:
    """A prefix that would make a picture too dense ends the start, not the scan in the field."""
    config = write(tmp_path, url_prefix=f"https://{'a' * 60}.{'b' * 60}.{'c' * 60}.example/v/")

    refused(kanyan("serve", "--config", str(config)), "CONFIG_INVALID", 2)


def test_keys_of_another_issuer_are_refused(tmp_path: Path) -> None:
    """A folder of keys belongs to one issuer."""
    processes = Processes(tmp_path)
    try:
        processes.start("first", "gateway", ["serve", "--config", str(write(tmp_path))])
    finally:
        processes.stop()

    config = write(tmp_path, issuer="ky.taojiang.example/other")
    said = refused(kanyan("serve", "--config", str(config)), "CONFIG_INVALID", 2)

    assert "issuer" in said


def test_a_damaged_key_file_is_refused(tmp_path: Path) -> None:
    """A key that cannot be read is never replaced by a new one."""
    keys = tmp_path / "data" / "keys"
    keys.mkdir(parents=True)
    (keys / "signing-key.json").write_text("{")

    refused(kanyan("serve", "--config", str(write(tmp_path))), "CONFIG_INVALID", 2)

    assert (keys / "signing-key.json").read_text() == "{"


def test_serve_without_plugins(tmp_path: Path) -> None:
    """To look for a fault, the gateway starts with nobody's code but its own, and ends with exit code 0."""
    processes = Processes(tmp_path)
    config = write(tmp_path, plugins={"sms-console": {"file": str(tmp_path / "sms.jsonl")}})
    try:
        process, _ready = processes.start("gateway", "gateway", ["serve", "--no-plugins", "--config", str(config)])
        process.terminate()

        assert process.wait(15) == 0
    finally:
        processes.stop()


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    """Nobody else on the machine reads a private key."""
    processes = Processes(tmp_path)
    try:
        processes.start("gateway", "gateway", ["serve", "--config", str(write(tmp_path))])
    finally:
        processes.stop()

    private = [*(tmp_path / "data" / "keys").iterdir(), *(tmp_path / "data" / "pki").glob("*.key")]
    assert len(private) >= 5
    assert [path.name for path in private if path.suffix != ".pub" and path.stat().st_mode & 0o077] == []


def test_db_migrate_says_the_revision(tmp_path: Path) -> None:
    """The database can be made before the gateway starts, and again without harm."""
    words = ("db", "migrate", "--config", str(write(tmp_path)), "--json")
    first, second = kanyan(*words), kanyan(*words)

    assert json.loads(first.stdout) == json.loads(second.stdout)
    assert json.loads(first.stdout)["ok"] is True


def test_an_unreachable_database_is_a_sentence(tmp_path: Path) -> None:
    """A PostgreSQL that does not answer ends the start with a code that invites another try."""
    with occupied() as port:
        pass
    config = write(tmp_path, database={"url": f"postgresql+psycopg://127.0.0.1:{port}/nowhere"})

    refused(kanyan("db", "migrate", "--config", str(config)), "STORAGE_UNAVAILABLE", 1)
