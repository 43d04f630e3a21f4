"""Pulling: the cursor moves only over what is durable, bad records stop nothing, and no fault ends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from gateway.delivery.puller import Puller
from gateway.errors import GatewayBug, GatewayError, Overloaded, PluginSilent, PluginUnavailable, StorageUnavailable
from gateway.sdk import BadRecord, CaseAccepted, MatterPublished, Page
from gateway.testkit.deliveries import Deliveries
from gateway.testkit.office import CASE_NO, MATTER, PARTY, TASK_CODE

PUBLISHED = MatterPublished(
    catalog_code=MATTER.catalog_code,
    task_code=TASK_CODE,
    task_name=MATTER.name,
    task_version=1,
    dept_code=MATTER.department,
    dept_name=MATTER.department_name,
    kinds=MATTER.kinds,
    by_law=MATTER.by_law,
    visit_basis=MATTER.visit_basis,
    anticipate_day=20,
    anticipate_type="working_day",
    promise_day=10,
    promise_type="working_day",
)
ACCEPTED = CaseAccepted(
    case_no=CASE_NO,
    task_code=TASK_CODE,
    accepted_at=datetime.fromisoformat("2026-11-20T08:00:00+00:00"),
    party_name="示例餐饮有限公司",
    party_uscc=PARTY,
    party_citizen_id="",
    contact_name="示例联系人甲",
    contact_phone="13800000001",
    address="桃花江镇示例路 1 号",
    dept_phone="0737-0000001",
)
SECOND = replace(ACCEPTED, case_no="示例-9")


def puller(desk: Deliveries, every_s: float = 3600.0) -> Puller:
    """Of the one platform."""
    return Puller(desk.runner, "province", every_s)


@asynccontextmanager
async def pulling(desk: Deliveries, every_s: float = 3600.0) -> AsyncIterator[Puller]:
    """A puller at work."""
    made = puller(desk, every_s)
    running = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        made.stop()
        await running


def cursor(desk: Deliveries) -> str:
    """Where it stands."""
    return "".join(row["cursor"] for row in desk.office.rows("cursors"))


def bad(desk: Deliveries) -> dict[str, str]:
    """What was kept for a person."""
    return {row["external_id"]: row["why"] for row in desk.office.rows("bad_records")}


def case_numbers(desk: Deliveries) -> list[str]:
    """The cases."""
    return sorted(row["case_no"] for row in desk.office.rows("cases"))


async def test_a_page_is_taken(desk: Deliveries) -> None:
    """Matters and cases in their order, then the cursor; the next question starts there."""
    desk.receiver.pages = [Page((PUBLISHED, ACCEPTED, SECOND), "c1", more=True)]
    assert await puller(desk).pull_page()
    assert (case_numbers(desk), cursor(desk), bad(desk)) == ([CASE_NO, "示例-9"], "c1", {})
    assert not await puller(desk).pull_page()
    assert desk.receiver.cursors == ["", "c1"]


@pytest.mark.parametrize("fault", [StorageUnavailable(), Overloaded(), GatewayBug(), ValueError("a bug")])
async def test_a_fault_in_the_middle(fault: Exception, desk: Deliveries) -> None:
    """The cursor stays; the page comes again, and what was stored already is not stored twice."""
    desk.receiver.pages = [Page((PUBLISHED, ACCEPTED, SECOND), "c1")] * 2
    desk.runner.faults["CaseService/AcceptCase"] = [None, fault]
    with pytest.raises(type(fault)):
        await puller(desk).pull_page()
    assert (cursor(desk), case_numbers(desk), bad(desk)) == ("", [CASE_NO], {})
    await puller(desk).pull_page()
    assert (cursor(desk), case_numbers(desk), bad(desk)) == ("c1", [CASE_NO, "示例-9"], {})
    assert desk.receiver.cursors == ["", ""]


async def test_a_fault_at_the_end(desk: Deliveries) -> None:
    """Everything stored and the cursor not: the page comes again, and there is one case and one notice each."""
    desk.receiver.pages = [Page((PUBLISHED, ACCEPTED, SECOND), "c1")] * 2
    desk.runner.faults["pull"] = [StorageUnavailable()]
    with pytest.raises(StorageUnavailable):
        await puller(desk).pull_page()
    assert (cursor(desk), len(case_numbers(desk))) == ("", 2)
    await puller(desk).pull_page()
    assert (cursor(desk), len(case_numbers(desk)), len(desk.office.rows("outbox"))) == ("c1", 2, 2)


async def test_bad_records_are_kept_once(desk: Deliveries) -> None:
    """What the plugin could not read stays for a person, however often it comes; the rest goes on."""
    page = Page((PUBLISHED, ACCEPTED), "c1", bad=(BadRecord("x-1", "no date"), BadRecord("x-2", "no name")))
    desk.receiver.pages = [page, page]
    for _ in range(2):
        await puller(desk).pull_page()
    assert bad(desk) == {"x-1": "no date", "x-2": "no name"}
    assert (case_numbers(desk), cursor(desk)) == ([CASE_NO], "c1")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"task_code": "没有"}, "MATTER_NOT_FILED"),
        ({"party_uscc": "1"}, "USCC_INVALID"),
        ({"party_uscc": ""}, "FIELD_INVALID"),
        ({"contact_phone": "110"}, "FIELD_INVALID"),
        ({"address": "a\x00b"}, "FIELD_INVALID"),
        ({"accepted_at": datetime.fromisoformat("2026-11-20T08:00:00")}, "FIELD_INVALID"),
        ({"accepted_at": "yesterday"}, "FIELD_INVALID"),
        ({"accepted_at": None}, "FIELD_INVALID"),
        ({"party_name": 5}, "FIELD_INVALID"),
        ({"dept_phone": None}, "FIELD_INVALID"),
    ],
)
async def test_a_refused_record(changes: dict[str, Any], code: str, desk: Deliveries) -> None:
    """What breaks a rule, or is not even of its type, is kept with the reason and stops nothing behind it."""
    refused = replace(ACCEPTED, **changes)
    desk.receiver.pages = [Page((PUBLISHED, refused, SECOND), "c1")]
    await puller(desk).pull_page()
    assert (case_numbers(desk), cursor(desk), list(bad(desk))) == (["示例-9"], "c1", [CASE_NO])
    assert bad(desk)[CASE_NO].startswith(code)


async def test_a_record_with_an_odd_number(desk: Deliveries) -> None:
    """Also where the number itself cannot be stored, the record is kept and the page goes on."""
    odd = [replace(ACCEPTED, case_no=cast("str", value)) for value in ("a\x00b", "c\ud800", 7, "n" * 200)]
    bad_one = BadRecord("d\x00", "why\ud800")
    desk.receiver.pages = [Page((PUBLISHED, *odd, SECOND), "c1", bad=(bad_one,))]
    await puller(desk).pull_page()
    assert sorted(bad(desk)) == sorted(["a b", "c ", "7", "n" * 100, "d "])
    assert (case_numbers(desk), cursor(desk)) == (["示例-9"], "c1")


async def test_a_conflict_is_kept(desk: Deliveries) -> None:
    """The same number with other content is for a person, too."""
    desk.receiver.pages = [Page((PUBLISHED, ACCEPTED, replace(ACCEPTED, address="别处")), "c1")]
    await puller(desk).pull_page()
    assert bad(desk)[CASE_NO].startswith("CONFLICT")
    assert cursor(desk) == "c1"


@pytest.mark.parametrize(
    "fault",
    [
        PluginUnavailable(plugin="x", why="y"),
        PluginSilent(plugin="x", why="y"),
        GatewayBug(),
        sa.exc.OperationalError("SELECT", {}, Exception("gone")),
        RuntimeError("a bug"),
    ],
    ids=lambda fault: type(fault).__name__,
)
async def test_a_platform_that_is_down(fault: Exception, desk: Deliveries) -> None:
    """It is asked again, each failure is told, and nothing is lost."""
    desk.receiver.pages = [cast("Any", fault), cast("Any", fault), Page((PUBLISHED, ACCEPTED), "c1")]
    with capture_logs() as logs:
        async with pulling(desk, every_s=0.01):
            await desk.until(lambda: cursor(desk) == "c1")
    code = fault.code if isinstance(fault, GatewayError) else "INTERNAL"
    assert [entry["code"] for entry in logs if entry["event"] == "pull_failed"] == [code, code]
    assert case_numbers(desk) == [CASE_NO]


async def test_more_is_fetched_at_once(desk: Deliveries) -> None:
    """While there is more, nobody waits; the interval here is an hour."""
    numbers = [f"示例-{number}" for number in range(5)]
    pages = [Page((replace(ACCEPTED, case_no=number),), f"c{number}", more=True) for number in numbers]
    desk.receiver.pages = [Page((PUBLISHED,), "c0", more=True), *pages, Page((), "end")]
    async with pulling(desk):
        await desk.until(lambda: cursor(desk) == "end")
    assert case_numbers(desk) == numbers


async def test_more_without_moving(desk: Deliveries) -> None:
    """A platform that says "more" and stays where it is is asked again after the interval, not at once."""
    stuck = Page((PUBLISHED, ACCEPTED), "", more=True)
    desk.receiver.pages = [stuck] * 1000
    assert not await puller(desk).pull_page()
    async with pulling(desk):
        await desk.until(lambda: len(desk.receiver.cursors) == 2)
        for _ in range(20):
            await desk.office.runner.system("other", lambda _tx: None)
        assert len(desk.receiver.cursors) == 2
    assert case_numbers(desk) == [CASE_NO]


async def test_nothing_new_writes_nothing(desk: Deliveries) -> None:
    """A page without news costs no commit."""
    desk.receiver.pages = [Page((), "c1")]
    await puller(desk).pull_page()
    assert desk.runner.asked == ["pull"]
    await puller(desk).pull_page()
    assert (desk.runner.asked, cursor(desk)) == (["pull"], "c1")


async def test_stop_in_the_middle(desk: Deliveries) -> None:
    """The page under way is finished, no further one begun, though there is more."""
    desk.receiver.pages = [Page((PUBLISHED, ACCEPTED), "c1", more=True), Page((SECOND,), "c2")]
    made = puller(desk)
    running = asyncio.create_task(made.run())
    await desk.until(lambda: desk.receiver.cursors)
    made.stop()
    await running
    assert (cursor(desk), case_numbers(desk)) == ("c1", [CASE_NO])
