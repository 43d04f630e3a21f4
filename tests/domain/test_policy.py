"""Dated limits: which profile is valid on a day, and what none may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gateway.domain.policy import PolicyProfile, profile_on
from gateway.errors import ConfigInvalid, PolicyMissing


@pytest.mark.parametrize("number", [1, 0, -1])
def test_no_profile_goes_below_the_law(profile: PolicyProfile, number: int) -> None:
    """Fewer than two inspectors cannot even be written down (行政许可法 §34)."""
    with pytest.raises(ConfigInvalid):
        replace(profile, min_inspectors=number)


def test_the_newest_valid_profile_counts(profile: PolicyProfile) -> None:
    """Of several valid ones the one that began last, in whatever order they are given."""
    old = replace(profile, profile="old", valid_from=date(2026, 1, 1), valid_to=None)
    new = replace(profile, profile="new", valid_from=date(2026, 6, 1), valid_to=date(2026, 6, 30))
    for profiles in ((old, new), (new, old)):
        assert profile_on(date(2026, 5, 31), profiles) is old
        assert profile_on(date(2026, 6, 1), profiles) is new
        assert profile_on(date(2026, 6, 30), profiles) is new
        assert profile_on(date(2026, 7, 1), profiles) is old


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2028, 1, 1)])
def test_no_profile_no_visit(profile: PolicyProfile, day: date) -> None:
    """A day without rules refuses; nothing falls back to an expired profile."""
    with pytest.raises(PolicyMissing) as refused:
        profile_on(day, (profile,))
    assert refused.value.facts == {"day": day.isoformat()}
    with pytest.raises(PolicyMissing):
        profile_on(day, ())
