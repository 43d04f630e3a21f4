"""Signing keys, the public records verifiers hold of them, and the ring those records form."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gateway.errors import ConfigInvalid, TokenUnknownKey
from gateway.sdk.crypto import Suite
from gateway.trust.suites import SUITES

KID_MAX = 255
PURPOSE_QR = "qr"


@dataclass(frozen=True)
class KeyRecord:
    """What verifiers know of a key; `kid` is 0 to 255 and never reused, the signing window is aware and inclusive.

    ConfigInvalid if the record contradicts itself (tokens.md §3.3).
    """

    kid: int
    suite: str
    public: bytes
    not_before: datetime
    not_after: datetime
    issuer: str
    purpose: str = PURPOSE_QR

    def __post_init__(self) -> None:
        """Refuse a record no verifier could use."""
        if not 0 <= self.kid <= KID_MAX:
            raise key_invalid(self.kid, "kid 应为 0 至 255 的整数")
        if self.not_before.tzinfo is None or self.not_after.tzinfo is None:
            raise key_invalid(self.kid, "时间应带时区")
        if self.not_after <= self.not_before:
            raise key_invalid(self.kid, "签发期的结束应晚于开始")


@dataclass(frozen=True)
class SigningKey:
    """A key record with its private half, which no repr shows."""

    record: KeyRecord
    private: bytes = field(repr=False)

    def sign(self, message: bytes, suites: Mapping[str, Suite] = SUITES) -> bytes:
        """64 bytes by the suite of the record; ConfigInvalid if that suite is not loaded."""
        return suite_of(self.record.kid, self.record.suite, suites).sign(self.private, message)


@dataclass(frozen=True)
class Keyring:
    """The pinned public keys of a verifier, found by kid alone: one candidate, no trial verification."""

    records: tuple[KeyRecord, ...]

    def __post_init__(self) -> None:
        """ConfigInvalid if two records share a kid."""
        seen: set[int] = set()
        for record in self.records:
            if record.kid in seen:
                raise key_invalid(record.kid, "kid 重复")
            seen.add(record.kid)

    def get(self, kid: int) -> KeyRecord:
        """The record of a kid; TokenUnknownKey if there is none."""
        for record in self.records:
            if record.kid == kid:
                return record
        raise TokenUnknownKey(kid=kid)


def key_invalid(kid: object, why: str) -> ConfigInvalid:
    """The error of a key record an operator must correct."""
    return ConfigInvalid(where=f"密钥 {kid}:", why=f"{why}。")


def suite_of(kid: int, name: str, suites: Mapping[str, Suite]) -> Suite:
    """The suite a key record names; ConfigInvalid if it is not loaded."""
    if name not in suites:
        raise key_invalid(kid, "所用的签名算法没有加载")
    return suites[name]


def new_signing_key(
    kid: int,
    issuer: str,
    not_before: datetime,
    not_after: datetime,
    suite: str = "ed25519",
    *,
    suites: Mapping[str, Suite] = SUITES,
) -> SigningKey:
    """A fresh key for codes; ConfigInvalid if its suite is not loaded or the record contradicts itself."""
    maker = suite_of(kid, suite, suites)
    private = maker.generate()
    return SigningKey(KeyRecord(kid, suite, maker.public(private), not_before, not_after, issuer), private)


def dump_signing_key(key: SigningKey) -> bytes:
    """The key as JSON with its private half in base64. Not sealed: whoever reads it can sign."""
    return canonical({**record_to_json(key.record), "private": base64.b64encode(key.private).decode()})


def load_signing_key(data: bytes, *, suites: Mapping[str, Suite] = SUITES) -> SigningKey:
    """The key `dump_signing_key` wrote; ConfigInvalid (which never quotes it) if it is anything else."""
    try:
        content = json.loads(data)
        private = base64.b64decode(content.pop("private"), validate=True)
        record = record_from_json(content)
        fits = suite_of(record.kid, record.suite, suites).public(private) == record.public
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise key_invalid("文件", "内容不是签名密钥") from None
    if not fits:
        raise key_invalid(record.kid, "公钥与私钥不是一对")
    return SigningKey(record, private)


def record_to_json(record: KeyRecord) -> dict[str, object]:
    """The record as a JSON object: public key in base64, times in RFC 3339 UTC."""
    return {
        "kid": record.kid,
        "suite": record.suite,
        "public": base64.b64encode(record.public).decode(),
        "not_before": record.not_before.astimezone(UTC).isoformat(),
        "not_after": record.not_after.astimezone(UTC).isoformat(),
        "issuer": record.issuer,
        "purpose": record.purpose,
    }


def record_from_json(content: Mapping[str, object]) -> KeyRecord:
    """The record of `record_to_json`; ValueError, KeyError or TypeError if it is anything else."""
    texts = {name: content[name] for name in ("suite", "issuer", "purpose", "public", "not_before", "not_after")}
    kid = content["kid"]
    if set(content) != {*texts, "kid"} or type(kid) is not int or not all(type(t) is str for t in texts.values()):
        raise ValueError("not a key record")
    words = {name: str(text) for name, text in texts.items()}
    return KeyRecord(
        kid=kid,
        suite=words["suite"],
        public=base64.b64decode(words["public"], validate=True),
        not_before=datetime.fromisoformat(words["not_before"]),
        not_after=datetime.fromisoformat(words["not_after"]),
        issuer=words["issuer"],
        purpose=words["purpose"],
    )


def canonical(content: Mapping[str, object]) -> bytes:
    """JSON in its one spelling here: sorted names, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
