"""One case from acceptance to delivery."""

from __future__ import annotations

from gateway.testkit.office import CASE_NO, PROVINCE, Office
from gateway.usecases.get_case import GET_CASE


async def test_a_case_ends_delivered(office: Office) -> None:
    """Accept, file, show, verify, confirm, finish, submit and deliver lead to DELIVERED."""
    await office.reported()
    kinds = await office.deliver_all()
    assert sorted(kinds) == ["notice.case_accepted", "notice.visit_filed", "result.submitted", "visit.filed"]
    assert (await office.runner.ask(GET_CASE, CASE_NO, PROVINCE)).state == "DELIVERED"
