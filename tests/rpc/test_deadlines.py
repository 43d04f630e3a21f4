"""Time: callers must say how much they have; too little is refused, and the same key settles what happened."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import grpc
import pytest

from gateway.api.v1.case_service_pb2 import AcceptCaseRequest
from gateway.errors import TooLate
from gateway.rpc.call import LONGEST_S, Call, Handler, Wire
from gateway.rpc.callers import Callers
from gateway.testkit.grpc_door import CALLERS, PROVINCE, RPCS, Bare, Door, Line, Pki, Refused, Samples, serving
from gateway.testkit.office import Office
from gateway.usecases.runner import Runner

ACCEPT = "CaseService/AcceptCase"


@contextmanager
def writer_busy(office: Office) -> Iterator[None]:
    """The one writing thread is held up by another piece of work."""
    begun, go_on = threading.Event(), threading.Event()

    def hold(_connection: object) -> None:
        begun.set()
        go_on.wait()

    held = office.writer.submit(hold)
    begun.wait()
    try:
        yield
    finally:
        go_on.set()
        held.result()


def status_within(line: Line, request: Any, timeout: float) -> grpc.StatusCode:
    """The status of a call; whether client or server saw the end of its time first does not matter."""
    try:
        line.call(ACCEPT, request, timeout)
    except Bare as failed:
        return failed.status
    except Refused as refused:
        return refused.refusal.status if refused.refusal.reason == "DEADLINE_EXCEEDED" else grpc.StatusCode.UNKNOWN
    return grpc.StatusCode.OK


@pytest.mark.parametrize("rpc", sorted(RPCS))
def test_no_deadline(rpc: str, busy_door: Door) -> None:
    """Who waits for ever holds us for ever: DEADLINE_MISSING, before anything else is looked at."""
    for raw in (b"", b"\xff"):
        assert busy_door.caller(PROVINCE).refused(rpc, raw, timeout=None).reason == "DEADLINE_MISSING"


async def test_deadlines_may_be_optional(office: Office, pki: Pki, samples: Samples) -> None:
    """Where the configuration lets it, a call without one is served within our own limit."""
    await office.sync_matter()
    with serving(office.runner, pki, require_deadline=False) as door:
        assert door.caller(PROVINCE).call(ACCEPT, samples.request(ACCEPT), timeout=None).created


@pytest.mark.parametrize("given_s", [0.01, 0.3])
async def test_too_little_time(given_s: float, office: Office, door: Door, samples: Samples) -> None:
    """DEADLINE_EXCEEDED; the same key later gets the one answer, whether or not the work had been done."""
    await office.sync_matter()
    request, line = samples.request(ACCEPT), door.caller(PROVINCE)
    with writer_busy(office):
        assert status_within(line, request, given_s) is grpc.StatusCode.DEADLINE_EXCEEDED
        assert office.rows("cases") == []
    first, second = line.call(ACCEPT, request), line.call(ACCEPT, request)
    assert first == second
    assert first.created
    assert len(office.rows("cases")) == len(office.rows("outbox")) == 1


class _Ended(Exception):
    """What grpc raises from abort."""


class Context:
    """As much of a servicer context as a handler uses."""

    def __init__(self, left: float | None) -> None:
        self.left = left
        self.status: grpc.StatusCode | None = None

    def time_remaining(self) -> float | None:
        """Seconds, or none."""
        return self.left

    def auth_context(self) -> dict[str, list[bytes]]:
        """The kiosk."""
        return {"peer_spiffe_id": [PROVINCE.encode()]}

    def invocation_metadata(self) -> None:
        """None."""

    async def abort(self, status: grpc.StatusCode, _line: str, _trailing: object) -> None:
        """End the call."""
        self.status = status
        raise _Ended


@pytest.mark.parametrize(
    ("left", "given"),
    [
        (0.0, None),
        (0.049, None),
        (0.06, 0.06),
        (5.0, 5.0),
        (30.0, LONGEST_S),
        (4e8, None),
        (None, None),
    ],
)
async def test_the_time_a_use_case_gets(left: float | None, given: float | None) -> None:
    """Below 50 ms is refused at once; above 10 s is cut to it; ten years are no deadline."""
    seen = []

    async def method(_request: object, call: Call) -> Any:
        seen.append(call.timeout_s)
        return AcceptCaseRequest()

    wire = Wire(cast("Runner", None), Callers(CALLERS), require_deadline=True)
    context = Context(left)
    handler = Handler(ACCEPT, AcceptCaseRequest, mutating=True, method=method, wire=wire)
    if given is None:
        with pytest.raises(_Ended):
            await handler.serve(b"", cast("Any", context))
        late = left is not None and left < 1
        assert context.status is (grpc.StatusCode.DEADLINE_EXCEEDED if late else grpc.StatusCode.INVALID_ARGUMENT)
    else:
        await handler.serve(b"", cast("Any", context))
    assert seen == ([] if given is None else [given])


async def test_a_slow_query_ends() -> None:
    """A query that overruns is TooLate."""
    go_on = asyncio.Event()

    class Slow:
        async def ask(self, *_rest: object) -> None:
            await go_on.wait()

    call = Call(cast("Runner", Slow()), cast("Any", None), 0.05)
    with pytest.raises(TooLate):
        await call.ask(cast("Any", None), None)
