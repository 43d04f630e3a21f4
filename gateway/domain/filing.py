"""May these people make this visit at this time? The rules of filing (R11.2, R12.2) and of being present (R15.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from gateway.clock import SHANGHAI
from gateway.domain.model import Inspector, Visit
from gateway.domain.policy import HARD_MIN_INSPECTORS, PolicyProfile
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


def check_window(starts_at: datetime, ends_at: datetime, now: datetime, profile: PolicyProfile) -> None:
    """A window has a length, is not longer than the profile allows, and is not over yet."""
    if ends_at <= starts_at:
        raise WindowInvalid(why="结束时间应晚于开始时间")
    if ends_at - starts_at > timedelta(hours=profile.window_max_hours):
        raise WindowInvalid(why=f"时间段不得超过 {profile.window_max_hours} 小时")
    if ends_at <= now:
        raise WindowInvalid(why="时间段已经过去,上门前须先报备")


def check_named_once(inspector_ids: Sequence[str]) -> None:
    """Nobody fills two places."""
    for inspector_id in inspector_ids:
        if inspector_ids.count(inspector_id) > 1:
            raise InspectorNamedTwice(inspector=inspector_id)


def check_staffing(
    people: Sequence[Inspector], department: str, starts_at: datetime, ends_at: datetime, profile: PolicyProfile
) -> None:
    """Own department, qualified on every day of the window, at least the legal minimum, not above the cap.

    Helpers may come along and are counted by neither limit's minimum (Shanghai 条例 §64; 国办发〔2024〕54号).
    """
    for person in people:
        if person.department != department:
            raise InspectorOfOtherDepartment(inspector=person.inspector_id)
    qualified = [person for person in people if not person.helper]
    for person in qualified:
        _check_certificate(person, starts_at, ends_at)
    need = max(profile.min_inspectors, HARD_MIN_INSPECTORS)
    if len(qualified) < need:
        raise TooFewInspectors(have=len(qualified), need=need)
    if len(qualified) > profile.max_inspectors_single:
        raise TooManyInspectors(have=len(qualified), cap=profile.max_inspectors_single)


def _check_certificate(person: Inspector, starts_at: datetime, ends_at: datetime) -> None:
    first, last = starts_at.astimezone(SHANGHAI).date(), ends_at.astimezone(SHANGHAI).date()
    if person.valid_from is None or first < person.valid_from:
        raise InspectorNotQualified(inspector=person.inspector_id, why="执法证尚未生效")
    if person.valid_to is None or last > person.valid_to:
        raise InspectorNotQualified(inspector=person.inspector_id, why="执法证已过期")


def check_present(visit: Visit, present: Iterable[str], profile: PolicyProfile) -> None:
    """Everyone ticked was filed, and enough of them are qualified; below that there is no confirm."""
    ticked = set(present)
    for inspector_id in sorted(ticked):
        if visit.person(inspector_id) is None:
            raise PersonNotFiled(inspector=inspector_id)
    have = sum(1 for person in visit.people if person.inspector_id in ticked and not person.helper)
    need = max(profile.min_inspectors, HARD_MIN_INSPECTORS)
    if have < need:
        raise TooFewPresent(have=have, need=need)


def code_span(starts_at: datetime, ends_at: datetime, profile: PolicyProfile) -> tuple[datetime, datetime]:
    """From when until when codes of this visit may be shown (domain.md §3.7)."""
    opens = starts_at - timedelta(minutes=profile.code_opens_minutes_before)
    closes = ends_at + timedelta(minutes=profile.code_closes_minutes_after)
    return opens, closes


def codes_gone(starts_at: datetime, ends_at: datetime, profile: PolicyProfile) -> datetime:
    """When the last code that can exist has expired: one may be shown in the last second of the span."""
    _opens, closes = code_span(starts_at, ends_at, profile)
    return closes + timedelta(seconds=profile.screen_code_seconds)
