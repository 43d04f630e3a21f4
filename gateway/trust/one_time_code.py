"""Keyed hashes of short secrets: the one-time code of a notice, and citizen numbers we must find but not keep."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

CODE_DIGITS = 6
SECRET_MIN_BYTES = 16


def keyed_hash(secret: bytes, purpose: str, value: str) -> bytes:
    """32 bytes, HMAC-SHA256. The same value gives another hash for another purpose or secret.

    ValueError if the secret is shorter than 16 bytes, since the values are few enough to be tried out.
    """
    return keyed(secret, b"KYhash", purpose.encode(), value.encode())


def new_code(randbelow: Callable[[int], int]) -> str:
    """Six digits, leading zeros kept; `randbelow` is `secrets.randbelow` outside of tests."""
    return f"{randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def code_hash(secret: bytes, visit_no: str, code: str) -> bytes:
    """What the gateway keeps of a one-time code, 32 bytes, bound to its visit."""
    return keyed(secret, b"KYcode", visit_no.encode(), code.encode())


def matches(expected: bytes, secret: bytes, visit_no: str, code: str) -> bool:
    """Whether a code typed in is the one behind `expected`, compared in constant time."""
    return hmac.compare_digest(expected, code_hash(secret, visit_no, code))


def keyed(secret: bytes, domain: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA256 over the domain and each part with its length, so that no two lists of parts look alike."""
    if len(secret) < SECRET_MIN_BYTES:
        raise ValueError(f"the secret must have at least {SECRET_MIN_BYTES} bytes")
    message = domain + b"\0" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return hmac.new(secret, message, hashlib.sha256).digest()
