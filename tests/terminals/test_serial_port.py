"""Rules of the serial line, over real pseudo-terminals."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import termios
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import serial

from gateway.clock import Clock, SystemClock
from gateway.errors import GatewayError, SerialBusy, SerialForbidden, SerialNotFound
from gateway.testkit.clock import FakeClock
from terminals.framing import Dropped, DropReason, Frame
from terminals.serial_port import SerialLine, close_port, open_port
from terminals.virtual_scanner import VirtualScanner

Plug = Callable[..., VirtualScanner]


@contextlib.asynccontextmanager
async def reading(device: str, heard: Any, clock: Clock | None = None) -> AsyncIterator[SerialLine]:
    """A line that is read for the length of the block."""
    line = SerialLine(
        device,
        9600,
        clock=clock or SystemClock(),
        on_event=heard.events.put_nowait,
        on_link=heard.links.put_nowait,
        settle_s=0.0,
    )
    task = asyncio.create_task(line.run())
    try:
        yield line
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def device(tmp_path: Path) -> str:
    """The symlink of the `plug` fixture."""
    return str(tmp_path / "scanner")


async def test_reads(plug: Plug, heard: Any, tmp_path: Path) -> None:
    """What a scanner sends arrives as frames, in order."""
    scanner = plug()
    async with reading(device(tmp_path), heard):
        assert await heard.link() is True
        scanner.scan(b"ONE")
        scanner.send(b"TWO\r\nTHREE\n")
        assert [await heard.event() for _ in range(3)] == [Frame(b"ONE"), Frame(b"TWO"), Frame(b"THREE")]


async def test_no_echo(plug: Plug, heard: Any, tmp_path: Path) -> None:
    """Nothing a scanner sends, before or after we open it, is echoed back to it as a command."""
    scanner = plug()
    scanner.scan(b"EARLY")
    async with reading(device(tmp_path), heard):
        assert await heard.link() is True
        scanner.scan(b"ONE")
        assert await heard.event() == Frame(b"ONE")
        with pytest.raises(BlockingIOError):
            os.read(scanner._master, 100)


async def test_unplug_and_replug(plug: Plug, heard: Any, tmp_path: Path) -> None:
    """After an unplug the half frame is dropped, and the symlink is opened again when it returns."""
    first = plug()
    async with reading(device(tmp_path), heard) as line:
        assert await heard.link() is True
        first.scan(b"ONE")
        first.send(b"TW")
        assert await heard.event() == Frame(b"ONE")
        first.close()
        assert await heard.link() is False
        lost = await heard.event() if not heard.events.empty() else None
        assert lost in (None, Dropped(DropReason.DISCONNECT))
        second = plug()
        assert await heard.link() is True
        second.scan(b"THREE")
        assert await heard.event() == Frame(b"THREE")
        assert line.reconnects == 1


async def test_no_descriptor_is_leaked(plug: Plug, heard: Any, tmp_path: Path) -> None:
    """A plug that flaps leaves no open descriptor behind."""
    plug().close()
    async with reading(device(tmp_path), heard):
        counts = []
        for _ in range(3):
            scanner = plug()
            assert await heard.link() is True
            counts.append(len(os.listdir("/proc/self/fd")))  # noqa: PTH208 - only the number matters
            scanner.close()
            assert await heard.link() is False
    assert counts[0] == counts[1] == counts[2]


async def test_silence(plug: Plug, heard: Any, tmp_path: Path) -> None:
    """A half frame that stays alone is dropped after the idle time, and the next scan is whole."""
    scanner = plug()
    async with reading(device(tmp_path), heard):
        assert await heard.link() is True
        scanner.send(b"HALF")
        assert await heard.event() == Dropped(DropReason.IDLE)
        scanner.scan(b"ONE")
        assert await heard.event() == Frame(b"ONE")


async def test_drains_before_judging_silence(plug: Plug, heard: Any, tmp_path: Path, clock: FakeClock) -> None:
    """When the idle time ends while the rest already waits in the port, the frame is whole."""
    scanner = plug()
    async with reading(device(tmp_path), heard, clock) as line:
        assert await heard.link() is True
        scanner.send(b"SEPARATOR\rHA")
        assert await heard.event() == Frame(b"SEPARATOR")
        port = line._framer
        assert port.deadline() is not None
        # From here to `_silent` the loop does not turn, as in a process that stalled.
        scanner.send(b"LF\r")
        clock.advance(timedelta(seconds=2))
        timer = line._timer
        assert timer is not None
        timer._run()
        timer.cancel()
        assert await heard.event() == Frame(b"HALF")


def test_missing(tmp_path: Path) -> None:
    """A device that is not there is named."""
    with pytest.raises(SerialNotFound) as caught:
        open_port(str(tmp_path / "nothing"), 9600)
    assert caught.value.facts == {"device": str(tmp_path / "nothing")}


def test_not_a_terminal(tmp_path: Path) -> None:
    """A file is not a serial device."""
    (tmp_path / "file").touch()
    with pytest.raises(SerialNotFound):
        open_port(str(tmp_path / "file"), 9600)


def test_busy(plug: Plug, tmp_path: Path) -> None:
    """A device another program holds is not shared, and free again once it lets go."""
    plug()
    held = open_port(device(tmp_path), 9600)
    with pytest.raises(SerialBusy):
        open_port(device(tmp_path), 9600)
    close_port(held)
    close_port(open_port(device(tmp_path), 9600))


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (serial.SerialException(errno.EACCES, "open"), SerialForbidden),
        (serial.SerialException(errno.EBUSY, "open"), SerialBusy),
        (termios.error(errno.EIO, "tcsetattr"), SerialNotFound),
        (TypeError("fd is None"), SerialNotFound),
    ],
)
def test_reasons(monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[GatewayError]) -> None:
    """Whatever pyserial raises, `termios.error` and TypeError too, becomes a reason an operator understands."""

    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(serial, "Serial", refuse)
    with pytest.raises(kind):
        open_port("/dev/kiosk", 9600)


async def test_close_twice(plug: Plug, tmp_path: Path) -> None:
    """Closing a port that hung up, or twice, is quiet."""
    scanner = plug()
    port = open_port(device(tmp_path), 9600)
    scanner.close()
    close_port(port)
    close_port(port)
