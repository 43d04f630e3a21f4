"""When a visit may be filed, and how long the office has."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

from gateway.sdk import CaseView, Filing, PluginContext, Problem, TimeLimit, Unit

BEIJING = ZoneInfo("Asia/Shanghai")
OPENS, CLOSES = time(8, 0), time(18, 0)
"""示例: the hours in which this office visits; no rule of law says so."""

_UNITS = {
    Unit.WORKING_DAY.value: Unit.WORKING_DAY,
    "工作日": Unit.WORKING_DAY,
    Unit.CALENDAR_DAY.value: Unit.CALENDAR_DAY,
    "自然日": Unit.CALENDAR_DAY,
}


def check_filing(filing: Filing, context: PluginContext) -> list[Problem]:
    """A visit begins and ends on one day between 08:00 and 18:00, Beijing time (示例)."""
    starts, ends = filing.starts_at.astimezone(BEIJING), filing.ends_at.astimezone(BEIJING)
    same_day = starts.date() == ends.date()
    if same_day and starts.time() >= OPENS and ends.time() <= CLOSES:
        return []
    return [Problem("outside_hours", "勘验应在同一天 8:00 至 18:00 之间进行(示例规则),请重新选择时间段。")]


def time_limit(case: CaseView, context: PluginContext) -> TimeLimit:
    """The promised limit as the platform states it.

    Raises:
        ValueError: a unit that is neither working nor calendar days; it is never guessed.
    """
    if case.promise_unit not in _UNITS:
        raise ValueError("unknown unit of the promised limit")
    return TimeLimit(case.promise_value, _UNITS[case.promise_unit])
