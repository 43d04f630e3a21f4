"""Cuts the bytes of a line scanner into frames: pure, bounded, and never repairing what arrived damaged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

FRAME_MAX = 4096
"""Longest frame in bytes; the longest code we print has 300."""

_TERMINATOR = re.compile(rb"[\r\n]")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


class DropReason(StrEnum):
    """Why bytes never became a frame."""

    TOO_LONG = "too_long"
    IDLE = "idle"
    DISCONNECT = "disconnect"


@dataclass(frozen=True)
class Frame:
    """What stood between two terminators. A `dirty` one holds control bytes and must be refused, not repaired."""

    data: bytes
    dirty: bool = False


@dataclass(frozen=True)
class Dropped:
    """Bytes that were thrown away whole."""

    why: DropReason


Event = Frame | Dropped


class LineFramer:
    """Frames ended by CR, LF or CR LF, at most `limit` bytes each; nothing is ever looked for inside a frame.

    An empty frame is no frame, which is also what makes the LF of CR LF vanish wherever the chunks were cut.
    """

    def __init__(self, idle_s: float, *, limit: int = FRAME_MAX) -> None:
        self.idle_s = idle_s
        self._limit = limit
        self._body = bytearray()
        self._discarding = False
        self._last = 0.0

    def feed(self, data: bytes, now: float) -> list[Event]:
        """Take bytes that were read at `now` (monotonic seconds) and return the events they complete.

        Silence is never judged here: a stalled process reads late what arrived in time (see `expire`).
        """
        events: list[Event] = []
        start = 0
        for match in _TERMINATOR.finditer(data):
            self._take(data[start : match.start()], events)
            self._end(events)
            start = match.end()
        self._take(data[start:], events)
        if data:
            self._last = now
        return events

    def deadline(self) -> float | None:
        """When (monotonic) silence will end the frame that is under way; None if none is."""
        return self._last + self.idle_s if self._body or self._discarding else None

    def expire(self, now: float) -> list[Event]:
        """Drop a frame that fell silent. The caller must have read the port dry and fed it first."""
        due = self.deadline()
        if due is None or now < due:
            return []
        return self._forget(DropReason.IDLE)

    def reset(self) -> list[Event]:
        """The line was lost: nothing read before may be joined with what comes after."""
        return self._forget(DropReason.DISCONNECT)

    def _take(self, piece: bytes, events: list[Event]) -> None:
        if not piece or self._discarding:
            return
        if len(self._body) + len(piece) > self._limit:
            self._body.clear()
            self._discarding = True
            events.append(Dropped(DropReason.TOO_LONG))
            return
        self._body += piece

    def _end(self, events: list[Event]) -> None:
        if self._body:
            data = bytes(self._body)
            events.append(Frame(data, dirty=_CONTROL.search(data) is not None))
        self._body.clear()
        self._discarding = False

    def _forget(self, why: DropReason) -> list[Event]:
        # A frame already reported as too long is not reported again.
        events: list[Event] = [Dropped(why)] if self._body else []
        self._body.clear()
        self._discarding = False
        return events


def idle_seconds(baud: int) -> float:
    """Silence that ends a frame: 300 ms, or 30 characters of 10 bits and two ticks of a USB adapter if that is more."""
    return max(0.3, 30 * 10 / baud + 2 * 0.016)
