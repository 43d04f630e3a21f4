"""Submitting what was found, and what the end of each delivery means."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.errors import AnswersInvalid, FieldInvalid, StorageUnavailable, WrongState
from gateway.sdk.outcome import Done, Rejected
from gateway.store import outbox, results
from gateway.store.tables import visits
from gateway.testkit.office import ADMIN, CASE_NO, Office, new_key
from gateway.usecases.get_report import GET_REPORT
from gateway.usecases.submit_result import SUBMIT_RESULT, GivenAnswer, SubmitResult


async def _finished(office: Office) -> str:
    filed = await office.confirmed()
    await office.finish(filed.visit.visit_no)
    return filed.visit.visit_no


async def test_result_report_and_delivery_are_one_commit(office: Office) -> None:
    """The result is QUEUED, the Word report stored, and the delivery carries the report."""
    visit_no = await _finished(office)
    submitted = await office.submit(visit_no)
    assert (submitted.decision, submitted.result_state) == ("pass", "QUEUED")
    report = await office.runner.ask(GET_REPORT, visit_no, ADMIN)
    assert hashlib.sha256(report.content).hexdigest() == submitted.report_sha256
    assert report.name == f"{visit_no}-现场勘验评审报告.docx"
    row = next(row for row in office.rows("outbox") if row["kind"] == "result.submitted")
    with office.tools.reading.connect() as connection:
        assert results.attachment(connection, row["attachment_id"]) == report
    assert row["body"]["report_sha256"] == submitted.report_sha256
    assert [answer["mark"] for answer in row["body"]["answers"]] == ["pass"] * 3
    assert office.rows("visits")[0]["state"] == "REPORTED"


async def test_a_failed_item_fails_with_reasons(office: Office) -> None:
    """The matter's verdict is stored and sent as it is."""
    visit_no = await _finished(office)
    submitted = await office.submit(visit_no, answers=office.answers(A2="fail"))
    assert (submitted.decision, submitted.reasons) == ("fail", ("A2 不符合",))
    assert office.rows("results")[0]["reasons"] == ["A2 不符合"]


async def test_one_result_per_visit(office: Office) -> None:
    """A second submit is refused and changes nothing."""
    visit_no = await _finished(office)
    await office.submit(visit_no)
    before = office.rows("results"), office.rows("outbox"), office.rows("attachments")
    with pytest.raises(WrongState):
        await office.submit(visit_no, opinion="另一意见")
    assert (office.rows("results"), office.rows("outbox"), office.rows("attachments")) == before


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"checklist_version": "示例-0"}, AnswersInvalid),
        ({"answers": ()}, AnswersInvalid),
        ({"answers": (GivenAnswer("A1", "vielleicht", ""),)}, FieldInvalid),
        ({"opinion": "长" * 1001}, FieldInvalid),
    ],
)
async def test_answers_must_fit(office: Office, changes: dict[str, Any], error: type[Exception]) -> None:
    """Answers that do not fit the checklist reach no plugin and no table."""
    visit_no = await _finished(office)
    with pytest.raises(error):
        await office.submit(visit_no, **changes)
    assert office.rows("results") == []


async def test_a_verdict_is_for_one_version_of_the_visit(office: Office) -> None:
    """If the visit changed while it was judged nothing is stored; the same key judges again."""
    visit_no = await _finished(office)

    def change() -> None:
        bump = sa.update(visits).values(version=visits.c.version + 1)
        office.writer.submit(lambda connection: connection.execute(bump).rowcount).result(20)

    office.plugins.demo.meanwhile.append(change)
    key = new_key()
    command = SubmitResult(visit_no, "示例-1", office.answers(), "")
    with pytest.raises(StorageUnavailable):
        await office.do(SUBMIT_RESULT, command, ADMIN, key)
    assert office.rows("results") == []
    assert (await office.do(SUBMIT_RESULT, command, ADMIN, key)).result_state == "QUEUED"


async def test_done_acknowledges_and_delivers(office: Office) -> None:
    """When the province has it the result is ACKNOWLEDGED with its receipt and the case DELIVERED."""
    await office.reported()
    await office.deliver_all({"result.submitted": Done("省-0001")})
    assert [(row["state"], row["receipt"]) for row in office.rows("results")] == [("ACKNOWLEDGED", "省-0001")]
    assert office.rows("cases")[0]["state"] == "DELIVERED"
    assert {row["state"] for row in office.rows("outbox")} == {"delivered"}


@pytest.mark.parametrize("out_of_time", [False, True])
async def test_rejected_blocks_the_stream(office: Office, out_of_time: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """When the province says no, or time runs out, the result is REJECTED_UPSTREAM and its stream is blocked."""
    await office.reported()
    problem = Rejected("格式不符")
    while held := await office.lease():
        for one in held:
            result = one.kind == "result.submitted"
            await office.settle(one, problem if result else Done(), out_of_time=out_of_time and result)
    assert office.rows("results")[0]["state"] == "REJECTED_UPSTREAM"
    assert office.rows("cases")[0]["state"] == "RESULT_PENDING"
    parked = next(row for row in office.rows("outbox") if row["state"] == "parked")
    assert (parked["kind"], parked["last_problem"]) == ("result.submitted", "格式不符")
    stream = next(row for row in office.rows("streams") if row["blocked_by"])
    assert (stream["blocked_by"], stream["due_at"]) == (parked["delivery_id"], None)
    draft = outbox.Draft(
        stream["destination"], stream["subject"], "later", {}, parked["expires_at"] - parked["created_at"]
    )
    await office.runner.system("test", lambda tx: outbox.put(tx, draft))
    assert await office.lease() == []


async def test_a_late_notice_expires_without_blocking(office: Office) -> None:
    """A notice out of time is worthless: it expires, is erased, and the next one goes on."""
    await office.filed()
    held = next(one for one in await office.lease() if one.kind == "notice.visit_filed")
    assert await office.settle(held, Rejected("过期"), out_of_time=True)
    row = next(row for row in office.rows("outbox") if row["kind"] == "notice.visit_filed")
    assert (row["state"], row["body"]) == ("expired", {})


async def test_settling_leaves_one_audit_row(office: Office) -> None:
    """The end of a delivery is audited with what it moved; a late settle changes nothing."""
    await office.reported()
    await office.deliver_all()
    rows = [row for row in office.rows("audit") if row["method"] == "settle"]
    assert len(rows) == len(office.rows("outbox")) == 4
    result = next(row for row in rows if row["object"] == CASE_NO and row["changes"][0][0] == "result")
    assert result["changes"] == [["result", "QUEUED", "ACKNOWLEDGED"], ["case", "RESULT_PENDING", "DELIVERED"]]


async def test_a_lost_lease_moves_nothing(office: Office) -> None:
    """Who settles after somebody else took the stream changes neither delivery nor result."""
    await office.reported()
    while True:
        held = await office.lease()
        late = next((one for one in held if one.kind == "result.submitted"), None)
        if late is not None:
            break
        for one in held:
            await office.settle(one, Done())
    office.clock.set(office.clock.now().replace(year=2026, month=12, day=1))
    await office.lease(owner="another")
    before = office.rows("results"), office.rows("cases"), office.counts()["audit"]
    assert not await office.settle(late, Done("R"))
    assert (office.rows("results"), office.rows("cases"), office.counts()["audit"]) == before
