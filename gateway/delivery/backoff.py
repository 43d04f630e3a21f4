"""When to try again: the schedule of reliability.md §3.5 with full jitter."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

STEPS = (1, 5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600)
"""Multiples of the first delay."""


@dataclass(frozen=True)
class Backoff:
    """Delays in seconds: `first` for the first retry, never more than `most`."""

    first: float
    most: float
    uniform: Callable[[float, float], float] = random.uniform

    def delay(self, attempts: int, asked: float | None = None) -> float:
        """Seconds to wait after `attempts` tries. What the receiver asks is kept to one to two steps."""
        step = min(self.first * STEPS[min(attempts, len(STEPS)) - 1], self.most)
        if asked is not None:
            return min(max(asked, step), 2 * step)
        return self.uniform(0.5, 1.0) * step
