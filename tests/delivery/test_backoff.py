"""Delays between tries: bounded below and above, growing, and never set by the receiver alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.delivery.backoff import STEPS, Backoff

firsts, tries = st.floats(0.01, 60), st.integers(1, 10_000)


@given(first=firsts, attempts=tries)
def test_bounds(first: float, attempts: int) -> None:
    """Between half a step and a step, and never above the most."""
    most = 21_600.0
    step = min(first * STEPS[min(attempts, len(STEPS)) - 1], most)
    assert step / 2 <= Backoff(first, most).delay(attempts) <= step <= most


@given(first=firsts, attempts=tries, asked=st.floats(0, 1e9))
def test_what_the_receiver_asks(first: float, attempts: int, asked: float) -> None:
    """Kept where it is one to two of our steps; neither hurried nor put off beyond that."""
    backoff = Backoff(first, 21_600.0, uniform=lambda _least, most: most)
    step = backoff.delay(attempts)
    delay = backoff.delay(attempts, asked)
    assert step <= delay <= 2 * step
    assert delay == asked or not step <= asked <= 2 * step


def test_the_schedule() -> None:
    """1 s, 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, 4 h, then every 6 h (reliability.md §3.5)."""
    backoff = Backoff(1.0, 21_600.0, uniform=lambda _least, most: most)
    delays = [backoff.delay(attempts) for attempts in range(1, 13)]
    assert delays == [1, 5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 21_600, 21_600]


def test_jitter_spreads() -> None:
    """Two messages that failed together do not come back together."""
    backoff = Backoff(60.0, 21_600.0)
    assert len({backoff.delay(3) for _ in range(20)}) > 10
