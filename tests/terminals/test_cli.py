"""Rules of the kanyan-kiosk command, as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
import yaml

from terminals.serial_port import close_port, open_port

WAIT_S = 30.0
Config = Callable[..., Path]


@pytest.fixture
def config(tmp_path: Path, papers: Any, live_office: Any) -> Config:
    """Writes a settings file; keywords replace its keys."""

    def write(address: str = "127.0.0.1:1", **other: Any) -> Path:
        (tmp_path / "root.pub").write_text(live_office.root_public.hex())
        files = {"certificate": str(papers.certificate), "key": str(papers.key), "authority": str(papers.authority)}
        content = {
            "device": str(tmp_path / "scanner"),
            "baud": 9600,
            "data_dir": "data",
            "root_key": "root.pub",
            "gateway": {"address": address, "deadline_s": 10.0, **files},
            "screen": {"listen": "127.0.0.1:0"},
            **other,
        }
        (tmp_path / "kiosk.yaml").write_text(yaml.safe_dump(content), "utf-8")
        return tmp_path / "kiosk.yaml"

    return write


def command(*words: object) -> list[str]:
    """The command line of kanyan-kiosk."""
    return [sys.executable, "-m", "terminals.cli", *map(str, words)]


def ended(*words: object) -> subprocess.CompletedProcess[str]:
    """A run that ends by itself, and must not end in a traceback."""
    done = subprocess.run(
        command(*words), capture_output=True, text=True, timeout=WAIT_S, check=False, stdin=subprocess.DEVNULL
    )
    assert "Traceback" not in done.stderr
    return done


@dataclass
class Running:
    """A process that runs and its first line of output."""

    process: asyncio.subprocess.Process
    first: str

    async def line(self) -> str:
        """The next line of output."""
        assert self.process.stdout is not None
        return (await asyncio.wait_for(self.process.stdout.readline(), WAIT_S)).decode()

    async def stop(self) -> int:
        """End it as systemd would."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), WAIT_S)


@contextlib.asynccontextmanager
async def running(*words: object, log: Path) -> AsyncIterator[Running]:
    """A process for the length of the block, once it has said its first line."""
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *command(*words), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=stderr
        )
    one = Running(process, "")
    try:
        one.first = await one.line()
        assert one.first, text_of(log)
        yield one
    finally:
        await one.stop()
        assert process.stdin is not None
        process.stdin.close()
        await process.communicate()
    assert "Traceback" not in text_of(log)


@dataclass
class Page:
    """A browser that follows the screen from before the scan, so that no answer is missed."""

    browser: httpx.AsyncClient
    lines: AsyncIterator[str]

    async def until(self, view: str) -> dict[str, Any]:
        """The state once the screen shows this view."""
        async with asyncio.timeout(WAIT_S):
            async for line in self.lines:
                state = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {}
                if state.get("view") == view:
                    return dict(state)
        raise AssertionError("the stream ended")


@contextlib.asynccontextmanager
async def page_of(kiosk: Running) -> AsyncIterator[Page]:
    """The page of a kiosk that said where it is."""
    url = json.loads(kiosk.first)["screen"]
    async with (
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=WAIT_S) as browser,
        browser.stream("GET", "/events") as stream,
    ):
        yield Page(browser, stream.aiter_lines())


def text_of(path: Path) -> str:
    """What a process wrote."""
    return path.read_text("utf-8")


def test_missing_device(config: Config) -> None:
    """A scanner that is not plugged in ends the start with a Chinese sentence and exit code 1."""
    done = ended("run", "--config", config())
    assert done.returncode == 1
    assert "找不到串口设备" in done.stderr
    assert done.stdout == ""


def test_busy_device(config: Config, plug: Any, tmp_path: Path) -> None:
    """A scanner another program holds ends the start with a Chinese sentence and exit code 1."""
    plug()
    held = open_port(str(tmp_path / "scanner"), 9600)
    done = ended("run", "--config", config())
    close_port(held)
    assert (done.returncode, "正被其他程序使用" in done.stderr) == (1, True)


def test_occupied_port(config: Config, plug: Any) -> None:
    """A screen address that is taken is named, with exit code 1."""
    plug()
    with socket.create_server(("127.0.0.1", 0)) as held:
        address = f"127.0.0.1:{held.getsockname()[1]}"
        done = ended("run", "--config", config(screen={"listen": address}))
    assert done.returncode == 1
    assert f"地址 {address} 已被其他程序占用" in done.stderr


def test_unknown_key(config: Config) -> None:
    """A key nobody reads is named with its line, with exit code 2."""
    done = ended("run", "--config", config(buad=9600))
    assert done.returncode == 2
    assert "“buad”,是否想写“baud”?" in done.stderr


