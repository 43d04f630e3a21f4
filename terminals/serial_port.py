"""The scanner's serial line: opened for us alone, read without blocking, reopened for ever (only here: pyserial)."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import logging
import os
import random
import select
import termios
from collections.abc import Callable

import serial

from gateway.clock import Clock
from gateway.errors import GatewayError, SerialBusy, SerialForbidden, SerialNotFound
from terminals.framing import Event, LineFramer, idle_seconds

log = logging.getLogger(__name__)

PORT_ERRORS = (serial.SerialException, OSError, termios.error, TypeError)
"""All that pyserial was seen to raise; `termios.error` is not an OSError."""

CHUNK = 4096
READS_PER_TURN = 16
SETTLE_S = 0.1
"""What arrives this soon after opening is echo or boot text of the scanner, and dropped."""

FIRST_RETRY_S, LAST_RETRY_S = 0.1, 5.0
STABLE_S = 10.0
"""A line up this long starts again with the shortest pause when it is lost."""


def open_port(device: str, baud: int) -> serial.Serial:
    """The device, raw 8N1 and locked. SerialNotFound, SerialBusy or SerialForbidden says why not."""
    try:
        port = serial.Serial(device, baud, timeout=0, exclusive=True)
    except PORT_ERRORS as error:
        raise _refusal(device, error) from error
    try:
        fcntl.ioctl(port.fileno(), termios.TIOCEXCL)
    except PORT_ERRORS as error:
        close_port(port)
        raise _refusal(device, error) from error
    return port


def close_port(port: serial.Serial) -> None:
    """Let the device go, hung up or not."""
    try:
        fcntl.ioctl(port.fileno(), termios.TIOCNXCL)
    except PORT_ERRORS as error:
        log.debug("device was gone before it was released: %s", error)
    try:
        port.close()
    except PORT_ERRORS as error:
        log.warning("closing the device failed: %s", error)


def _refusal(device: str, error: Exception) -> GatewayError:
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM):
        return SerialForbidden(device=device)
    if number in (errno.EAGAIN, errno.EBUSY):
        return SerialBusy(device=device)
    return SerialNotFound(device=device)


class SerialLine:
    """One scanner on one device path. `on_event` gets frames and drops in order, `on_link` True and False."""

    def __init__(
        self,
        device: str,
        baud: int,
        *,
        clock: Clock,
        on_event: Callable[[Event], None],
        on_link: Callable[[bool], None],
        settle_s: float = SETTLE_S,
    ) -> None:
        self._device, self._baud, self._clock = device, baud, clock
        self._on_event, self._on_link, self._settle_s = on_event, on_link, settle_s
        self._framer = LineFramer(idle_seconds(baud))
        self._timer: asyncio.TimerHandle | None = None
        self.reconnects = 0

    async def run(self, port: serial.Serial | None = None) -> None:
        """Read until cancelled, reopening after every loss; `port` is one opened before, if any."""
        pause, failures = FIRST_RETRY_S, 0
        while True:
            if port is None:
                port, failures = self._try_open(failures)
            if port is not None:
                since = self._clock.monotonic()
                await self._serve(port)
                port = None
                self.reconnects += 1
                if self._clock.monotonic() - since >= STABLE_S:
                    pause = FIRST_RETRY_S
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 2, LAST_RETRY_S)

    def _try_open(self, failures: int) -> tuple[serial.Serial | None, int]:
        try:
            return open_port(self._device, self._baud), 0
        except GatewayError as error:
            if failures % 10 == 0:
                log.warning("%s; attempt %d", error.english(), failures + 1)
            return None, failures + 1

    async def _serve(self, port: serial.Serial) -> None:
        """Read one connection until it hangs up."""
        loop = asyncio.get_running_loop()
        fd = port.fileno()
        lost = asyncio.Event()
        try:
            await asyncio.sleep(self._settle_s)
            if not _flushed(port):
                return
            loop.add_reader(fd, self._ready, fd, lost)
            self._on_link(True)
            await lost.wait()
        finally:
            loop.remove_reader(fd)
            self._disarm()
            close_port(port)
            for event in self._framer.reset():
                self._on_event(event)
            self._on_link(False)

    def _ready(self, fd: int, lost: asyncio.Event) -> None:
        if not self._drain(fd):
            # At once, or a hung-up descriptor keeps the loop spinning.
            asyncio.get_running_loop().remove_reader(fd)
            lost.set()
            return
        self._arm(fd, lost)

    def _drain(self, fd: int) -> bool:
        """Read what is there, within bounds; False if the line is gone."""
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        for _ in range(READS_PER_TURN):
            # With VMIN = VTIME = 0 an empty read means nothing by itself, so ask first.
            state = poll.poll(0)
            if not state:
                return True
            try:
                data = os.read(fd, CHUNK) if state[0][1] & select.POLLIN else b""
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not data:
                return False
            for event in self._framer.feed(data, self._clock.monotonic()):
                self._on_event(event)
        return True

    def _arm(self, fd: int, lost: asyncio.Event) -> None:
        self._disarm()
        due = self._framer.deadline()
        if due is not None:
            delay = max(0.0, due - self._clock.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._silent, fd, lost)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _silent(self, fd: int, lost: asyncio.Event) -> None:
        """The idle time is over by the clock: read the port dry, and only then judge the silence."""
        self._timer = None
        if self._drain(fd):
            for event in self._framer.expire(self._clock.monotonic()):
                self._on_event(event)
            self._arm(fd, lost)
        else:
            asyncio.get_running_loop().remove_reader(fd)
            lost.set()


def _flushed(port: serial.Serial) -> bool:
    try:
        port.reset_input_buffer()
    except PORT_ERRORS:
        return False
    return True
