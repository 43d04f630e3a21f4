"""The MAC of a verification page."""

from __future__ import annotations

import string
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import FieldInvalid, PageExpired
from gateway.trust.proof import Proof, open_proof, seal

SECRET = b"0123456789abcdef"
LIFE = timedelta(minutes=15)
ALPHABET = string.ascii_letters + string.digits + "-_"


@pytest.fixture(scope="session")
def proof(now: datetime) -> Proof:
    """A verification made now, with the highest numbers the fields hold."""
    return Proof(2**64 - 1, 2**32 - 1, 2**16 - 1, int(now.timestamp()))


@pytest.mark.parametrize("seconds", [-30, 0, 900])
def test_a_sealed_proof_opens(seconds: int, proof: Proof, now: datetime) -> None:
    """A page is good for 15 minutes, and for a clock 30 seconds behind."""
    text = seal(SECRET, proof)
    assert len(text) == 68
    assert set(text) <= set(ALPHABET)
    assert open_proof(SECRET, text, now + timedelta(seconds=seconds), LIFE) == proof


@pytest.mark.parametrize("seconds", [-31, 901])
def test_an_old_or_future_proof_expired(seconds: int, proof: Proof, now: datetime) -> None:
    """Too old, or from the future: the code has to be scanned again."""
    with pytest.raises(PageExpired):
        open_proof(SECRET, seal(SECRET, proof), now + timedelta(seconds=seconds), LIFE)


@pytest.mark.parametrize("place", range(68))
def test_every_altered_character_is_refused(place: int, proof: Proof, now: datetime) -> None:
    """No character of a proof can change, not even to another spelling of the same bytes."""
    text = seal(SECRET, proof)
    for char in ALPHABET.replace(text[place], ""):
        with pytest.raises(FieldInvalid):
            open_proof(SECRET, text[:place] + char + text[place + 1 :], now, LIFE)


def test_another_secret_opens_nothing(proof: Proof, now: datetime) -> None:
    """A proof of another gateway is not ours, and the error names the field."""
    with pytest.raises(FieldInvalid) as caught:
        open_proof(b"fedcba9876543210", seal(SECRET, proof), now, LIFE)
    assert caught.value.facts["field"] == "proof"


@pytest.mark.parametrize("change", ["{}=", "{} ", " {}", "{}\n", "{}AAAA", ""])
def test_other_spellings_are_refused(change: str, proof: Proof, now: datetime) -> None:
    """Padding, spaces and line ends are not part of a proof."""
    with pytest.raises(FieldInvalid):
        open_proof(SECRET, change.format(seal(SECRET, proof)), now, LIFE)


@given(st.text())
def test_any_text_is_refused(now: datetime, text: str) -> None:
    """Hostile text is not ours, never a traceback."""
    with pytest.raises(FieldInvalid):
        open_proof(SECRET, text, now, LIFE)


def test_sealing_checks_its_input(proof: Proof) -> None:
    """A number out of range or a short secret is a programming error."""
    with pytest.raises(ValueError, match="range"):
        seal(SECRET, Proof(2**64, 0, 0, 0))
    with pytest.raises(ValueError, match="secret"):
        seal(b"short", proof)
