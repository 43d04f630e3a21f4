"""KY1, the signed content of a code: a 26-byte header and a 64-byte signature, byte by byte."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gateway.errors import TokenMalformed
from gateway.sdk.crypto import Suite
from gateway.trust.keys import PURPOSE_QR, SigningKey
from gateway.trust.suites import SIGNATURE_BYTES, SUITES

# version and type | kid | task | badge | seq | party tag | not before | lifetime (tokens.md §3.1, big-endian)
LAYOUT = struct.Struct(">BBQIH4sIH")
STATIC = 0x10
ROTATING = 0x11
TICK_S = 10
TAG_BYTES = 4
NO_PARTY = bytes(TAG_BYTES)
STATIC_BYTES = LAYOUT.size + SIGNATURE_BYTES


@dataclass(frozen=True)
class Header:
    """What a code says, without personal data.

    `kid` u8, `task` u64, `badge` u32 (inspector), `seq` u16 (minting), `party_tag` 4 bytes, `not_before` u32 UNIX
    seconds, `lifetime_s` 10 to 655350 seconds, carried in steps of 10.
    """

    kid: int
    task: int
    badge: int
    seq: int
    party_tag: bytes
    not_before: int
    lifetime_s: int
    rotating: bool = False

    @property
    def raw(self) -> bytes:
        """The 26 bytes; ValueError if a field is out of range."""
        if len(self.party_tag) != TAG_BYTES or self.lifetime_s < TICK_S:
            raise ValueError("party_tag must be 4 bytes and lifetime_s at least 10")
        kind = ROTATING if self.rotating else STATIC
        names = (self.kid, self.task, self.badge, self.seq, self.party_tag, self.not_before)
        try:
            return LAYOUT.pack(kind, *names, self.lifetime_s // TICK_S)
        except struct.error as error:
            raise ValueError(f"a header field is out of range: {error}") from None


@dataclass(frozen=True)
class Token:
    """A header and its signature; whether the signature is good is for `verify` to say."""

    header: Header
    signature: bytes

    @property
    def raw(self) -> bytes:
        """The 90 bytes of the token."""
        return self.header.raw + self.signature

    @property
    def expires_at(self) -> int:
        """The first UNIX second at which the code is no longer valid."""
        return self.header.not_before + self.header.lifetime_s


def party_tag(uscc: str) -> bytes:
    """4 bytes that bind a code to an enterprise; zero for "" (a natural person). The USCC is in capitals."""
    return hashlib.sha256(b"KY1aud\0" + uscc.encode()).digest()[:TAG_BYTES] if uscc else NO_PARTY


def signed_message(issuer: str, header: Header) -> bytes:
    """The bytes a suite signs. The issuer is bound but not carried, so no other gateway's code verifies here."""
    return b"KY1\0" + issuer.encode() + b"\0" + header.raw


def mint(key: SigningKey, header: Header, *, suites: Mapping[str, Suite] = SUITES) -> Token:
    """A signed token; its lifetime is rounded down to 10 s. ValueError if the key or a field does not fit.

    Choosing a key whose signing window holds `not_before` is the caller's task.
    """
    if header.rotating:
        raise ValueError("rotating tokens are not minted yet")
    if header.kid != key.record.kid or key.record.purpose != PURPOSE_QR:
        raise ValueError("the key is not the one the header names, or not for codes")
    exact = replace(header, lifetime_s=header.lifetime_s // TICK_S * TICK_S)
    return Token(exact, key.sign(signed_message(key.record.issuer, exact), suites))


def decode(raw: bytes) -> Token:
    """The token of 90 bytes; TokenMalformed if it is anything but a static token of version 1."""
    if len(raw) != STATIC_BYTES or raw[0] != STATIC:
        raise TokenMalformed
    _, kid, task, badge, seq, tag, not_before, ticks = LAYOUT.unpack_from(raw)
    if ticks == 0:
        raise TokenMalformed
    return Token(Header(kid, task, badge, seq, tag, not_before, ticks * TICK_S), raw[LAYOUT.size :])
