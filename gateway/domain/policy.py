"""The dated limits of the rules: every number of the county's text is a field here, never a constant in code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from gateway.errors import ConfigInvalid, PolicyMissing

HARD_MIN_INSPECTORS = 2
"""行政许可法 §34(3): at least two per department. No profile may go below, and expiry does not loosen it."""


@dataclass(frozen=True)
class PolicyProfile:
    """One version of the limits, valid from and to (both days included; `valid_to` None means open).

    Times are in the unit of the field's name. Sources: 桃政发〔2023〕16号 arts. 12, 15, 18; tokens.md §3.4.
    """

    profile: str
    title: str
    valid_from: date
    valid_to: date | None
    min_inspectors: int
    max_inspectors_single: int
    window_max_hours: int
    code_opens_minutes_before: int
    code_closes_minutes_after: int
    screen_code_seconds: int
    paper_code_max_hours: int
    one_time_code_tries: int
    proof_minutes: int

    def __post_init__(self) -> None:
        """Hold the hard rule of the law against the profile."""
        if self.min_inspectors < HARD_MIN_INSPECTORS:
            raise ConfigInvalid(where=self.profile, why="min_inspectors 不得小于 2(行政许可法第三十四条)。")


def profile_on(day: date, profiles: Iterable[PolicyProfile]) -> PolicyProfile:
    """The profile valid on a day; of several, the one that began last. PolicyMissing if there is none."""
    valid = [p for p in profiles if p.valid_from <= day and (p.valid_to is None or day <= p.valid_to)]
    if not valid:
        raise PolicyMissing(day=day.isoformat())
    return max(valid, key=lambda p: p.valid_from)
