"""The outbox: streams without gaps, one owner at a time, nothing lost (C3 to C5)."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.store import outbox
from gateway.store.tables import outbox as outbox_rows
from gateway.store.transaction import Transaction
from gateway.testkit.office import Office

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def draft(subject: str = "s", kind: str = "test", destination: str = "province", **body: Any) -> outbox.Draft:
    """A message."""
    return outbox.Draft(destination, subject, kind, body, HOUR)


async def put(office: Office, message: outbox.Draft) -> str:
    """Append it."""
    return await office.runner.system("put", lambda tx: outbox.put(tx, message))


async def one(office: Office, owner: str = "tester") -> outbox.Leased:
    """Lease the only due stream."""
    (held,) = await office.lease(owner=owner)
    return held


async def end(office: Office, held: outbox.Leased, state: str, **words: str) -> bool:
    """Settle it."""
    return await office.runner.system("settle", lambda tx: outbox.settle(tx, held, state, **words))


async def later(office: Office, held: outbox.Leased, after: timedelta) -> bool:
    """Postpone it."""
    when = office.clock.now() + after
    return await office.runner.system(
        "postpone", lambda tx: outbox.postpone(tx, held, when, problem="忙", in_doubt=False)
    )


def balance(office: Office) -> tuple[int, int]:
    """Accepted and stored."""
    with office.tools.reading.connect() as connection:
        return outbox.balance(connection)


def next_due(office: Office) -> Any:
    """When somebody must look."""
    with office.tools.reading.connect() as connection:
        return outbox.next_due(connection)


async def test_sequences_have_no_gap(office: Office) -> None:
    """Many producers on a few streams, some of which fail after they took a number: 1, 2, 3 … on each."""

    def failing(tx: Transaction) -> None:
        outbox.put(tx, draft("s-0"))
        raise ZeroDivisionError

    puts = [put(office, draft(f"s-{number % 5}", n=number)) for number in range(100)]
    fails = [office.runner.system("fail", failing) for _ in range(20)]
    done = await asyncio.gather(
        *[step for pair in zip(puts[:20], fails, strict=True) for step in pair], *puts[20:], return_exceptions=True
    )
    assert sum(isinstance(answer, ZeroDivisionError) for answer in done) == 20
    numbers = defaultdict(list)
    for row in office.rows("outbox"):
        numbers[row["stream_id"]].append(row["seq"])
    assert [sorted(stream) for stream in numbers.values()] == [list(range(1, 21))] * 5
    assert balance(office) == (100, 100)


async def test_destination_and_subject_make_a_stream(office: Office) -> None:
    """The same subject to another destination is another stream, so one bad receiver holds up nobody else."""
    for destination, subject in (("province", "a"), ("sms", "a"), ("province", "b"), ("province", "a")):
        await put(office, draft(subject, destination=destination))
    assert sorted((row["destination"], row["subject"], row["next_seq"]) for row in office.rows("streams")) == [
        ("province", "a", 2),
        ("province", "b", 1),
        ("sms", "a", 1),
    ]


async def test_a_stream_is_delivered_in_order_one_at_a_time(office: Office) -> None:
    """While the head is held nothing else of its stream is; the next comes when the head has ended."""
    ids = [await put(office, draft(n=number)) for number in range(3)]
    for number, delivery_id in enumerate(ids):
        held = await one(office)
        assert (held.delivery_id, held.seq, held.body) == (delivery_id, number + 1, {"n": number})
        assert (held.attempts, held.in_doubt) == (1, False)
        assert await office.lease() == []
        assert await end(office, held, outbox.DELIVERED, receipt="R")
    assert await office.lease() == []
    assert {row["state"] for row in office.rows("outbox")} == {"delivered"}
    assert [row["due_at"] for row in office.rows("streams")] == [None]


async def test_an_empty_stream_wakes_up(office: Office) -> None:
    """A message for a stream with nothing waiting makes it due at once."""
    await put(office, draft())
    await end(office, await one(office), outbox.DELIVERED)
    assert next_due(office) is None
    await put(office, draft())
    assert next_due(office) == office.clock.now()
    assert (await one(office)).seq == 2


async def test_a_message_behind_a_postponed_head_waits(office: Office) -> None:
    """A new message does not make a stream due before its head is."""
    await put(office, draft())
    await later(office, await one(office), HOUR)
    await put(office, draft())
    assert await office.lease() == []
    assert next_due(office) == office.clock.now() + HOUR
    office.clock.advance(HOUR)
    held = await one(office)
    assert (held.seq, held.attempts, held.in_doubt) == (1, 2, False)


async def test_a_lease_that_ran_out_is_in_doubt(office: Office) -> None:
    """When its owner falls silent the stream goes to another, who knows that an attempt has no known end."""
    await put(office, draft())
    first = await one(office)
    assert next_due(office) == office.clock.now() + timedelta(seconds=15)
    office.clock.advance(timedelta(seconds=14))
    assert await office.lease() == []
    office.clock.advance(SECOND)
    second = await one(office, owner="another")
    assert (second.delivery_id, second.fence, second.attempts) == (first.delivery_id, first.fence + 1, 2)
    assert second.in_doubt


async def test_a_stale_lease_changes_nothing(office: Office) -> None:
    """Who lost the lease can neither settle nor postpone; the new owner can."""
    await put(office, draft())
    stale = await one(office)
    office.clock.advance(timedelta(seconds=16))
    fresh = await one(office, owner="another")
    before = office.rows("outbox"), office.rows("streams")
    assert not await end(office, stale, outbox.DELIVERED, receipt="late")
    assert not await end(office, stale, outbox.PARKED)
    assert not await later(office, stale, HOUR)
    assert (office.rows("outbox"), office.rows("streams")) == before
    assert await end(office, fresh, outbox.DELIVERED, receipt="R")
    assert office.rows("outbox")[0]["receipt"] == "R"


async def test_a_lease_that_ran_out_but_was_not_taken_still_counts(office: Office) -> None:
    """Late is not lost: as long as nobody else took the stream its owner may end the delivery."""
    await put(office, draft())
    held = await one(office)
    office.clock.advance(timedelta(minutes=5))
    assert await end(office, held, outbox.DELIVERED)


async def test_parked_blocks_its_stream_only(office: Office) -> None:
    """What waits behind a parked message waits for a person, also what comes later; other streams go on."""
    for subject in ("bad", "bad", "good"):
        await put(office, draft(subject))
    for held in await office.lease():
        await end(office, held, outbox.PARKED if held.subject == "bad" else outbox.DELIVERED, problem="不收")
    await put(office, draft("bad"))
    await put(office, draft("good"))
    held = await one(office)
    assert held.subject == "good"
    blocked = next(row for row in office.rows("streams") if row["subject"] == "bad")
    parked = next(row for row in office.rows("outbox") if row["state"] == "parked")
    assert (blocked["blocked_by"], parked["last_problem"]) == (parked["delivery_id"], "不收")


@pytest.mark.parametrize(
    ("kind", "state", "kept"),
    [
        ("notice.x", outbox.DELIVERED, False),
        ("notice.x", outbox.EXPIRED, False),
        ("notice.x", outbox.PARKED, True),
        ("result.x", outbox.DELIVERED, True),
    ],
)
async def test_notices_are_erased_when_nobody_needs_them(
    office: Office,
    kind: str,
    state: str,
    kept: bool,  # noqa: FBT001 - a table column
) -> None:
    """The body of a notice goes when it is settled for good; one that is parked may still be sent."""
    await put(office, draft(kind=kind, phone="13800000001"))
    await end(office, await one(office), state)
    assert bool(office.rows("outbox")[0]["body"]) is kept


async def test_nothing_is_lost(office: Office) -> None:
    """At every moment accepted equals stored, whatever became of the messages (C4)."""
    for number in range(6):
        await put(office, draft(f"s-{number}"))
        assert balance(office) == (number + 1, number + 1)
    for held, state in zip(await office.lease(4), ("delivered", "parked", "expired"), strict=False):
        await end(office, held, state)
    states = [row["state"] for row in office.rows("outbox")]
    assert sorted(states) == ["delivered", "expired", "parked", "pending", "pending", "pending"]
    assert balance(office) == (6, 6)


async def test_a_lost_row_is_noticed(office: Office) -> None:
    """The balance can fail: a row that vanished shows."""
    await put(office, draft())
    await put(office, draft())
    office.writer.submit(lambda c: c.exec_driver_sql("DELETE FROM outbox WHERE seq = 1").rowcount).result(20)
    assert balance(office) == (2, 1)


async def test_the_limit_of_a_lease(office: Office) -> None:
    """At most so many streams, those due longest first."""
    for number in range(4):
        await put(office, draft(f"s-{number}"))
        office.clock.advance(SECOND)
    assert [held.subject for held in await office.lease(3)] == ["s-0", "s-1", "s-2"]
    assert [held.subject for held in await office.lease(3)] == ["s-3"]


async def test_leases_fall_when_we_are_alone(office: Office) -> None:
    """At a start that knows it is alone every stream is free at once, and its head is in doubt."""
    await put(office, draft())
    before = await one(office)
    await office.runner.system("start", outbox.release_leases)
    after = await one(office)
    assert (after.fence, after.in_doubt) == (before.fence + 1, True)


async def test_words_are_cut_to_their_columns(office: Office) -> None:
    """A chatty receiver does not make a settled delivery fail."""
    await put(office, draft())
    assert await end(office, await one(office), outbox.DELIVERED, receipt="长" * 500, problem="长" * 500)
    row = office.rows("outbox")[0]
    assert (len(row["receipt"]), len(row["last_problem"])) == (100, 300)


async def test_two_owners_never_hold_one_stream(office: Office) -> None:
    """Leases asked for at once share out the streams; no stream is given twice."""
    for number in range(20):
        await put(office, draft(f"s-{number}"))
    taken = await asyncio.gather(*(office.lease(5, owner=f"w-{number}") for number in range(6)))
    streams = [held.stream_id for held_by_one in taken for held in held_by_one]
    assert len(streams) == len(set(streams)) == 20


async def test_a_stream_that_is_due_with_nothing_to_carry_hinders_nobody(office: Office) -> None:
    """A row that went missing (a restored file, a hand in the database) must not fail the leases of all others."""
    lost = await put(office, draft("lost"))
    await put(office, draft("kept"))

    def remove(tx: Transaction) -> None:
        tx.connection.execute(sa.delete(outbox_rows).where(outbox_rows.c.delivery_id == lost))

    await office.runner.system("remove", remove)

    assert [held.subject for held in await office.lease()] == ["kept"]
    assert await office.lease() == []
