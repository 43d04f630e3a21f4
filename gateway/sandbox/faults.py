"""
The faults an operator or a test can switch on, each time one request is touched.

`down` closes the connection before acting: the caller sees no answer, and nothing happened. A refused connection is
another thing (the caller knows that nothing was sent): stop the process for that. `slow` acts after its wait even if
the caller has gone. Faults live in memory: a restart means `ok`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gateway.sandbox.wire import JsonObject, Unacceptable, hang_up

LONGEST_WAIT = 600.0


class Mode(StrEnum):
    """What goes wrong."""

    OK = "ok"
    DOWN = "down"
    SLOW = "slow"
    ERROR500 = "error500"
    LOSE_ANSWER = "lose_answer"


class Step(StrEnum):
    """Which requests a fault touches: hand over, ask after a delivery, fetch what is new."""

    DELIVER = "deliver"
    QUERY = "query"
    PULL = "pull"


@dataclass(frozen=True)
class Fault:
    """A mode for the next `times` touched requests (None: until changed); `seconds` is the wait of `slow`."""

    mode: Mode = Mode.OK
    times: int | None = None
    seconds: float = 0.0
    on: frozenset[Step] = frozenset(Step)

    def facts(self) -> dict[str, Any]:
        """As JSON values."""
        return {"mode": self.mode, "times": self.times, "seconds": self.seconds, "on": sorted(self.on)}


def parse_fault(body: JsonObject) -> Fault:
    """A fault from `{"mode", "times", "seconds", "on"}`; Unacceptable 422 names the wrong field.

    Without `on`, `lose_answer` touches only deliveries (a query must not use it up), all else touches everything.
    """
    unknown = sorted(set(body.fields) - {"mode", "times", "seconds", "on"})
    if unknown:
        raise Unacceptable(422, f"unknown fields: {', '.join(unknown)}")
    mode = _mode(body.fields.get("mode"))
    return Fault(mode, _times(body.fields.get("times")), _seconds(body.fields.get("seconds", 0)), _on(body, mode))


class Faults:
    """The fault that is on now."""

    def __init__(self) -> None:
        self.now = Fault()

    async def apply(self, step: Step, request: Request, act: Callable[[], Awaitable[Response]]) -> Response:
        """Act under the present fault."""
        fault = self._next(step)
        if fault.mode is Mode.DOWN:
            return await hang_up(request)
        if fault.mode is Mode.ERROR500:
            return JSONResponse({"error": "simulated failure"}, 500)
        if fault.mode is Mode.SLOW:
            await asyncio.sleep(fault.seconds)
        answer = await act()
        if fault.mode is Mode.LOSE_ANSWER:
            return await hang_up(request)
        return answer

    def _next(self, step: Step) -> Fault:
        fault = self.now
        if fault.mode is Mode.OK or step not in fault.on:
            return Fault()
        if fault.times is not None:
            self.now = replace(fault, times=fault.times - 1) if fault.times > 1 else Fault()
        return fault


def _mode(value: object) -> Mode:
    if not isinstance(value, str) or value not in set(Mode):
        raise Unacceptable(422, f"mode: one of {', '.join(Mode)}")
    return Mode(value)


def _times(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise Unacceptable(422, "times: a whole number from 1, or null")
    return value


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_WAIT:
        raise Unacceptable(422, f"seconds: a number from 0 to {LONGEST_WAIT:.0f}")
    return float(value)


def _on(body: JsonObject, mode: Mode) -> frozenset[Step]:
    value = body.fields.get("on")
    if value is None:
        return frozenset({Step.DELIVER}) if mode is Mode.LOSE_ANSWER else frozenset(Step)
    steps = value if isinstance(value, list) else [value]
    if not steps or not all(isinstance(step, str) and step in set(Step) for step in steps):
        raise Unacceptable(422, f"on: some of {', '.join(Step)}")
    return frozenset(Step(step) for step in steps)
