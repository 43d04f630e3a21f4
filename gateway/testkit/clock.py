"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A `gateway.clock.Clock` under the test's hand."""

    def __init__(self, now: datetime | None = None) -> None:
        self._now = now or datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
        self._monotonic = 1000.0

    def now(self) -> datetime:
        """The instant the test set."""
        return self._now

    def monotonic(self) -> float:
        """Seconds that grow only by `advance`."""
        return self._monotonic

    def advance(self, step: timedelta) -> None:
        """Let time pass on both clocks."""
        self._now += step
        self._monotonic += step.total_seconds()

    def set(self, now: datetime) -> None:
        """Step the wall clock alone, as a bad time server would."""
        self._now = now
