"""May these people make this visit at this time?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.domain.filing import check_named_once, check_present, check_staffing, check_window, code_span
from gateway.domain.model import Case, Inspector, Party, Visit
from gateway.domain.policy import PolicyProfile
from gateway.domain.states import CaseState, VisitState
from gateway.errors import (
    InspectorNamedTwice,
    InspectorNotQualified,
    InspectorOfOtherDepartment,
    PersonNotFiled,
    TooFewInspectors,
    TooFewPresent,
    TooManyInspectors,
    WindowInvalid,
)
from gateway.testkit.office import DEPARTMENT, MATTER, OTHER_DEPARTMENT

Person = Callable[..., Inspector]
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("begins", "ends", "good"),
    [
        (1, 4, True),
        (1, 13, True),
        (-1, 1, True),
        (1, 1, False),
        (4, 1, False),
        (1, 14, False),
        (-3, 0, False),
        (-5, -1, False),
    ],
)
def test_windows(starts_at: datetime, profile: PolicyProfile, begins: int, ends: int, good: bool) -> None:  # noqa: FBT001 - a table column
    """A window has a length of at most twelve hours and is not over."""
    window = (starts_at + begins * HOUR, starts_at + ends * HOUR, starts_at, profile)
    if good:
        check_window(*window)
    else:
        with pytest.raises(WindowInvalid):
            check_window(*window)


def test_the_longest_window_is_exact(starts_at: datetime, profile: PolicyProfile) -> None:
    """Twelve hours pass, one second more does not."""
    check_window(starts_at, starts_at + 12 * HOUR, starts_at, profile)
    with pytest.raises(WindowInvalid):
        check_window(starts_at, starts_at + 12 * HOUR + timedelta(seconds=1), starts_at, profile)


def test_named_twice() -> None:
    """Nobody fills two places."""
    check_named_once(["TJ-001", "TJ-002"])
    with pytest.raises(InspectorNamedTwice) as refused:
        check_named_once(["TJ-001", "TJ-002", "TJ-001"])
    assert refused.value.facts == {"inspector": "TJ-001"}


def test_two_qualified_people_of_the_department_pass(
    person: Person, starts_at: datetime, profile: PolicyProfile
) -> None:
    """Two inspectors, with or without a helper."""
    two = [person("TJ-001"), person("TJ-002")]
    check_staffing(two, DEPARTMENT, starts_at, starts_at + HOUR, profile)
    helper = person("TJ-003", helper=True, valid_from=None, valid_to=None)
    check_staffing([*two, helper], DEPARTMENT, starts_at, starts_at + HOUR, profile)


def test_a_helper_never_counts(person: Person, starts_at: datetime, profile: PolicyProfile) -> None:
    """One inspector and two helpers are one too few (R11.2)."""
    people = [person("TJ-001"), person("TJ-002", helper=True), person("TJ-003", helper=True)]
    with pytest.raises(TooFewInspectors) as refused:
        check_staffing(people, DEPARTMENT, starts_at, starts_at + HOUR, profile)
    assert refused.value.facts == {"have": "1", "need": "2"}


def test_too_many(person: Person, starts_at: datetime, profile: PolicyProfile) -> None:
    """More inspectors than the cap are refused (R12.2)."""
    people = [person("TJ-001"), person("TJ-002"), person("TJ-003")]
    with pytest.raises(TooManyInspectors):
        check_staffing(people, DEPARTMENT, starts_at, starts_at + HOUR, profile)


@pytest.mark.parametrize("helper", [False, True])
def test_nobody_of_another_department(
    person: Person,
    starts_at: datetime,
    profile: PolicyProfile,
    helper: bool,  # noqa: FBT001 - a table column
) -> None:
    """Inspectors and helpers alike are the department's own (R11.2)."""
    people = [person("TJ-001"), person("TJ-002"), person("TJ-003", department=OTHER_DEPARTMENT, helper=helper)]
    with pytest.raises(InspectorOfOtherDepartment) as refused:
        check_staffing(people, DEPARTMENT, starts_at, starts_at + HOUR, profile)
    assert refused.value.facts == {"inspector": "TJ-003"}


