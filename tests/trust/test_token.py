"""KY1 byte by byte."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.errors import TokenMalformed
from gateway.trust.keys import SigningKey
from gateway.trust.token import Header, Token, decode, mint, party_tag, signed_message

# version and type, kid, task, badge, seq, party tag, 2026-11-23T01:30:00Z, 720 times 10 s
GOLDEN_HEADER = bytes.fromhex("10 07 0102030405060708 0a0b0c0d 0e0f be45af97 6b039718 02d0")
GOLDEN_SIGNATURE = bytes.fromhex(
    "455cf51fc231211726bdba23945e12ccba5d75a991b3d18a68392ba3d9324682"
    "43d08a125ffae784bf80c64fe879d2d9421b885445874e587b9b01ed0a66ed09"
)


def test_golden_bytes(token: Token) -> None:
    """The 90 bytes of a known key and header never change: printed codes must stay readable."""
    assert token.raw == GOLDEN_HEADER + GOLDEN_SIGNATURE
    assert len(token.raw) == 90


def test_golden_message(header: Header, issuer: str) -> None:
    """The signature covers the format, the issuer that is not carried, and the whole header."""
    assert signed_message(issuer, header) == b"KY1\0ky.taojiang.gov.cn/test\0" + GOLDEN_HEADER


def test_decode_reads_every_field(token: Token) -> None:
    """Decoding gives back what was minted."""
    assert decode(GOLDEN_HEADER + GOLDEN_SIGNATURE) == token
    assert token.expires_at == token.header.not_before + 7200


def test_party_tag_is_the_start_of_a_hash() -> None:
    """The tag is SHA-256 over a prefix and the USCC, and zero for a natural person."""
    assert party_tag("91430922MA4L00000X").hex() == "be45af97"
    assert party_tag("") == bytes(4)


@pytest.mark.parametrize("length", [0, 1, 26, 64, 89, 91, 102, 180])
def test_other_lengths_are_malformed(length: int, token: Token) -> None:
    """Only 90 bytes are a token, KY1R's 102 not yet."""
    with pytest.raises(TokenMalformed):
        decode((token.raw * 2)[:length])


@pytest.mark.parametrize("first", [b for b in range(256) if b != 0x10])
def test_other_versions_and_types_are_malformed(first: int, token: Token) -> None:
    """Any first byte but version 1, type static is refused."""
    with pytest.raises(TokenMalformed):
        decode(bytes([first]) + token.raw[1:])


def test_lifetime_of_zero_is_malformed(token: Token) -> None:
    """A token that is never valid was not made by us."""
    with pytest.raises(TokenMalformed):
        decode(token.raw[:24] + b"\0\0" + token.raw[26:])


def test_lifetime_is_rounded_down(key: SigningKey, header: Header) -> None:
    """A code never lives longer than asked for, and the minted header says what is signed."""
    token = mint(key, replace(header, lifetime_s=119))
    assert token.header.lifetime_s == 110
    assert decode(token.raw) == token


@pytest.mark.parametrize(
    "wrong",
    [
        {"kid": 8},
        {"task": 1 << 64},
        {"task": -1},
        {"badge": 1 << 32},
        {"seq": 1 << 16},
        {"party_tag": b"abc"},
        {"not_before": 1 << 32},
        {"lifetime_s": 9},
        {"lifetime_s": 655360},
        {"rotating": True},
    ],
)
def test_minting_checks_its_input(wrong: dict[str, object], key: SigningKey, header: Header) -> None:
    """A field out of range, or another key's number, is a programming error and never a wrong code."""
    with pytest.raises(ValueError):  # noqa: PT011 - the field differs from case to case
        mint(key, replace(header, **wrong))  # type: ignore[arg-type] # one dict for all fields


def test_minting_wants_a_key_for_codes(key: SigningKey, header: Header) -> None:
    """A key made for something else signs no codes."""
    other = SigningKey(replace(key.record, purpose="audit"), key.private)
    with pytest.raises(ValueError, match="not for codes"):
        mint(other, header)
