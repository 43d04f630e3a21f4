"""Order within a stream, independence between streams, and how much is under way at once."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from functools import partial

import pytest

from gateway.sdk import Done, Message, Notice, Outcome, Rejected, Retry, Uncertain
from gateway.testkit.deliveries import Deliveries


def delivered(desk: Deliveries, count: int) -> bool:
    """Whether so many deliveries are over."""
    return desk.states().count("delivered") == count


def called(desk: Deliveries, count: int) -> bool:
    """Whether the receiver was called so often."""
    return len(desk.receiver.calls) == count


async def test_in_order_under_failures(desk: Deliveries) -> None:
    """A message that must wait holds back those behind it in its stream, and nobody else's."""
    first, second, third = [await desk.put("a") for _ in range(3)]
    others = [await desk.put(subject) for subject in ("b", "c", "b")]
    desk.receiver.sends[first] = [Retry("busy"), Retry("busy")]
    desk.receiver.sends[second] = [Uncertain("silent")]
    desk.receiver.queries[second] = [Retry("not there")]
    for _ in range(4):
        await desk.carry()
        desk.later(minutes=10)
    mine = [call for call in desk.receiver.calls if call[1] in {first, second, third}]
    assert mine == [("send", one) for one in (first, first, first, second)] + [
        ("query", second),
        ("send", second),
        ("send", third),
    ]
    assert [call for call in desk.receiver.calls if call[1] in others[::2]] == [("send", one) for one in others[::2]]
    assert set(desk.states()) == {"delivered"}


async def test_others_do_not_wait(desk: Deliveries) -> None:
    """While one stream waits for its retry, everything else is delivered."""
    stuck = await desk.put("a")
    desk.receiver.sends[stuck] = [Retry("busy")]
    behind, others = await desk.put("a"), [await desk.put(f"b{number}") for number in range(10)]
    await desk.carry()
    assert {desk.row(one)["state"] for one in others} == {"delivered"}
    assert [desk.row(one)["state"] for one in (stuck, behind)] == ["pending", "pending"]


async def test_a_parked_message_blocks_its_stream(desk: Deliveries) -> None:
    """What was refused for good stops its stream until a person acts, and no other; later ones are kept."""
    parked, behind, other = await desk.put("a"), await desk.put("a"), await desk.put("b")
    desk.receiver.sends[parked] = [Rejected("no such case")]
    await desk.carry()
    later = await desk.put("a")
    await desk.carry()
    assert [desk.row(one)["state"] for one in (parked, behind, later, other)] == [
        "parked",
        "pending",
        "pending",
        "delivered",
    ]
    stream = next(row for row in desk.office.rows("streams") if row["subject"] == "a")
    assert (stream["blocked_by"], stream["due_at"]) == (parked, None)


async def test_the_same_id_in_every_try(desk: Deliveries) -> None:
    """The receiver tells repeats by the id; the attempt counts up; nothing of ours is told."""
    one = await desk.put()
    notice = await desk.put("n", "notice.visit_filed")
    desk.receiver.sends[one] = [Retry("busy"), Retry("busy", after_s=90)]
    for _ in range(3):
        await desk.carry()
        desk.later(minutes=5)
    told = [given for given in desk.receiver.given if isinstance(given, Message)]
    assert [(given.delivery_id, given.attempt, given.subject) for given in told] == [(one, n, "s") for n in (1, 2, 3)]
    assert told[0].body == {"case_no": "示例"}
    assert desk.receiver.given[1] == Notice(notice, 1, "notice.visit_filed", "13800000001", "示例")


@pytest.mark.parametrize(("asked", "minutes"), [(None, 1), (90.0, 1.5), (1.0, 1), (1e6, 2)])
async def test_when_it_is_tried_again(asked: float | None, minutes: float, desk: Deliveries) -> None:
    """After our step, or what the receiver asks for between one step and two; and then without being told."""
    one = await desk.put()
    desk.receiver.sends[one] = [Retry("busy", asked)]
    await desk.carry()
    assert desk.row(one)["next_at"] == desk.office.clock.now() + timedelta(minutes=minutes)
    assert (desk.row(one)["last_problem"], desk.row(one)["in_doubt"]) == ("busy", False)
    desk.later(seconds=minutes * 60 - 1)
    await desk.carry()
    assert len(desk.receiver.calls) == 1
    desk.later(seconds=1)
    await desk.carry()
    assert desk.row(one)["state"] == "delivered"


async def test_no_more_at_once_than_workers(desk: Deliveries) -> None:
    """Five streams, two workers: two are under way, and each end makes room for the next."""
    go_on = threading.Semaphore(0)

    def slow() -> Outcome:
        go_on.acquire()
        return Done("R-1")

    for number in range(5):
        desk.receiver.sends[await desk.put(f"s{number}")] = [slow]
    async with desk.carrying(workers=2):
        for ended in range(5):
            await desk.until(partial(delivered, desk, ended))
            await desk.until(partial(called, desk, min(ended + 2, 5)))
            await desk.office.runner.system("other", lambda _tx: None)
            assert len(desk.receiver.calls) == min(ended + 2, 5)
            go_on.release()
        await desk.until(lambda: not desk.due())


async def test_slow_receivers_leave_our_threads_alone(desk: Deliveries) -> None:
    """However many receivers hang, the loop's own threads stay free for others."""
    go_on = threading.Event()

    def slow() -> Outcome:
        go_on.wait()
        return Done("R-1")

    for number in range(40):
        desk.receiver.sends[await desk.put(f"s{number}")] = [slow]
    async with desk.carrying(workers=40):
        await desk.until(lambda: len(desk.receiver.calls) == 40)
        assert await asyncio.to_thread(lambda: "free") == "free"
        go_on.set()
        await desk.until(lambda: not desk.due())


async def test_a_new_message_is_carried_at_once(desk: Deliveries) -> None:
    """The relay is woken by the commit; nobody waits for the next look, here an hour away."""
    async with desk.carrying(poll_s=3600.0):
        for number in range(20):
            one = await desk.put(f"s{number % 3}")
            await desk.until(partial(delivered, desk, number + 1))
            assert desk.row(one)["state"] == "delivered"


async def test_a_burst_is_carried_whole(desk: Deliveries) -> None:
    """No wake-up is lost, however they fall between looking and waiting."""
    async with desk.carrying(poll_s=3600.0):
        await asyncio.gather(*(desk.put(f"s{number % 7}") for number in range(60)))
        await desk.until(lambda: desk.states() == ["delivered"] * 60)
    assert sorted(desk.receiver.calls) == sorted({("send", row["delivery_id"]) for row in desk.office.rows("outbox")})
