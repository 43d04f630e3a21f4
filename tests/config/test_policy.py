"""Policy files become profiles, and none weakens the law."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from gateway.config.policy import PolicyFile, load_profile
from gateway.domain.policy import PolicyProfile

POLICIES = Path(__file__).parents[2] / "configs/policy"


def test_the_historic_profile_is_the_countys_text() -> None:
    """桃政发〔2023〕16号 held from its issue until 2024-12-27, with two inspectors for a single visit (art. 12)."""
    profile = load_profile(POLICIES / "2023-16.yaml")
    assert (profile.valid_from, profile.valid_to) == (date(2023, 12, 29), date(2024, 12, 27))
    assert (profile.min_inspectors, profile.max_inspectors_single) == (2, 2)


def test_the_demo_profile_is_dated() -> None:
    """The demo rests on a dated 示例 profile, not on the lapsed one."""
    profile = load_profile(POLICIES / "demo.yaml")
    assert profile.profile == "示例-2026"
    assert (profile.valid_from, profile.valid_to) == (date(2026, 1, 1), date(2027, 12, 31))


def test_the_file_has_the_fields_of_the_domain() -> None:
    """A limit added to the domain must be added to the file's model, and the other way round."""
    assert list(PolicyFile.model_fields) == [field.name for field in fields(PolicyProfile)]


def test_an_open_end_may_be_left_out(write, good_policy) -> None:
    """A profile without `valid_to` is valid until another begins."""
    assert load_profile(write(good_policy.replace("valid_to: 2026-12-31\n", ""))).valid_to is None


@pytest.mark.parametrize(
    ("old", "new", "place", "why"),
    [
        ("min_inspectors: 2", "min_inspectors: 1", "5:17", "“min_inspectors”不得小于 2(行政许可法第三十四条)。"),
        ("single: 2", "single: 1", "6:24", "“max_inspectors_single”不能小于 min_inspectors。"),
        ("valid_to: 2026", "valid_to: 2025", "4:11", "“valid_to”不能早于 valid_from。"),
        ("2026-12-31", "soon", "4:11", "“valid_to”应为日期,例如 2026-01-01。"),
        ("max_hours: 8", "max_hours: 9", "11:23", "“paper_code_max_hours”不能大于 8。"),
        ("proof_minutes", "prof_minutes", "13:1", "prof_minutes,是否想写“proof_minutes”?"),
        ("title: 示例规则\n", "", "1:1", "缺少必填项“title”。"),
    ],
)
def test_a_wrong_policy_is_refused_with_its_place(old, new, place, why, policy_problems, good_policy) -> None:
    """A policy file is held to its form and to the law, with line and column."""
    assert (place, why) in policy_problems(good_policy.replace(old, new))
