"""Accepting: one case per number, however often and by whichever way it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from gateway.domain.access import Principal, Role
from gateway.errors import CitizenIdInvalid, Conflict, FieldInvalid, FieldMissing, GatewayError, UsccInvalid
from gateway.testkit.office import CITIZEN_ID, DEPT_PHONE, MATTER, PROVINCE, Office
from gateway.usecases.accept_case import ACCEPT_CASE


async def test_the_same_case_twice_is_one_case(office: Office) -> None:
    """A repeat under another key creates nothing and says so (R6.2)."""
    await office.sync_matter()
    assert (await office.accept()).created
    again = await office.accept()
    assert not again.created
    assert [len(office.rows(table)) for table in ("cases", "parties", "outbox")] == [1, 1, 1]


async def test_pushed_and_pulled_is_one_case(office: Office) -> None:
    """Another caller with the same instant in another offset brings the same case, not a conflict."""
    await office.sync_matter()
    await office.accept()
    beijing = timezone(timedelta(hours=8))
    same = office.application(accepted_at=datetime(2026, 11, 20, 16, 0, tzinfo=beijing))
    puller = Principal("upstream/province", frozenset({Role.PLATFORM}))
    assert not (await office.do(ACCEPT_CASE, same, puller)).created


@pytest.mark.parametrize("change", [{"party_name": "另一家"}, {"contact_phone": "13800000002"}, {"address": "别处"}])
async def test_other_content_is_a_conflict(office: Office, change: dict[str, str]) -> None:
    """The same number with other content is refused and changes nothing."""
    await office.sync_matter()
    await office.accept()
    before = office.rows("cases"), office.rows("parties")
    with pytest.raises(Conflict):
        await office.accept(**change)
    assert (office.rows("cases"), office.rows("parties")) == before


async def test_two_cases_of_one_party_share_it(office: Office) -> None:
    """An enterprise or a citizen is stored once."""
    await office.sync_matter()
    citizen = {"uscc": "", "citizen_id": CITIZEN_ID, "party_name": "示例个人"}
    for number in (1, 2):
        await office.accept(f"示例-{number}")
        await office.accept(f"示例-个人-{number}", **citizen)
    parties = office.rows("parties")
    assert len(parties) == 2
    assert {row["citizen_last4"] for row in parties} == {"", "002X"}


async def test_the_department_is_told(office: Office) -> None:
    """A notice goes to the department's telephone, without the party's name."""
    await office.sync_matter()
    await office.accept()
    body = office.rows("outbox")[0]["body"]
    assert body["phone"] == DEPT_PHONE
    assert "10个工作日" in body["text"]
    assert "示例餐饮" not in body["text"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"uscc": ""}, FieldInvalid),
        ({"citizen_id": CITIZEN_ID}, FieldInvalid),
        ({"uscc": "91430922MACTJ0017Q"}, UsccInvalid),
        ({"uscc": "", "citizen_id": "110105194912310021"}, CitizenIdInvalid),
        ({"case_no": ""}, FieldMissing),
        ({"case_no": "长" * 65}, FieldInvalid),
        ({"contact_phone": "12345"}, FieldInvalid),
        ({"dept_phone": ""}, FieldMissing),
        ({"party_name": "a\tb"}, FieldInvalid),
        ({"accepted_at": datetime(2026, 11, 20, 8)}, FieldInvalid),  # noqa: DTZ001 - what is refused
    ],
)
async def test_bad_fields(office: Office, changes: dict[str, Any], error: type[GatewayError]) -> None:
    """A wrong field refuses the whole case."""
    await office.sync_matter()
    with pytest.raises(error):
        await office.accept(**changes)
    assert office.rows("cases") == []


@pytest.mark.parametrize(
    "change",
    [
        {"kinds": ()},
        {"kinds": ("参观",)},
        {"promise_value": 0},
        {"promise_value": 2**40},
        {"promise_unit": "日"},
        {"anticipate_unit": ""},
        {"version": 0},
        {"version": 2**31},
        {"name": ""},
        {"visit_basis": " "},
        {"department_name": "长" * 101},
    ],
)
async def test_matters_that_cannot_be_right(office: Office, change: dict[str, Any]) -> None:
    """A matter with unknown kinds or units, impossible limits or without a basis is not taken (R6.1)."""
    with pytest.raises((FieldInvalid, FieldMissing)):
        await office.sync_matter(replace(MATTER, **change))
    assert office.rows("matters") == []


async def test_a_matter_is_stored_in_its_one_spelling(office: Office) -> None:
    """A department typed in small or full-width letters is the same department."""
    await office.sync_matter(replace(MATTER, department=MATTER.department.lower()))
    assert office.rows("matters")[0]["department"] == MATTER.department
    assert not (await office.sync_matter(replace(MATTER, version=1))).created


async def test_only_a_platform_tells_of_cases(office: Office) -> None:
    """Every other role is refused, and the refusal leaves an audit row."""
    await office.sync_matter()
    for role in set(Role) - {Role.PLATFORM, Role.SYSTEM}:
        before = office.counts()["audit"]
        with pytest.raises(GatewayError):
            await office.do(ACCEPT_CASE, office.application(), replace(PROVINCE, roles=frozenset({role})))
        assert office.counts()["audit"] == before + 1
    assert office.rows("cases") == []
