"""Rules of fetching what is new, with a scripted platform."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from upstream_province.platform import Province

from gateway.sdk import CaseAccepted, HttpNoAnswer, HttpNotSent, HttpReply, MatterPublished, PluginContext
from gateway.testkit.contexts import FakeHttp, FakeLog, fake_context

Example = Callable[[str], Any]
NOTHING: dict[str, Any] = {"items": [], "cursor": "", "more": False}


def context(*pages: Any) -> PluginContext:
    """A context whose platform answers these pages (or exceptions) one after the other."""
    replies = [page if isinstance(page, Exception | HttpReply) else HttpReply(200, {}, page) for page in pages]
    return fake_context("upstream-province", config={"base_url": "http://province.invalid"}, http=FakeHttp(replies))


def asked(given: PluginContext) -> list[tuple[str, str]]:
    """Path and cursor of each request."""
    assert isinstance(given.http, FakeHttp)
    return [(request.url.rpartition("/")[2], request.params["cursor"]) for request in given.http.requests]


def changed(page: Any, **changes: Any) -> Any:
    """The page with its only record changed."""
    page = copy.deepcopy(page)
    page["items"][0].update(changes)
    return page


def test_catalogue_comes_first(example: Example) -> None:
    """The first page is of matters, with the unit's code translated, and says that there is more."""
    given = context(example("catalogue_page.json"))
    page = Province().pull("", given)
    assert page.more is True
    assert page.events == (
        MatterPublished(
            catalog_code="430131001000",
            task_code="11430922DEPT0000884430131001000",
            task_name="食品经营许可(示例)",
            task_version=1,
            dept_code="11430922DEPT000088",
            dept_name="桃江县市场监督管理局(示例)",
            kinds=("勘查", "检测"),
            by_law="《中华人民共和国食品安全法》第三十五条",
            visit_basis="《中华人民共和国食品安全法》第三十五条",
            anticipate_day=20,
            anticipate_type="working_day",
            promise_day=10,
            promise_type="working_day",
        ),
    )
    assert asked(given) == [("catalogue", "")]


def test_cases_follow_the_catalogue(example: Example) -> None:
    """The page after the catalogue asks on from both cursors and holds the cases."""
    first = Province().pull("", context(example("catalogue_page.json")))
    given = context({**NOTHING, "cursor": "1"}, example("case_page.json"))
    page = Province().pull(first.cursor, given)
    assert asked(given) == [("catalogue", "1"), ("cases", "")]
    assert page.more is False
    assert page.events == (
        CaseAccepted(
            case_no="11430922DEPT0000884430131001000202611230001",
            task_code="11430922DEPT0000884430131001000",
            accepted_at=datetime.fromisoformat("2026-11-23T09:30:00+08:00"),
            party_name="桃江示例竹韵餐饮有限公司",
            party_uscc="91430922MACTJ0017P",
            party_citizen_id="",
            contact_name="示例甲",
            contact_phone="19911110001",
            address="湖南省益阳市桃江县桃花江镇示例路1号",
            dept_phone="19900000001",
        ),
    )
    given = context({**NOTHING, "cursor": "1"}, {**NOTHING, "cursor": "1"})
    assert Province().pull(page.cursor, given).events == ()
    assert asked(given) == [("catalogue", "1"), ("cases", "1")]


def test_natural_person_has_a_citizen_number(example: Example) -> None:
    """A person's number is never taken for an enterprise's code."""
    person = changed(example("case_page.json"), applicant_type="1", applicant_code="430922190001010006")
    (event,) = Province().pull("", context(NOTHING, person)).events
    assert isinstance(event, CaseAccepted)
    assert (event.party_uscc, event.party_citizen_id) == ("", "430922190001010006")


def test_copied_blanks_are_tidied(example: Example) -> None:
    """Line breaks and full-width blanks in an address are no reason to lose a case."""
    case = changed(example("case_page.json"), address="桃花江镇\n示例路 1号 ")
    (event,) = Province().pull("", context(NOTHING, case)).events
    assert isinstance(event, CaseAccepted)
    assert event.address == "桃花江镇 示例路 1号"


