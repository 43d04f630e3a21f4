"""Rules of the 示例 data: it looks real, checks out, and belongs to nobody."""

from __future__ import annotations

import pytest

from gateway.sandbox.catalogue import DEPARTMENTS, ENTERPRISE, MATTERS, PARTIES

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODES = [*(dept.code for dept in DEPARTMENTS), *(party.code for party in PARTIES if party.kind == ENTERPRISE)]


@pytest.mark.parametrize("code", CODES)
def test_codes_have_their_check_character(code: str) -> None:
    """Every 统一社会信用代码 of the sandbox passes GB 32100-2015."""
    total = sum(ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    assert code[17] == ALPHABET[-total % 31]


def test_everybody_is_marked_as_example() -> None:
    """No department, matter or party can be taken for a real one."""
    names = [dept.name for dept in DEPARTMENTS] + [party.name for party in PARTIES]
    assert all("示例" in name for name in [*names, *(str(matter["task_name"]) for matter in MATTERS)])


def test_both_units_occur() -> None:
    """The catalogue has limits in working days and in calendar days, so that nobody can ignore the unit."""
    assert {matter["promise_type"] for matter in MATTERS} == {"1", "2"}
