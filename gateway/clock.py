"""Time as a parameter: the wall clock that decides, and the monotonic clock that measures."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """What every use case is given instead of the time module."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never step; only differences mean anything."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since an arbitrary start."""
        return time.monotonic()


def unix(moment: datetime) -> int:
    """Whole seconds since 1970-01-01T00:00:00Z."""
    return int(moment.timestamp())


def from_unix(seconds: float) -> datetime:
    """The aware UTC instant of a UNIX time."""
    return datetime.fromtimestamp(seconds, UTC)


def beijing(moment: datetime) -> str:
    """`2026年1月5日 09:30`, the way people here write it."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