@pytest.mark.parametrize(
    "changes",
    [
        {"promise_type": "3"},
        {"promise_type": 1},
        {"anticipate_type": "工作日"},
        {"promise_day": "10"},
        {"promise_day": True},
        {"promise_day": 0},
        {"task_version": None},
        {"task_code": ["x"]},
        {"by_law": ""},
    ],
)
def test_bad_matter_is_kept_beside(example: Example, changes: dict[str, Any]) -> None:
    """A matter with an unknown unit or a wrong field becomes a BadRecord naming the field, and the page goes on."""
    catalogue = example("catalogue_page.json")
    bad = changed(catalogue, **changes)["items"][0]
    page = Province().pull("", context({**catalogue, "items": [bad, *catalogue["items"]], "cursor": "2"}))
    assert len(page.events) == 1
    assert page.bad[0].why.startswith(next(iter(changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"accepted_at": "2026-11-23T09:30:00"},
        {"accepted_at": "昨天"},
        {"applicant_type": "9"},
        {"case_no": "9" * 65},
        {"contact_mobile": 19911110001},
        {"applicant_name": "示\x00例"},
        {"applicant_name": "\ud800"},
    ],
)
def test_bad_case_names_the_field_and_no_value(example: Example, changes: dict[str, Any]) -> None:
    """A case that cannot be read becomes a BadRecord with its number; why names the field and repeats no value."""
    page = Province().pull("", context(NOTHING, changed(example("case_page.json"), **changes)))
    assert page.events == ()
    (bad,) = page.bad
    (field, value) = next(iter(changes.items()))
    assert bad.why.startswith(field)
    assert str(value) not in bad.why
    assert bad.external_id


@pytest.mark.parametrize("item", [None, "case", 7, [], {}, {"case_no": "\ud800"}])
def test_record_of_any_shape_is_survived(item: Any) -> None:
    """Whatever stands in the list, it becomes a BadRecord with a name that can be stored."""
    page = Province().pull("", context(NOTHING, {"items": [item], "cursor": "1", "more": False}))
    assert page.bad[0].external_id.encode()


@pytest.mark.parametrize(
    "answer",
    [
        HttpNotSent("refused"),
        HttpNoAnswer("lost"),
        HttpReply(500, {}, None),
        HttpReply(200, {}, None),
        HttpReply(200, {}, {"items": {}, "cursor": "1", "more": False}),
        HttpReply(200, {}, {"items": [], "cursor": 1, "more": False}),
        HttpReply(200, {}, {"items": [], "cursor": "1"}),
    ],
)
def test_no_page_is_no_empty_page(answer: Any) -> None:
    """Where the platform gave no readable page, pull raises, so that the host keeps its cursor and sees the failure."""
    with pytest.raises((HttpNotSent, HttpNoAnswer)):
        Province().pull("", context(answer))


@pytest.mark.parametrize("cursor", ["x", "[]", '{"catalogue": "1"}', '{"catalogue": 1, "cases": ""}'])
def test_foreign_cursor_starts_over(cursor: str) -> None:
    """A cursor that is not ours is said in the log, and everything is read again: no case is lost."""
    given = context(NOTHING, NOTHING)
    Province().pull(cursor, given)
    assert asked(given) == [("catalogue", ""), ("cases", "")]
    assert isinstance(given.log, FakeLog)
    assert given.log.lines[0][1] == "cursor_unreadable_starting_over"


def test_platform_that_stands_still_is_not_asked_for_ever(example: Example) -> None:
    """A page that says there is more and leaves the cursor where it was ends the round."""
    still = {**example("case_page.json"), "cursor": "", "more": True}
    assert Province().pull("", context(NOTHING, still)).more is False


def test_catalogue_that_stands_still_does_not_stop_cases(example: Example) -> None:
    """Matters that are sent again and again without a new cursor leave the cases reachable."""
    still = {**example("catalogue_page.json"), "cursor": ""}
    page = Province().pull("", context(still, example("case_page.json")))
    assert isinstance(page.events[0], CaseAccepted)


def test_cursor_that_moves_over_nothing_is_carried_along(example: Example) -> None:
    """A catalogue whose cursor is a time moves on while nothing is new, and cases are fetched all the same."""
    given = context({**NOTHING, "cursor": "t2"}, example("case_page.json"))
    page = Province().pull("", given)
    assert asked(given) == [("catalogue", ""), ("cases", "")]
    again = context(NOTHING, NOTHING)
    Province().pull(page.cursor, again)
    assert asked(again)[0] == ("catalogue", "t2")