def test_json_error(config: Config) -> None:
    """With --json an error is one JSON object on standard output."""
    done = ended("run", "--config", config(buad=9600), "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["ok"], answer["code"]) == (2, False, "CONFIG_UNKNOWN_KEY")


def test_missing_papers(config: Config, papers: Any) -> None:
    """A certificate that cannot be read is named, with exit code 2."""
    papers.certificate.unlink()
    done = ended("run", "--config", config())
    assert (done.returncode, str(papers.certificate) in done.stderr) == (2, True)


def test_damaged_data_dir(config: Config, tmp_path: Path) -> None:
    """A data directory that cannot be made is named, with exit code 2."""
    (tmp_path / "data").write_text("示例")
    done = ended("run", "--config", config())
    assert (done.returncode, str(tmp_path / "data") in done.stderr) == (2, True)


def test_ready_file_nowhere(tmp_path: Path) -> None:
    """A ready file that cannot be written is named, with exit code 2."""
    done = ended("simulate", "--ready-file", tmp_path / "none" / "ready.json")
    assert (done.returncode, str(tmp_path / "none") in done.stderr) == (2, True)


def test_link_nowhere(tmp_path: Path) -> None:
    """A link that cannot be made is named, with exit code 1."""
    done = ended("simulate", "--link", tmp_path / "none" / "scanner")
    assert (done.returncode, str(tmp_path / "none") in done.stderr) == (1, True)


@pytest.mark.parametrize("spoiled", ["certificate", "key", "authority"])
def test_damaged_papers(config: Config, papers: Any, spoiled: str) -> None:
    """A certificate or key that is none is named, with exit code 2, instead of an eternal 'unavailable'."""
    path = getattr(papers, spoiled)
    path.write_text("示例", "utf-8")
    done = ended("run", "--config", config())
    assert (done.returncode, str(path) in done.stderr) == (2, True)


def test_help_is_light() -> None:
    """--help loads neither grpc nor pyserial nor the web server."""
    heavy = "grpc serial starlette uvicorn pydantic cryptography"
    code = f"""if True:
        import sys
        from terminals.cli import _parser
        _parser()
        print([name for name in {heavy!r}.split() if name in sys.modules])
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=WAIT_S, check=True)
    assert done.stdout.strip() == "[]"


async def test_waiting_for_the_device(config: Config, tmp_path: Path) -> None:
    """With --wait-device the kiosk runs without a scanner and says so on the screen; SIGTERM ends it with 0."""
    words = ("run", "--config", config(), "--wait-device", "--json", "--ready-file", tmp_path / "ready.json")
    async with running(*words, log=tmp_path / "log") as kiosk:
        ready = json.loads(kiosk.first)
        assert json.loads(text_of(tmp_path / "ready.json")).items() <= ready.items()
        assert ready["pid"] == kiosk.process.pid
        async with page_of(kiosk) as page:
            assert (await page.until("OUT_OF_SERVICE"))["code"] == "SERIAL_NOT_FOUND"
        assert await kiosk.stop() == 0


async def test_simulate(tmp_path: Path) -> None:
    """Each line of input is one scan ended by CR, at the pace of the line; the link goes when the process ends."""
    link = tmp_path / "scanner"
    async with running("simulate", "--baud", "9600", "--link", link, log=tmp_path / "log") as scanner:
        assert str(link) in scanner.first
        reader = os.open(link, os.O_RDONLY | os.O_NOCTTY)
        assert scanner.process.stdin is not None
        scanner.process.stdin.write(b"1" * 95 + b"\n")
        said = await scanner.line()
        assert os.read(reader, 200) == b"1" * 95 + b"\r"
        os.close(reader)
        assert "96 字节" in said
        assert float(said.split("用时 ")[1].split(" ")[0]) >= 0.1
        assert await scanner.stop() == 0
    assert not link.is_symlink()


async def test_simulate_json(tmp_path: Path) -> None:
    """With --json each scan is one JSON line, and the end of input ends the process."""
    process = await asyncio.create_subprocess_exec(
        *command("simulate", "--baud", "115200", "--json"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await asyncio.wait_for(process.communicate(b"ONE\r\n\xd6\xd0\n"), WAIT_S)
    assert [json.loads(line)["sent"] for line in out.splitlines()] == [4, 3]
    assert process.returncode == 0


async def test_end_to_end(config: Config, tmp_path: Path, gateway: Any, live_office: Any, refusal: Any) -> None:
    """A line written to the simulator becomes an answer on the screen: accepted, refused, forged, foreign, offline."""
    gateway.bundle = live_office.bundle()
    simulate = ("simulate", "--baud", "115200", "--link", tmp_path / "scanner")
    run = ("run", "--config", config(gateway.address, baud=115200), "--json")
    async with running(*simulate, log=tmp_path / "simulate.log") as scanner:
        assert scanner.process.stdin is not None
        type_line = scanner.process.stdin.write
        async with running(*run, log=tmp_path / "run.log") as kiosk, page_of(kiosk) as page:
            type_line(live_office.code().encode() + b"\n")
            state = await page.until("ACCEPTED")
            assert [person["name"] for person in state["visit"]["people"]] == ["张示例", "李示例"]
            assert (await page.browser.get("/state")).json() == state
            type_line(live_office.forgery().encode() + b"\n")
            assert (await page.until("REFUSED"))["code"] == "BAD_SIGNATURE"
            # The forgery reaches the gateway too, from the journal.
            keys = [(await asyncio.wait_for(gateway.arrived.get(), WAIT_S)).idempotency_key for _ in range(2)]
            assert len(set(keys)) == 2
            type_line(b"https://example.com/pay\n")
            assert (await page.until("REFUSED"))["code"] == "FOREIGN"
            await gateway.stop()
            offline = live_office.code(seq=2)
            type_line(offline.encode() + b"\n")
            assert (await page.until("PROVISIONAL"))["revocation_age_s"] >= 0
            assert await kiosk.stop() == 0
        await gateway.start()
        async with running(*run, log=tmp_path / "run.log") as kiosk, page_of(kiosk) as page:
            sent = await asyncio.wait_for(gateway.arrived.get(), WAIT_S)
            assert sent.text == offline
            finished = live_office.code(seq=3)
            gateway.refusals[finished] = refusal(grpc.StatusCode.FAILED_PRECONDITION, "FINISHED")
            type_line(finished.encode() + b"\n")
            assert (await page.until("REFUSED"))["code"] == "FINISHED"
            assert await kiosk.stop() == 0
