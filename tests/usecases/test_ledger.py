"""What every commit leaves behind: one audit row, and nowhere personal data."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.access import PUBLIC
from gateway.errors import GatewayError, NotAllowed, WrongState
from gateway.testkit.office import (
    ADMIN,
    CASE_NO,
    CITIZEN_ID,
    CONTACT_NAME,
    CONTACT_PHONE,
    DEPT_PHONE,
    INSPECTORS,
    ONE_TIME_CODE,
    Office,
)
from gateway.usecases.accept_case import ACCEPT_CASE
from gateway.usecases.file_visit import FILE_VISIT
from gateway.usecases.get_case import GET_CASE

PARTY_NAME, ADDRESS = "示例个人张三", "桃花江镇示例路 99 号"
CITIZEN = {"uscc": "", "citizen_id": CITIZEN_ID, "party_name": PARTY_NAME, "address": ADDRESS}
CODE = f"验证码 {ONE_TIME_CODE}"
SECRETS = (CONTACT_NAME, CONTACT_PHONE, CITIZEN_ID, CODE, f'"{ONE_TIME_CODE}"')
PERSONAL = (*SECRETS, PARTY_NAME, ADDRESS, "示例人员001", DEPT_PHONE)


async def _whole_life(office: Office) -> None:
    """Everything that can happen, with refusals in between."""

    async def refused(step: Awaitable[Any]) -> None:
        with pytest.raises(GatewayError):
            await step

    await office.sync_matter()
    await office.put_inspectors()
    await refused(office.accept("示例-0", **(CITIZEN | {"citizen_id": CITIZEN_ID[:17] + "1"})))
    await refused(office.accept("示例-0", uscc=CITIZEN_ID[:17] + "1"))
    await office.accept(**CITIZEN)
    await refused(office.accept(**(CITIZEN | {"contact_name": "别人"})))
    await refused(office.do(ACCEPT_CASE, office.application(**CITIZEN), PUBLIC))
    await refused(office.file(inspector_ids=INSPECTORS[:1]))
    first = await office.file()
    await refused(office.file())
    office.clock.set(first.visit.starts_at)
    await office.refuse((await office.verify(first.codes[0].url)).proof, remark="不符")
    await refused(office.verify(first.codes[0].url))
    filed = await office.file()
    office.clock.set(filed.visit.starts_at)
    shown = await office.issue(filed.visit.visit_no)
    proof = (await office.verify(shown.url)).proof
    await refused(office.confirm(proof, code="000000"))
    await office.confirm(proof)
    await refused(office.confirm(proof))
    await office.finish(filed.visit.visit_no)
    await office.submit(filed.visit.visit_no, answers=office.answers(A2="fail"))
    await refused(office.submit(filed.visit.visit_no))


def _found(values: tuple[str, ...], rows: object) -> list[str]:
    text = json.dumps(
        rows,
        ensure_ascii=False,
        default=lambda value: value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value),
    )
    return [value for value in values if value in text.replace('\\"', '"')]


async def test_ledgers_hold_no_personal_data(office: Office) -> None:
    """Audit and message rows name nobody; a refusal's facts name nobody; answers hold no contact, number or code."""
    await _whole_life(office)
    assert _found(PERSONAL, office.rows("audit")) == []
    assert _found(PERSONAL, office.rows("messages")) == []
    refusals = [row for row in office.rows("idempotency") if row["error"]]
    assert len(refusals) == 9
    assert _found(PERSONAL, refusals) == []
    assert _found(SECRETS, office.rows("idempotency")) == []


async def test_the_scan_can_find(office: Office) -> None:
    """What is looked for is where it belongs, so that not finding it elsewhere means something."""
    await _whole_life(office)
    assert _found(PERSONAL, [office.rows(name) for name in ("cases", "parties", "inspectors", "outbox")]) == [
        value for value in PERSONAL if value not in {CITIZEN_ID, f'"{ONE_TIME_CODE}"'}
    ]


async def test_the_citizen_number_is_nowhere(office: Office, tmp_path: Path) -> None:
    """No table, and no byte of the SQLite files, holds a citizen number; a hash and four digits are enough."""
    await _whole_life(office)
    await office.deliver_all()
    assert _found((CITIZEN_ID, CITIZEN_ID[:17]), [office.rows(name) for name in office.counts()]) == []
    assert CITIZEN_ID[:17].encode() not in _bytes_of(tmp_path)


async def test_settled_notices_are_erased(office: Office) -> None:
    """After delivery no table holds a one-time code, and no outbox row a telephone number."""
    await _whole_life(office)
    assert _found((CODE, CONTACT_PHONE), office.rows("outbox")) == [CODE, CONTACT_PHONE]
    await office.deliver_all()
    assert _found((CODE, CONTACT_PHONE, DEPT_PHONE), office.rows("outbox")) == []
    assert _found((CODE,), [office.rows(name) for name in office.counts()]) == []


