"""A scanner made of a pseudo-terminal: what is sent arrives at the pace of a real serial line."""

from __future__ import annotations

import os
import tty
from collections.abc import Callable
from pathlib import Path

from gateway.clock import Clock
from gateway.errors import SerialBusy, SerialForbidden

BITS_PER_BYTE = 10
QUANTUM_S = 0.001
"""Shortest pause worth asking the kernel for; faster lines send several bytes a pause."""


class VirtualScanner:
    """A pty whose slave is the device. `link` is a symlink to keep pointing at it, like udev would."""

    def __init__(self, baud: int, *, clock: Clock, sleep: Callable[[float], None], link: Path | None = None) -> None:
        self._baud, self._clock, self._sleep, self._link = baud, clock, sleep, link
        self._master, self._slave = os.openpty()
        # Raw before anything is written, or the terminal echoes it back; the slave stays open here so that no
        # hang-up is seen before the kiosk opens it.
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.device = os.ttyname(self._slave)
        self.lost_bytes = 0
        self._open = True
        if link is not None:
            self._point(link)

    def send(self, data: bytes) -> float:
        """Send bytes at 10 bits each against absolute deadlines; return the seconds it took.

        Like on a line without flow control, what nobody reads is lost (`lost_bytes`) once the buffer is full.
        """
        begin = self._clock.monotonic()
        per_byte = BITS_PER_BYTE / self._baud
        step = max(1, int(QUANTUM_S / per_byte))
        for offset in range(0, len(data), step):
            chunk = data[offset : offset + step]
            due = begin + (offset + len(chunk)) * per_byte
            left = due - self._clock.monotonic()
            if left > 0:
                self._sleep(left)
            self._write(chunk)
        return self._clock.monotonic() - begin

    def scan(self, code: bytes) -> float:
        """Send one code as a line scanner does, ended by CR."""
        return self.send(code + b"\r")

    def close(self) -> None:
        """Unplug: whoever reads sees the line hang up, and the link is gone. Again is nothing."""
        if not self._open:
            return
        self._open = False
        if self._link is not None and self._link.is_symlink() and str(self._link.readlink()) == self.device:
            self._link.unlink()
        os.close(self._slave)
        os.close(self._master)

    def _write(self, chunk: bytes) -> None:
        try:
            written = os.write(self._master, chunk)
        except BlockingIOError:
            written = 0
        self.lost_bytes += len(chunk) - written

    def _point(self, link: Path) -> None:
        try:
            if link.exists() and not link.is_symlink():
                raise SerialBusy(device=link)
            fresh = link.with_name(f".{link.name}.{os.getpid()}")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(self.device)
            fresh.replace(link)
        except OSError as error:
            self.close()
            raise SerialForbidden(device=link) from error
        except SerialBusy:
            self.close()
            raise
