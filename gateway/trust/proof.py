"""The MAC a verification page carries, so that confirming works after a rotating code has moved on (design.md §6)."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.errors import FieldInvalid, PageExpired
from gateway.trust.one_time_code import keyed

# version | task | badge | seq | verified at; with the MAC 51 bytes, so base64 has no spare bits: one spelling.
LAYOUT = struct.Struct(">BQIHI")
VERSION = 1
DOMAIN = b"KYproof"
MAC_BYTES = 32
SKEW = timedelta(seconds=30)


@dataclass(frozen=True)
class Proof:
    """Which minting (`task` u64, `badge` u32, `seq` u16) was verified, and when (`verified_at`, u32 UNIX seconds)."""

    task: int
    badge: int
    seq: int
    verified_at: int


def seal(secret: bytes, proof: Proof) -> str:
    """68 URL-safe characters; ValueError if a field is out of range or the secret shorter than 16 bytes."""
    try:
        body = LAYOUT.pack(VERSION, proof.task, proof.badge, proof.seq, proof.verified_at)
    except struct.error as error:
        raise ValueError(f"a proof field is out of range: {error}") from None
    return base64.urlsafe_b64encode(body + keyed(secret, DOMAIN, body)).decode()


def open_proof(secret: bytes, text: str, now: datetime, max_age: timedelta) -> Proof:
    """The proof behind the text.

    FieldInvalid(field="proof") if this gateway did not seal it, PageExpired if it is older than `max_age` or more than
    30 s ahead of `now`.
    """
    raw = decoded(text)
    body, mac = raw[: LAYOUT.size], raw[LAYOUT.size :]
    if not hmac.compare_digest(mac, keyed(secret, DOMAIN, body)) or body[0] != VERSION:
        raise not_ours()
    proof = Proof(*LAYOUT.unpack(body)[1:])
    age = now.timestamp() - proof.verified_at
    if not -SKEW.total_seconds() <= age <= max_age.total_seconds():
        raise PageExpired
    return proof


def decoded(text: str) -> bytes:
    """The 51 bytes of the only spelling `seal` writes; FieldInvalid otherwise."""
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise not_ours() from None
    if len(raw) != LAYOUT.size + MAC_BYTES or base64.urlsafe_b64encode(raw).decode() != text:
        raise not_ours()
    return raw


def not_ours() -> FieldInvalid:
    """The one answer to every proof that is not ours."""
    return FieldInvalid(field="proof", why="页面凭证无效,请重新扫码")
