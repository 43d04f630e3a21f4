"""The sealed address of a receipt: which visit, what was said, when; nobody but this gateway can write one."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from gateway.clock import from_unix, unix
from gateway.errors import NotFound
from gateway.trust.one_time_code import keyed

# version | outcome | UNIX seconds, then the visit's number in ASCII, then the MAC.
LAYOUT = struct.Struct(">BBI")
VERSION = 1
DOMAIN = b"KYreceipt"
MAC_BYTES = 32
SEAL_MAX = 200


class Outcome(Enum):
    """已确认, 已拒绝."""

    CONFIRMED = 1
    REFUSED = 2


@dataclass(frozen=True)
class Receipt:
    """What the applicant said about which visit; `at` is aware, to the second. No personal data."""

    visit_no: str
    outcome: Outcome
    at: datetime


def seal(secret: bytes, receipt: Receipt) -> str:
    """URL-safe text without padding, about 85 characters."""
    body = LAYOUT.pack(VERSION, receipt.outcome.value, unix(receipt.at)) + receipt.visit_no.encode("ascii")
    return _spell(body + keyed(secret, DOMAIN, body))


def open_receipt(secret: bytes, text: str) -> Receipt:
    """The receipt behind the text; NotFound if this gateway did not seal it in exactly this spelling."""
    raw = _decoded(text)
    body, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    if len(body) <= LAYOUT.size or not hmac.compare_digest(mac, keyed(secret, DOMAIN, body)) or body[0] != VERSION:
        raise _unknown()
    _, outcome, seconds = LAYOUT.unpack_from(body)
    return Receipt(body[LAYOUT.size :].decode("ascii"), Outcome(outcome), from_unix(seconds))


def _decoded(text: str) -> bytes:
    if len(text) > SEAL_MAX:
        raise _unknown()
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise _unknown() from None
    if _spell(raw) != text:
        raise _unknown()
    return raw


def _spell(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _unknown() -> NotFound:
    return NotFound(what="回执")
