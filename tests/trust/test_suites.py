"""Ed25519 as a suite."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import GatewayBug
from gateway.trust.suites import SUITES, VECTOR_PRIVATE, VECTOR_PUBLIC, VECTOR_SIGNATURE, Ed25519

ORDER = 2**252 + 27742317777372353535851937790883648493


def test_self_test_passes() -> None:
    """The vector of RFC 8032 holds on this machine."""
    SUITES["ed25519"].self_test()


def test_self_test_finds_a_broken_suite() -> None:
    """A suite that accepts everything fails its self-test."""

    class Yes(Ed25519):
        def verify(self, public: bytes, signature: bytes, message: bytes) -> bool:
            return True

    with pytest.raises(GatewayBug):
        Yes().self_test()


def test_a_new_key_signs_and_verifies() -> None:
    """Generated keys are 32 bytes and give 64-byte signatures that only their public key verifies."""
    suite = Ed25519()
    private = suite.generate()
    signature = suite.sign(private, b"message")
    assert (len(private), len(signature)) == (32, 64)
    assert suite.verify(suite.public(private), signature, b"message")
    assert not suite.verify(VECTOR_PUBLIC, signature, b"message")


def test_a_second_spelling_of_a_signature_is_refused() -> None:
    """S + L proves the same equation, so it must be refused or every code has two signatures."""
    shifted = int.from_bytes(VECTOR_SIGNATURE[32:], "little") + ORDER
    assert not Ed25519().verify(VECTOR_PUBLIC, VECTOR_SIGNATURE[:32] + shifted.to_bytes(32, "little"), b"")


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=40))
def test_verify_never_raises(public: bytes, signature: bytes, message: bytes) -> None:
    """Hostile bytes of any length are simply not a good signature."""
    assert Ed25519().verify(public, signature, message) is False


def test_wrong_lengths_are_no_signature() -> None:
    """One byte more or less is refused on either side."""
    suite = Ed25519()
    assert suite.public(VECTOR_PRIVATE) == VECTOR_PUBLIC
    assert suite.verify(VECTOR_PUBLIC, VECTOR_SIGNATURE, b"")
    assert not suite.verify(VECTOR_PUBLIC[:-1], VECTOR_SIGNATURE, b"")
    assert not suite.verify(VECTOR_PUBLIC, VECTOR_SIGNATURE + b"\0", b"")