def _bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("kanyan.db*"))


async def _steps(office: Office, audited: Callable[[str, Awaitable[Any]], Awaitable[Any]]) -> None:
    await audited("sync_matter OK", office.sync_matter())
    for number in INSPECTORS:
        await audited("RegistryService/PutInspector OK", office.put_inspector(number))
    await audited("CaseService/AcceptCase NOT_ALLOWED", office.do(ACCEPT_CASE, office.application(), PUBLIC))
    await audited("CaseService/AcceptCase FIELD_MISSING", office.accept(address=""))
    await audited("CaseService/AcceptCase OK", office.accept())
    await audited("CaseService/AcceptCase OK", office.accept())
    await audited("VisitService/FileVisit TOO_FEW_INSPECTORS", office.file(inspector_ids=INSPECTORS[:1]))
    filed = await audited("VisitService/FileVisit OK", office.file())
    office.clock.set(filed.visit.starts_at)
    await audited("TokenService/VerifyToken FOREIGN", office.verify("x"))
    shown = await audited("TokenService/IssueToken OK", office.issue(filed.visit.visit_no))
    proof = (await audited("TokenService/VerifyToken OK", office.verify(shown.url))).proof
    await audited("TokenService/ConfirmVisit CODE_WRONG", office.confirm(proof, code="1"))
    await audited("TokenService/ConfirmVisit TOO_FEW_PRESENT", office.confirm(proof, present=()))
    await audited("TokenService/ConfirmVisit OK", office.confirm(proof))
    await audited("TokenService/RefuseVisit WRONG_STATE", office.refuse(proof))
    await audited("VisitService/FinishVisit OK", office.finish(filed.visit.visit_no))
    await audited("VisitService/SubmitResult OK", office.submit(filed.visit.visit_no))


async def test_every_call_leaves_exactly_one_audit_row(office: Office) -> None:
    """Accepted, refused and denied calls each leave one row; only accepted ones a message; a denial no record."""

    async def audited(said: str, step: Awaitable[Any]) -> Any:
        before = {name: office.counts()[name] for name in ("audit", "messages", "idempotency")}
        known = {row["audit_id"] for row in office.rows("audit")}
        answer: Any = (await asyncio.gather(step, return_exceptions=True))[0]
        assert getattr(answer, "code", "OK") == said.split()[1]
        after = office.counts()
        (new,) = [row for row in office.rows("audit") if row["audit_id"] not in known]
        assert f"{new['method']} {new['outcome']}" == said
        assert after["audit"] == before["audit"] + 1
        assert after["messages"] == before["messages"] + said.endswith(" OK")
        assert after["idempotency"] == before["idempotency"] + (not said.endswith("NOT_ALLOWED"))
        return answer

    await _steps(office, audited)


async def test_a_refusal_moves_nothing_and_says_so(office: Office) -> None:
    """A commit that refuses after it began to move states reports none of them."""
    filed = await office.filed()
    proof = (await office.verify(filed.codes[0].url)).proof
    office.writer.submit(lambda c: c.exec_driver_sql("UPDATE cases SET state = 'SUSPENDED'").rowcount).result(20)
    with pytest.raises(WrongState):
        await office.confirm(proof)
    assert office.rows("visits")[0]["state"] == "FILED"
    row = next(row for row in office.rows("audit") if row["outcome"] == "WRONG_STATE")
    assert (row["changes"], row["object"], row["actor"]) == ([], filed.visit.visit_no, "public")


async def test_audit_rows_say_who_and_what(office: Office) -> None:
    """Actor, roles, object and the states that moved, in their order."""
    filed = await office.filed()
    row = next(row for row in office.rows("audit") if row["method"] == FILE_VISIT.method)
    assert (row["actor"], row["roles"], row["object"]) == (ADMIN.identity, "dept_admin", filed.visit.visit_no)
    assert row["changes"] == [["visit", "", "FILED"], ["case", "ACCEPTED", "ASSIGNED"]]
    assert row["at"] < office.clock.now()


async def test_a_denied_question_leaves_a_row_an_allowed_one_none(office: Office) -> None:
    """Whoever tries to read what is not theirs is on record; ordinary reading is not."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept()
    before = office.counts()["audit"]
    await office.runner.ask(GET_CASE, CASE_NO, ADMIN)
    assert office.counts()["audit"] == before

    with pytest.raises(NotAllowed):
        await office.runner.ask(GET_CASE, CASE_NO, PUBLIC)

    row = office.rows("audit")[-1]
    assert office.counts()["audit"] == before + 1
    assert (row["method"], row["outcome"], row["actor"]) == ("CaseService/GetCase", "NOT_ALLOWED", "public")
