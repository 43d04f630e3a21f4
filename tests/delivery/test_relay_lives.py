"""The relay goes on: over outages, faults and ends, without spinning and without dropping what is under way."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from gateway.errors import GatewayBug, Overloaded, StorageUnavailable
from gateway.sdk import Done, Outcome
from gateway.store import outbox
from gateway.testkit.deliveries import LEASE, Deliveries

OUTAGES = [
    StorageUnavailable(),
    Overloaded(),
    GatewayBug(),
    sa.exc.OperationalError("SELECT", {}, Exception("gone")),
    sa.exc.TimeoutError("pool"),
    ValueError("a bug"),
]


class Outage:
    """A reading engine that fails as often as told."""

    def __init__(self, engine: sa.Engine, faults: list[Exception]) -> None:
        self._engine, self._faults = engine, faults

    def connect(self) -> sa.Connection:
        """A connection, or the next fault."""
        if self._faults:
            raise self._faults.pop(0)
        return self._engine.connect()


@dataclass
class Reads:
    """How often the outbox was looked at."""

    count: int = 0


@contextmanager
def counted(desk: Deliveries) -> Iterator[Reads]:
    """Count the looks into the table of streams."""
    reads = Reads()

    def look(*given: Any) -> None:
        reads.count += "FROM streams" in str(given[2])
        desk.changed()

    engine = desk.runner.tools.reading
    sa.event.listen(engine, "before_cursor_execute", look)
    yield reads
    sa.event.remove(engine, "before_cursor_execute", look)


async def other_work(desk: Deliveries, times: int) -> None:
    """Commits that have nothing to do with deliveries, each of which wakes the relay."""
    for _ in range(times):
        await desk.office.runner.system("other", lambda _tx: None)


@pytest.mark.parametrize("fault", OUTAGES, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("method", ["lease_deliveries", "settle_delivery", "postpone_delivery", "reading"])
async def test_an_outage_does_not_end_it(method: str, fault: Exception, desk: Deliveries) -> None:
    """Whatever fails wherever: once it is over, everything is delivered, and what may have arrived is asked about."""
    one = await desk.put()
    desk.runner.faults[method] = [fault, fault]
    if method == "reading":
        engine = cast("sa.Engine", Outage(desk.runner.tools.reading, [fault, fault]))
        desk.runner.tools = replace(desk.runner.tools, reading=engine)
    if method == "postpone_delivery":
        desk.receiver.sends[one] = [StorageUnavailable()]
    with capture_logs():
        async with desk.carrying(poll_s=0.01):
            await desk.until(lambda: desk.receiver.calls)
            for _ in range(4):
                desk.later(seconds=LEASE.total_seconds() + 61)
                await other_work(desk, 3)
            await desk.until(lambda: desk.row(one)["state"] == "delivered")
    assert desk.receiver.calls.count(("send", one)) == 1


async def test_a_fault_while_carrying_is_told(desk: Deliveries) -> None:
    """No task dies silently."""
    await desk.put()
    desk.runner.faults["settle_delivery"] = [StorageUnavailable()]
    with capture_logs() as logs:
        async with desk.carrying():
            await desk.until(lambda: "settle_delivery" in desk.runner.asked)
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["carry_failed"]


async def idle(times: int) -> None:
    """Round trips through the loop and the threads on which the relay looks, without any commit."""
    for _ in range(times):
        await asyncio.to_thread(lambda: None)


async def test_nothing_due_is_looked_at_seldom(desk: Deliveries) -> None:
    """One look at the start, one per commit at most, and none while nothing happens."""
    with counted(desk) as reads:
        async with desk.carrying():
            await desk.until(lambda: reads.count)
            await other_work(desk, 20)
            await idle(50)
            assert reads.count <= 22
            before = reads.count
            await idle(300)
            assert reads.count == before


async def test_a_delivery_costs_few_looks(desk: Deliveries) -> None:
    """Leasing, settling and ending wake the relay, each once."""
    with counted(desk) as reads:
        async with desk.carrying():
            one = await desk.put()
            await desk.until(lambda: desk.row(one)["state"] == "delivered")
            await other_work(desk, 5)
        assert reads.count <= 12


async def test_what_cannot_be_leased_is_no_treadmill(desk: Deliveries, monkeypatch: pytest.MonkeyPatch) -> None:
    """Due, but another process was quicker: the commit of the empty lease must not wake the relay again and again."""
    await desk.put()
    monkeypatch.setattr(outbox, "lease", lambda *_given: [])
    with counted(desk) as reads:
        async with desk.carrying():
            await desk.until(lambda: "lease_deliveries" in desk.runner.asked)
            await other_work(desk, 20)
            assert (reads.count, desk.runner.asked.count("lease_deliveries")) == (1, 1)


async def test_a_fault_that_stays_is_no_treadmill(desk: Deliveries) -> None:
    """A failed piece of work commits, too, and wakes: after a fault only time or the end are waited for."""
    await desk.put()
    desk.runner.faults["lease_deliveries"] = [ValueError("a bug")] * 100
    with capture_logs(), counted(desk) as reads:
        async with desk.carrying():
            await desk.until(lambda: "lease_deliveries" in desk.runner.asked)
            await other_work(desk, 20)
            assert reads.count == 1


async def test_stop_waits_for_what_is_under_way(desk: Deliveries) -> None:
    """A message that is being sent is settled before the process goes; nothing new is begun."""
    one, go_on = await desk.put("a"), threading.Event()
    behind = await desk.put("a")

    def slow() -> Outcome:
        go_on.wait()
        return Done("R-1")

    desk.receiver.sends[one] = [slow]
    relay = desk.relay()
    running = asyncio.create_task(relay.run())
    await desk.until(lambda: desk.receiver.calls)
    stopping = asyncio.create_task(relay.stop())
    await other_work(desk, 5)
    assert not stopping.done()
    go_on.set()
    await stopping
    await running
    assert [desk.row(which)["state"] for which in (one, behind)] == ["delivered", "pending"]
    assert desk.receiver.calls == [("send", one)]


async def test_stop_while_leasing(desk: Deliveries) -> None:
    """A stop that falls into the commit of a lease still waits for what that lease begins."""
    one = await desk.put()
    begun, go_on = threading.Event(), threading.Event()

    def hold(_connection: object) -> None:
        begun.set()
        go_on.wait()

    held = desk.office.writer.submit(hold)
    begun.wait()
    relay = desk.relay()
    running = asyncio.create_task(relay.run())
    await desk.until(lambda: "lease_deliveries" in desk.runner.asked)
    stopping = asyncio.create_task(relay.stop())
    go_on.set()
    await stopping
    held.result()
    await running
    assert desk.row(one)["state"] == "delivered"
    assert [row["lease_owner"] for row in desk.office.rows("streams")] == [""]


async def test_stop_before_it_ran(desk: Deliveries) -> None:
    """A relay whose start came to nothing can be stopped, and then does not begin."""
    await desk.put()
    relay = desk.relay()
    await relay.stop()
    await relay.run()
    assert desk.receiver.calls == []


async def test_wake_after_the_end(desk: Deliveries) -> None:
    """The writer outlives the relay; its last commits wake nobody and break nothing."""
    async with desk.carrying():
        await desk.put()
        await desk.until(lambda: not desk.due())
    with capture_logs() as logs:
        await other_work(desk, 3)
    assert logs == []
