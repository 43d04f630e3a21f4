"""Each way a code can fail to prove what it should, and the order in which it is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.errors import (
    TokenBadSignature,
    TokenExpired,
    TokenKeyWindow,
    TokenMalformed,
    TokenNotYet,
    TokenRefused,
    TokenRevoked,
    TokenUnknownKey,
    TokenWrongParty,
)
from gateway.trust.keys import KeyRecord, Keyring, SigningKey, new_signing_key
from gateway.trust.suites import SUITES
from gateway.trust.token import Header, Token, decode, mint
from gateway.trust.verify import Revocations, check, check_party


def test_a_good_code_passes(token: Token, keyring: Keyring, issuer: str, now: datetime, party: str) -> None:
    """Nothing is said about a code that proves what it should."""
    check(token, keyring, issuer, now)
    Revocations().refuse(token)
    check_party(token, party)


@pytest.mark.parametrize("bit", range(720))
def test_every_flipped_bit_is_refused(bit: int, token: Token, keyring: Keyring, issuer: str, now: datetime) -> None:
    """No single bit of a code can change unnoticed."""
    raw = bytearray(token.raw)
    raw[bit // 8] ^= 1 << bit % 8
    expected = TokenMalformed if bit < 8 else TokenUnknownKey if bit < 16 else TokenBadSignature
    with pytest.raises(expected):
        check(decode(bytes(raw)), keyring, issuer, now)


def test_forged_code(header: Header, keyring: Keyring, issuer: str, now: datetime) -> None:
    """Another key under our kid is a forgery, not an unknown key."""
    forger = new_signing_key(7, issuer, now - timedelta(days=1), now + timedelta(days=1))
    with pytest.raises(TokenBadSignature):
        check(mint(forger, header), keyring, issuer, now)


def test_code_of_another_issuer(header: Header, key: SigningKey, keyring: Keyring, issuer: str, now: datetime) -> None:
    """The same key signing for a test gateway makes no codes for this one."""
    elsewhere = SigningKey(replace(key.record, issuer="ky.example.gov.cn/prod"), key.private)
    token = mint(elsewhere, header)
    with pytest.raises(TokenBadSignature):
        check(token, keyring, issuer, now)
    check(token, Keyring((elsewhere.record,)), "ky.example.gov.cn/prod", now)


@pytest.mark.parametrize("other", [{"kid": 8}, {"purpose": "audit"}, {"issuer": "elsewhere"}, {"suite": "sm2"}])
def test_unknown_key(other: dict[str, str], token: Token, key: SigningKey, issuer: str, now: datetime) -> None:
    """A key of another kid, purpose, issuer or an algorithm not loaded counts as not held."""
    record = replace(key.record, **other)  # type: ignore[arg-type] # one dict for all fields
    with pytest.raises(TokenUnknownKey):
        check(token, Keyring((record,)), issuer, now)


def test_no_trial_verification(token: Token, key: SigningKey, issuer: str, now: datetime) -> None:
    """The right key under another kid does not help."""
    ring = Keyring((replace(key.record, kid=9), replace(key.record, public=bytes(32))))
    with pytest.raises(TokenBadSignature):
        check(token, ring, issuer, now)


@pytest.mark.parametrize(
    ("begin", "end", "error"),
    [(0, 1, None), (-1, 0, None), (1, 2, TokenKeyWindow), (-2, -1, TokenKeyWindow)],
)
def test_key_window(
    begin: int,
    end: int,
    error: type[TokenRefused] | None,
    token: Token,
    key: SigningKey,
    issuer: str,
    now: datetime,
) -> None:
    """A code must begin within its key's signing window, both ends included."""
    record = replace(key.record, not_before=now + timedelta(seconds=begin), not_after=now + timedelta(seconds=end))
    ring = Keyring((record,))
    if error is None:
        check(token, ring, issuer, now)
    else:
        with pytest.raises(error):
            check(token, ring, issuer, now)


