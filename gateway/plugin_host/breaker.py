"""A breaker: pause an operation after five faults in a row, then let one probe through."""

from __future__ import annotations

from gateway.clock import Clock

FAULTS = 5
FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 600.0


class Breaker:
    """Closed, open for a pause that doubles, or probing. Not locked; its owner locks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._faults = 0
        self._pause_s = FIRST_PAUSE_S
        self._opened_at: float | None = None
        self._probing = False

    @property
    def is_open(self) -> bool:
        """Has it opened and no probe succeeded since?"""
        return self._opened_at is not None

    def admit(self) -> bool | None:
        """None: refused. False: an ordinary call. True: the one probe; its outcome decides."""
        if self._opened_at is None:
            return False
        if self._probing or self._clock.monotonic() - self._opened_at < self._pause_s:
            return None
        self._probing = True
        return True

    def settle(self, *, good: bool, probe: bool) -> bool:
        """Learn from an ended call; true if that opened the breaker.

        An ordinary call that began before the breaker opened teaches nothing afterwards: only the probe decides.
        """
        if probe:
            self._probing = False
            self._pause_s = FIRST_PAUSE_S if good else min(self._pause_s * 2, LONGEST_PAUSE_S)
        elif self._opened_at is not None:
            return False
        self._faults = 0 if good else self._faults + 1
        if good:
            self._opened_at = None
            return False
        if probe or self._faults >= FAULTS:
            self._opened_at = self._clock.monotonic()
            return True
        return False

    def abandon(self, *, probe: bool) -> None:
        """The call never began: learn nothing, but free the probe's place."""
        if probe:
            self._probing = False
