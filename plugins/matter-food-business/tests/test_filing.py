"""When a visit may be filed, and the promised limit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.sdk import CaseView, Filing, MatterRules, PluginContext, TimeLimit, Unit
from gateway.testkit.contexts import fake_context

BEIJING = ZoneInfo("Asia/Shanghai")


def window(case: CaseView, starts: tuple[int, ...], ends: tuple[int, ...]) -> Filing:
    """A filing from (day, hour, minute) to (day, hour, minute) of November 2026."""
    return Filing(case, moment(*starts), moment(*ends), ())


def moment(day: int, hour: int, minute: int) -> datetime:
    """That time in November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=BEIJING)


@pytest.mark.parametrize(("starts", "ends"), [((23, 8, 0), (23, 18, 0)), ((23, 9, 30), (23, 11, 0))])
def test_a_visit_in_office_hours_may_be_filed(
    rules: MatterRules, case: CaseView, context: PluginContext, starts: tuple[int, ...], ends: tuple[int, ...]
) -> None:
    """Both limits belong to the hours."""
    assert rules.check_filing(window(case, starts, ends), context) == []


@pytest.mark.parametrize(
    ("starts", "ends"), [((23, 7, 59), (23, 9, 0)), ((23, 17, 0), (23, 18, 1)), ((23, 9, 0), (24, 10, 0))]
)
def test_a_visit_outside_is_a_problem(
    rules: MatterRules, case: CaseView, context: PluginContext, starts: tuple[int, ...], ends: tuple[int, ...]
) -> None:
    """Too early, too late and overnight each give one problem that says what to do."""
    (problem,) = rules.check_filing(window(case, starts, ends), context)

    assert problem.code == "outside_hours"
    assert "请重新选择" in problem.message


def test_the_hours_are_settings(rules: MatterRules, case: CaseView) -> None:
    """An office that works round the clock says so in its settings; a visit still ends on the day it began."""
    context = fake_context("matter-food-business", config={"opens_hour": 0, "closes_hour": 24})

    assert rules.check_filing(window(case, (23, 23, 0), (24, 0, 0)), context) == []
    assert len(rules.check_filing(window(case, (23, 23, 0), (24, 0, 1)), context)) == 1


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("working_day", Unit.WORKING_DAY), ("calendar_day", Unit.CALENDAR_DAY), ("自然日", Unit.CALENDAR_DAY)],
)
def test_the_limit_is_the_promised_one(
    rules: MatterRules, case: CaseView, context: PluginContext, unit: str, expected: Unit
) -> None:
    """Value and unit come from the case."""
    assert rules.time_limit(replace(case, promise_value=7, promise_unit=unit), context) == TimeLimit(7, expected)


def test_an_unknown_unit_is_never_guessed(rules: MatterRules, case: CaseView, context: PluginContext) -> None:
    """A plain 日 is settled by the platform, not here."""
    with pytest.raises(ValueError, match="unknown unit"):
        rules.time_limit(replace(case, promise_unit="日"), context)
