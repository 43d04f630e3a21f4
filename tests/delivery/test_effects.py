"""What the end of a delivery does to result and case, and what happens where they cannot follow."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from gateway.sdk import Done, Message, Outcome, Rejected, Retry, Uncertain
from gateway.store.tables import cases, outbox, results
from gateway.store.transaction import Transaction
from gateway.testkit.deliveries import Deliveries
from gateway.testkit.office import CASE_NO


def result_of(desk: Deliveries) -> str:
    """The delivery that carries the result."""
    return str(next(row["delivery_id"] for row in desk.office.rows("outbox") if row["kind"] == "result.submitted"))


async def change(desk: Deliveries, statement: sa.Update) -> None:
    """Behind everybody's back."""

    def work(tx: Transaction) -> None:
        tx.connection.execute(statement)

    await desk.office.runner.system("change", work)


async def test_a_result_is_acknowledged(desk: Deliveries) -> None:
    """Done moves result and case; the report travels along, our own number does not."""
    await desk.office.reported()
    one = result_of(desk)
    await desk.carry()
    assert [row["state"] for row in desk.office.rows("cases")] == ["DELIVERED"]
    (result,) = desk.office.rows("results")
    assert (result["state"], result["receipt"]) == ("ACKNOWLEDGED", "R-1")
    (told,) = [given for given in desk.receiver.given if given.delivery_id == one]
    assert isinstance(told, Message)
    assert told.attachments[0].content == desk.office.rows("attachments")[0]["content"]
    assert "task_id" not in told.body
    assert told.body["visit_no"]


async def test_a_result_is_rejected(desk: Deliveries) -> None:
    """REJECTED_UPSTREAM, the stream stands still, and the log calls for a person."""
    await desk.office.reported()
    one = result_of(desk)
    desk.receiver.sends[one] = [Rejected("checklist too old")]
    with capture_logs() as logs:
        await desk.carry()
    assert [row["state"] for row in desk.office.rows("results")] == ["REJECTED_UPSTREAM"]
    assert [row["state"] for row in desk.office.rows("cases")] == ["RESULT_PENDING"]
    assert (desk.row(one)["state"], desk.row(one)["last_problem"]) == ("parked", "checklist too old")
    (alarm,) = [entry for entry in logs if entry["log_level"] == "error"]
    assert (alarm["event"], alarm["delivery_id"], alarm["subject"]) == ("delivery_parked", one, CASE_NO)


@pytest.mark.parametrize(("answer", "state"), [(Done("R-5"), "delivered"), (Rejected("no"), "parked")])
async def test_the_result_cannot_follow(answer: Outcome, state: str, desk: Deliveries) -> None:
    """The receiver's word is kept and nothing is sent again, though the result is not where it should be."""
    await desk.office.reported()
    one = result_of(desk)
    await change(desk, sa.update(results).values(state="DRAFT"))
    desk.receiver.sends[one] = [answer]
    with capture_logs() as logs:
        await desk.carry()
    desk.later(hours=1)
    await desk.carry()
    assert desk.receiver.calls.count(("send", one)) == 1
    assert ("query", one) not in desk.receiver.calls
    assert desk.row(one)["state"] == state
    assert desk.row(one)["last_problem"].startswith("WRONG_STATE")
    assert [row["state"] for row in desk.office.rows("results")] == ["DRAFT"]
    assert "delivery_without_effect" in [entry["event"] for entry in logs if entry["log_level"] == "error"]
    changes = [row["changes"] for row in desk.office.rows("audit") if row["method"] == "settle_delivery"]
    assert ["result.submitted", "pending", state] in [change for row in changes for change in row]


async def test_the_case_cannot_follow(desk: Deliveries) -> None:
    """A case that was withdrawn meanwhile keeps its state; the stream goes on behind the result."""
    await desk.office.reported()
    await change(desk, sa.update(cases).values(state="WITHDRAWN"))
    behind = await desk.put(CASE_NO)
    await desk.carry()
    assert (desk.row(result_of(desk))["state"], desk.row(behind)["state"]) == ("delivered", "delivered")
    assert [row["state"] for row in desk.office.rows("cases")] == ["WITHDRAWN"]


@pytest.mark.parametrize("doubted", [False, True])
async def test_the_attachment_cannot_be_read(doubted: bool, desk: Deliveries) -> None:  # noqa: FBT001 - a parameter
    """Nothing was sent, so nothing is in doubt, not even what was until asked: it goes out once the file is there."""
    await desk.office.reported()
    one = result_of(desk)
    if doubted:
        desk.receiver.sends[one], desk.receiver.queries[one] = [Uncertain("?")], [Retry("not there")]
        await desk.carry()
        desk.later(minutes=10)
    attachment_id, mine = desk.row(one)["attachment_id"], outbox.c.delivery_id == one
    await change(desk, sa.update(outbox).where(mine).values(attachment_id="missing"))
    await desk.carry()
    assert (desk.row(one)["state"], desk.row(one)["last_problem"], desk.row(one)["in_doubt"]) == (
        "pending",
        "INTERNAL",
        False,
    )
    await change(desk, sa.update(outbox).where(mine).values(attachment_id=attachment_id))
    desk.later(minutes=10)
    await desk.carry()
    assert desk.row(one)["state"] == "delivered"
    assert desk.receiver.calls.count(("send", one)) == 1 + doubted