@pytest.mark.parametrize(
    ("begins", "ends", "good"),
    [
        # The first second of the first day in China is still the day before in UTC.
        ("2026-01-01T00:00+08:00", "2026-01-01T01:00+08:00", True),
        ("2025-12-31T23:30+08:00", "2026-01-01T01:00+08:00", False),
        ("2026-12-31T22:00+08:00", "2026-12-31T23:59+08:00", True),
        ("2026-12-31T22:00+08:00", "2027-01-01T00:30+08:00", False),
    ],
)
def test_certificates_count_days_in_china(
    person: Person,
    profile: PolicyProfile,
    begins: str,
    ends: str,
    good: bool,  # noqa: FBT001 - a table column
) -> None:
    """Valid from the first to the last day, both included, as days are counted in Asia/Shanghai."""
    window = (datetime.fromisoformat(begins).astimezone(UTC), datetime.fromisoformat(ends).astimezone(UTC))
    people = [person("TJ-001"), person("TJ-002")]
    if good:
        check_staffing(people, DEPARTMENT, *window, profile)
    else:
        with pytest.raises(InspectorNotQualified):
            check_staffing(people, DEPARTMENT, *window, profile)


@pytest.mark.parametrize("missing", ["valid_from", "valid_to"])
def test_no_date_is_no_certificate(person: Person, starts_at: datetime, profile: PolicyProfile, missing: str) -> None:
    """An inspector without dates is not qualified."""
    people = [person("TJ-001"), person("TJ-002", **{missing: None})]
    with pytest.raises(InspectorNotQualified):
        check_staffing(people, DEPARTMENT, starts_at, starts_at + HOUR, profile)


def test_the_law_holds_whatever_the_profile_says(person: Person, starts_at: datetime, profile: PolicyProfile) -> None:
    """A profile that was weakened after it was made does not loosen the minimum of the law."""
    object.__setattr__(weak := replace(profile), "min_inspectors", 1)
    with pytest.raises(TooFewInspectors):
        check_staffing([person("TJ-001")], DEPARTMENT, starts_at, starts_at + HOUR, weak)
    with pytest.raises(TooFewPresent):
        check_present(visit_of(person("TJ-001"), starts_at=starts_at), ["TJ-001"], weak)


def test_a_stricter_profile_holds(person: Person, starts_at: datetime, profile: PolicyProfile) -> None:
    """Three where the profile asks for three."""
    strict = replace(profile, min_inspectors=3, max_inspectors_single=4)
    with pytest.raises(TooFewInspectors) as refused:
        check_staffing([person("TJ-001"), person("TJ-002")], DEPARTMENT, starts_at, starts_at + HOUR, strict)
    assert refused.value.facts["need"] == "3"


def test_present(person: Person, starts_at: datetime, profile: PolicyProfile) -> None:
    """Enough filed and qualified people are ticked; a helper, a stranger or a double tick does not make up for one."""
    people = (person("TJ-001"), person("TJ-002"), person("TJ-003", helper=True))
    visit = visit_of(*people, starts_at=starts_at)
    check_present(visit, ["TJ-001", "TJ-002"], profile)
    check_present(visit, ["TJ-001", "TJ-002", "TJ-003"], profile)
    for few in ([], ["TJ-001"], ["TJ-001", "TJ-003"], ["TJ-001", "TJ-001"]):
        with pytest.raises(TooFewPresent):
            check_present(visit, few, profile)
    with pytest.raises(PersonNotFiled):
        check_present(visit, ["TJ-001", "TJ-002", "TJ-009"], profile)


def test_code_span(starts_at: datetime, profile: PolicyProfile) -> None:
    """Codes may be shown from half an hour before to two hours after (domain.md §3.7)."""
    opens, closes = code_span(starts_at, starts_at + HOUR, profile)
    assert (starts_at - opens, closes - starts_at) == (timedelta(minutes=30), timedelta(hours=3))


def visit_of(*people: Inspector, starts_at: datetime) -> Visit:
    """A filed visit of one hour with these people."""
    case = Case(
        case_no="示例-1",
        matter=MATTER,
        party=Party("p", "示例", "91430922MACTJ0017P"),
        contact_name="",
        contact_phone="",
        address="",
        dept_phone="",
        state=CaseState.ASSIGNED,
        version=2,
        accepted_at=starts_at,
        received_at=starts_at,
    )
    return Visit(
        task_id=1,
        visit_no="TJKY-430922-20261123-0001",
        case=case,
        state=VisitState.FILED,
        version=1,
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
        purpose="",
        profile="示例",
        people=people,
    )


def test_certificate_days_are_dates(person: Person) -> None:
    """The fixture's certificate is one calendar year, so that the edges above are edges."""
    assert (person("TJ-001").valid_from, person("TJ-001").valid_to) == (date(2026, 1, 1), date(2026, 12, 31))
