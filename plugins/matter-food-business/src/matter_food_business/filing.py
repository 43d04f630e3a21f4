"""When a visit may be filed, and how long the office has."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.sdk import CaseView, Filing, PluginContext, Problem, TimeLimit, Unit

BEIJING = ZoneInfo("Asia/Shanghai")
_UNITS = {
    Unit.WORKING_DAY.value: Unit.WORKING_DAY,
    "工作日": Unit.WORKING_DAY,
    Unit.CALENDAR_DAY.value: Unit.CALENDAR_DAY,
    "自然日": Unit.CALENDAR_DAY,
}


def check_filing(filing: Filing, context: PluginContext) -> list[Problem]:
    """A visit begins and ends on one day, in the office's hours, Beijing time (示例: settings, no rule of law)."""
    opens, closes = int(context.config["opens_hour"]), int(context.config["closes_hour"])
    day = datetime.combine(filing.starts_at.astimezone(BEIJING).date(), time(0), BEIJING)
    if filing.starts_at >= day + timedelta(hours=opens) and filing.ends_at <= day + timedelta(hours=closes):
        return []
    hours = f"同一天 {opens}:00 至 {closes}:00"
    return [Problem("outside_hours", f"勘验应在{hours}之间进行(示例规则),请重新选择时间段。")]


def time_limit(case: CaseView, context: PluginContext) -> TimeLimit:
    """The promised limit as the platform states it.

    Raises:
        ValueError: a unit that is neither working nor calendar days; it is never guessed.
    """
    if case.promise_unit not in _UNITS:
        raise ValueError("unknown unit of the promised limit")
    return TimeLimit(case.promise_value, _UNITS[case.promise_unit])
