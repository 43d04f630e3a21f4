"""A profile, people and a visit to hold the rules against; everything frozen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from gateway.domain.model import Inspector
from gateway.domain.policy import PolicyProfile
from gateway.testkit.office import DEPARTMENT, PROFILE


@pytest.fixture
def profile() -> PolicyProfile:
    """Two to two inspectors, windows of at most 12 hours."""
    return PROFILE


@pytest.fixture
def starts_at() -> datetime:
    """2026-11-23 10:30 in China."""
    return datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


@pytest.fixture
def person() -> Callable[..., Inspector]:
    """`person("TJ-001", helper=True, …)`: qualified for 2026 unless changed."""

    def make(inspector_id: str, **changes: Any) -> Inspector:
        given: dict[str, Any] = {
            "inspector_id": inspector_id,
            "badge": int(inspector_id[-3:]),
            "name": "示例人员",
            "department": DEPARTMENT,
            "certificate_no": "43092200001",
            "valid_from": date(2026, 1, 1),
            "valid_to": date(2026, 12, 31),
            "helper": False,
        }
        return Inspector(**(given | changes))

    return make
