"""One-time codes and keyed hashes."""

from __future__ import annotations

import pytest

from gateway.trust.one_time_code import code_hash, keyed_hash, matches, new_code

SECRET = b"0123456789abcdef"


def test_codes_have_six_digits() -> None:
    """Leading zeros are kept and the whole range is asked for."""
    asked: list[int] = []

    def low(bound: int) -> int:
        asked.append(bound)
        return 42

    assert new_code(low) == "000042"
    assert asked == [1_000_000]


def test_a_code_matches_only_its_visit() -> None:
    """The same code for another visit, another code, or another secret does not match."""
    kept = code_hash(SECRET, "TJKY-430922-20261123-0001", "000042")
    assert matches(kept, SECRET, "TJKY-430922-20261123-0001", "000042")
    assert not matches(kept, SECRET, "TJKY-430922-20261123-0002", "000042")
    assert not matches(kept, SECRET, "TJKY-430922-20261123-0001", "000043")
    assert not matches(kept, b"fedcba9876543210", "TJKY-430922-20261123-0001", "000042")


@pytest.mark.parametrize("typed", ["", "42", "\uff10\uff10\uff10\uff10\uff14\uff12", "000042 ", "示例"])
def test_other_spellings_do_not_match(typed: str) -> None:
    """Whatever is typed is compared as it is and never raises."""
    assert not matches(code_hash(SECRET, "v", "000042"), SECRET, "v", typed)


def test_hashes_keep_purposes_and_parts_apart() -> None:
    """No value of one purpose equals a value of another, wherever the border between the parts lies."""
    hashes = {
        keyed_hash(SECRET, "citizen", "x"),
        keyed_hash(SECRET, "citize", "nx"),
        keyed_hash(SECRET, "phone", "x"),
        code_hash(SECRET, "citizen", "x"),
        code_hash(SECRET, "citizen\0", "x"),
    }
    assert len(hashes) == 5
    assert keyed_hash(SECRET, "citizen", "x") in hashes


def test_golden_hash() -> None:
    """Stored hashes must be found again by every later version."""
    assert (
        keyed_hash(SECRET, "citizen", "示例").hex()
        == "550faef933945d48bb38631b3f2e0a710ed9840fb3183a720b2b98bd790c68c6"
    )


def test_a_short_secret_is_refused() -> None:
    """Values few enough to be tried out need a real secret."""
    with pytest.raises(ValueError, match="secret"):
        keyed_hash(b"secret", "citizen", "x")
