"""Never guessing: what has no known end is asked about, and what a receiver said is kept."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from gateway.errors import GatewayBug, PluginContractError, PluginSilent, PluginUnavailable
from gateway.sdk import Done, Outcome, Rejected, Retry, Uncertain
from gateway.testkit.deliveries import LEASE, Deliveries, Reply

DOUBTFUL: dict[str, Reply] = {
    "uncertain": Uncertain("sent, no answer"),
    "silent": PluginSilent(plugin="x", why="y"),
    "contract": PluginContractError(plugin="x", why="y"),
    "bug": GatewayBug(),
}


@pytest.mark.parametrize("how", DOUBTFUL)
@pytest.mark.parametrize("kind", ["visit.filed", "notice.visit_filed"])
async def test_it_was_there_all_along(kind: str, how: str, desk: Deliveries) -> None:
    """A try without a known end is asked about; Done means that nothing is sent again."""
    one = await desk.put(kind=kind)
    desk.receiver.sends[one] = [DOUBTFUL[how]]
    desk.receiver.queries[one] = [Done("R-7")]
    await desk.carry()
    assert (desk.row(one)["state"], desk.row(one)["in_doubt"]) == ("pending", True)
    desk.later(minutes=10)
    await desk.carry()
    assert desk.receiver.calls == [("send", one), ("query", one)]
    assert (desk.row(one)["state"], desk.row(one)["receipt"], desk.row(one)["in_doubt"]) == ("delivered", "R-7", False)


async def test_it_is_surely_not_there(desk: Deliveries) -> None:
    """Only then it is sent again, in the same try."""
    one = await desk.put()
    desk.receiver.sends[one] = [Uncertain("?"), Done("R-2")]
    desk.receiver.queries[one] = [Retry("not there")]
    await desk.carry()
    desk.later(minutes=10)
    await desk.carry()
    assert desk.receiver.calls == [("send", one), ("query", one), ("send", one)]
    assert desk.row(one)["receipt"] == "R-2"


@pytest.mark.parametrize("answer", [*DOUBTFUL, "unavailable"])
async def test_nobody_can_say(answer: str, desk: Deliveries) -> None:
    """While the question stays open, it is asked again and nothing is sent."""
    one = await desk.put()
    still = DOUBTFUL.get(answer, PluginUnavailable(plugin="x", why="y"))
    desk.receiver.sends[one], desk.receiver.queries[one] = [Uncertain("?")], [still, still, still]
    for _ in range(4):
        await desk.carry()
        assert desk.row(one)["in_doubt"]
        desk.later(hours=2)
    assert desk.receiver.calls == [("send", one)] + [("query", one)] * 3


async def test_refused_when_asked(desk: Deliveries) -> None:
    """A question may be answered with a final no."""
    one = await desk.put()
    desk.receiver.sends[one], desk.receiver.queries[one] = [Uncertain("?")], [Rejected("no such case")]
    await desk.carry()
    desk.later(minutes=10)
    await desk.carry()
    assert (desk.row(one)["state"], desk.row(one)["last_problem"]) == ("parked", "no such case")


async def test_not_even_asked(desk: Deliveries) -> None:
    """A plugin that was not called leaves no doubt: the next try sends without a question."""
    one = await desk.put()
    desk.receiver.sends[one] = [PluginUnavailable(plugin="x", why="paused")]
    await desk.carry()
    assert (desk.row(one)["in_doubt"], desk.row(one)["last_problem"]) == (False, "PLUGIN_UNAVAILABLE")
    desk.later(minutes=10)
    await desk.carry()
    assert desk.receiver.calls == [("send", one), ("send", one)]


async def test_not_even_asked_after_an_answer(desk: Deliveries) -> None:
    """An old doubt that was just settled does not come back because the plugin could not be called."""
    one = await desk.put()
    desk.receiver.sends[one] = [Uncertain("?"), PluginUnavailable(plugin="x", why="paused")]
    desk.receiver.queries[one] = [Retry("not there")]
    await desk.carry()
    desk.later(minutes=10)
    await desk.carry()
    assert not desk.row(one)["in_doubt"]


async def test_the_sender_died(desk: Deliveries) -> None:
    """Leased by a process that ended: after the lease the receiver is asked before anything is sent."""
    one = await desk.put()
    await desk.office.lease()
    await desk.carry_nothing()
    desk.later(seconds=LEASE.total_seconds() + 1)
    await desk.carry()
    assert desk.receiver.calls == [("query", one)]
    assert desk.row(one)["attempts"] == 2


@pytest.mark.parametrize("answer", [Done("late"), Rejected("late"), Retry("late"), Uncertain("late")])
async def test_a_late_answer_is_discarded(answer: Outcome, desk: Deliveries) -> None:
    """Whoever lost the lease meanwhile changes nothing any more, and says so in the log."""
    one, go_on = await desk.put(), threading.Event()

    def slow() -> Outcome:
        go_on.wait()
        return answer

    desk.receiver.sends[one] = [slow]
    with capture_logs() as logs:
        async with desk.carrying():
            await desk.until(lambda: desk.receiver.calls)
            desk.later(seconds=LEASE.total_seconds() + 1)
            (stolen,) = await desk.office.lease(owner="thief")
            await desk.office.settle(stolen, Done("R-thief"))
            go_on.set()
    assert (desk.row(one)["state"], desk.row(one)["receipt"]) == ("delivered", "R-thief")
    (told,) = [entry for entry in logs if entry["event"] == "delivery"]
    assert told["late_result"]
    assert not [entry for entry in logs if entry["event"] == "delivery_parked"]


async def test_all_calls_end_within_the_lease(desk: Deliveries) -> None:
    """Question and sending share the time of one lease, so that nobody else takes the stream meanwhile."""
    one = await desk.put()

    def slow() -> Outcome:
        desk.later(seconds=10)
        return Retry("not there")

    desk.receiver.sends[one], desk.receiver.queries[one] = [Uncertain("?")], [slow]
    await desk.carry()
    desk.later(minutes=10)
    await desk.carry()
    first, asked, second = desk.receiver.limits
    assert first == asked == pytest.approx(LEASE.total_seconds() * 0.9)
    assert second == pytest.approx(LEASE.total_seconds() * 0.9 - 10)


async def test_words_no_database_stores(desk: Deliveries) -> None:
    """NUL and half a character in an answer do not keep it from being written down."""
    one, two, three = [await desk.put(subject) for subject in "abc"]
    desk.receiver.sends = {one: [Done("R\x00\ud800" * 60)], two: [Rejected("no\x00")], three: [Retry("b\ud800" * 400)]}
    await desk.carry()
    assert [desk.row(one)["state"] for one in (one, two, three)] == ["delivered", "parked", "pending"]
    assert desk.row(one)["receipt"].startswith("R  R")
    assert len(desk.receiver.calls) == 3


@pytest.mark.parametrize("kind", ["notice.visit_filed", "visit.filed"])
async def test_out_of_time(kind: str, desk: Deliveries) -> None:
    """A notice that comes too late is worthless and its content erased; anything else is parked and called out."""
    one = await desk.put(kind=kind, ttl=timedelta(hours=1))
    desk.later(hours=1)
    with capture_logs() as logs:
        await desk.carry()
    assert desk.receiver.calls == []
    alarms = [entry["event"] for entry in logs if entry["log_level"] == "error"]
    if kind.startswith("notice."):
        assert (desk.row(one)["state"], desk.row(one)["body"], alarms) == ("expired", {}, [])
    else:
        assert (desk.row(one)["state"], alarms) == ("parked", ["delivery_parked"])
        assert desk.row(one)["last_problem"] == "已超过送达期限"


@pytest.mark.parametrize(
    ("answer", "state", "problem"),
    [
        (Done("R-9"), "delivered", ""),
        (Retry("not there"), "parked", "已超过送达期限"),
        (Uncertain("?"), "parked", "已超过送达期限;对方是否收到不明"),
        (PluginSilent(plugin="x", why="y"), "parked", "已超过送达期限;对方是否收到不明"),
    ],
)
async def test_out_of_time_in_doubt(answer: Reply, state: str, problem: str, desk: Deliveries) -> None:
    """Before giving up, what may have arrived is asked about once; the person who acts learns what is known."""
    one = await desk.put(ttl=timedelta(hours=1))
    desk.receiver.sends[one], desk.receiver.queries[one] = [Uncertain("?")], [answer]
    await desk.carry()
    desk.later(hours=1)
    await desk.carry()
    assert desk.receiver.calls == [("send", one), ("query", one)]
    assert (desk.row(one)["state"], desk.row(one)["last_problem"]) == (state, problem)


async def test_no_retry_beyond_its_time(desk: Deliveries) -> None:
    """The end of its time is noticed when it comes, not hours later at the next step."""
    one = await desk.put(ttl=timedelta(minutes=2))
    desk.receiver.sends[one] = [Retry("busy"), Retry("busy")]
    for _ in range(3):
        await desk.carry()
        desk.later(minutes=1)
    assert desk.row(one)["state"] == "parked"
    assert len(desk.receiver.calls) == 2