@pytest.mark.parametrize(("offset", "error"), [(-31, TokenNotYet), (-30, None), (7229, None), (7230, TokenExpired)])
def test_time_with_skew(
    offset: int,
    error: type[TokenRefused] | None,
    token: Token,
    keyring: Keyring,
    issuer: str,
    now: datetime,
) -> None:
    """A code is valid from its beginning up to its end, give or take 30 seconds."""
    moment = now + timedelta(seconds=offset)
    if error is None:
        check(token, keyring, issuer, moment)
    else:
        with pytest.raises(error):
            check(token, keyring, issuer, moment)


def test_times_are_told_in_beijing(token: Token, keyring: Keyring, issuer: str, now: datetime) -> None:
    """The refusal names the hour the way people here write it."""
    with pytest.raises(TokenNotYet) as early:
        check(token, keyring, issuer, now - timedelta(hours=1))
    with pytest.raises(TokenExpired) as late:
        check(token, keyring, issuer, now + timedelta(hours=3))
    assert early.value.facts == {"since": "2026年11月23日 09:30"}
    assert late.value.facts == {"until": "2026年11月23日 11:30"}


def test_the_most_basic_reason_comes_first(header: Header, key: SigningKey, issuer: str, now: datetime) -> None:
    """A forged, out-of-window and expired code is called forged; an out-of-window and expired one out of window."""
    old = replace(key.record, not_before=now - timedelta(days=9), not_after=now - timedelta(days=8))
    late = now + timedelta(days=1)
    forged = Token(header, bytes(64))
    with pytest.raises(TokenBadSignature):
        check(forged, Keyring((old,)), issuer, late)
    with pytest.raises(TokenKeyWindow):
        check(mint(key, header), Keyring((old,)), issuer, late)


def test_a_plugin_suite_decides_by_the_record(header: Header, issuer: str, now: datetime) -> None:
    """The key record chooses the algorithm; the token has no say."""

    class Toy:
        name = "toy"

        def generate(self) -> bytes:
            return b"k"

        def public(self, private: bytes) -> bytes:
            return private

        def sign(self, private: bytes, message: bytes) -> bytes:
            return bytes([sum(message) % 256]) * 64

        def verify(self, public: bytes, signature: bytes, message: bytes) -> bool:
            return signature == self.sign(public, message)

        def self_test(self) -> None:
            return None

    record = KeyRecord(7, "toy", b"k", now - timedelta(days=1), now + timedelta(days=1), issuer)
    suites = {**SUITES, "toy": Toy()}
    check(mint(SigningKey(record, b"k"), header, suites=suites), Keyring((record,)), issuer, now, suites=suites)


@pytest.mark.parametrize(
    ("revocations", "scope"),
    [
        (Revocations(tasks=frozenset({0x0102030405060708})), "task"),
        (Revocations(badges=frozenset({0x0A0B0C0D})), "badge"),
        (Revocations(mints=frozenset({(0x0102030405060708, 0x0A0B0C0D, 0x0E0F)})), "mint"),
        (
            Revocations(
                tasks=frozenset({1}),
                badges=frozenset({0x0E0F}),
                mints=frozenset({(0x0102030405060708, 0x0A0B0C0D, 1)}),
            ),
            "",
        ),
    ],
)
def test_revocation(revocations: Revocations, scope: str, token: Token) -> None:
    """A task, an inspector or one minting can be revoked, each without touching the others."""
    if not scope:
        revocations.refuse(token)
        return
    with pytest.raises(TokenRevoked) as caught:
        revocations.refuse(token)
    assert caught.value.facts == {"scope": scope}


def test_party(token: Token, header: Header, key: SigningKey, party: str) -> None:
    """Another enterprise is refused; nothing stated, or a code for a natural person, proves nothing against it."""
    with pytest.raises(TokenWrongParty):
        check_party(token, "91430922MA4L11111X")
    for stated in (None, "", party):
        check_party(token, stated)
    check_party(mint(key, replace(header, party_tag=bytes(4))), "91430922MA4L11111X")
