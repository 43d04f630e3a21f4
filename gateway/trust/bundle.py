"""The trust bundle: keyring and revocations in one root-signed, monotonic file, so that terminals verify offline."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.errors import BundleStale, ConfigInvalid
from gateway.trust.keys import KeyRecord, Keyring, canonical, record_from_json, record_to_json
from gateway.trust.suites import SIGNATURE_BYTES, Ed25519
from gateway.trust.verify import Revocations

DOMAIN = b"KYbundle1\0"
MAX_LIFE = timedelta(hours=72)
CLOCK_TOLERANCE = timedelta(minutes=5)
ROOT = Ed25519()
"""The root's suite is fixed, as a file cannot be trusted to say how it is to be verified."""


@dataclass(frozen=True)
class TrustBundle:
    """What a verifier needs: `version` grows by each issue, times are aware, life is at most 72 h (tokens.md §3.3)."""

    version: int
    issuer: str
    url_prefix: str
    issued_at: datetime
    not_after: datetime
    keys: tuple[KeyRecord, ...]
    revocations: Revocations

    @property
    def keyring(self) -> Keyring:
        """The keys as the ring `verify.check` takes."""
        return Keyring(self.keys)


def sign_bundle(root_private: bytes, bundle: TrustBundle) -> bytes:
    """A line with the signature in hex, then canonical JSON, which is exactly what was signed.

    ConfigInvalid if its life is not within 72 h, its version is not positive or two keys share a kid.
    """
    if not timedelta(0) < bundle.not_after - bundle.issued_at <= MAX_LIFE:
        raise ConfigInvalid(where="核验资料:", why="有效期应在 72 小时以内。")
    if bundle.version < 1:
        raise ConfigInvalid(where="核验资料:", why="版本号应为正整数。")
    Keyring(bundle.keys)
    body = canonical(to_json(bundle))
    return ROOT.sign(root_private, DOMAIN + body).hex().encode() + b"\n" + body


def read_bundle(data: bytes, root_public: bytes, now: datetime, last_version: int = 0) -> TrustBundle:
    """The bundle, if the root signed these bytes, it is not older than the last one seen and still valid.

    BundleStale (`why`) otherwise, also if `now` lies before its issue by more than 5 minutes: then our clock is wrong,
    perhaps set back to bring an old bundle to life. Reading the same version again is allowed.
    """
    line, _, body = data.partition(b"\n")
    if not ROOT.verify(root_public, signature_of(line), DOMAIN + body):
        raise BundleStale(why="根签名不对")
    try:
        bundle = from_json(json.loads(body))
    except (ValueError, KeyError, TypeError, ConfigInvalid):
        raise BundleStale(why="格式不是本版本所用") from None
    if bundle.version < last_version:
        raise BundleStale(why=f"版本 {bundle.version} 旧于已有的 {last_version}")
    if now > bundle.not_after:
        raise BundleStale(why="已过有效期")
    if now < bundle.issued_at - CLOCK_TOLERANCE:
        raise BundleStale(why="本机时钟早于资料的签发时间")
    return bundle


def signature_of(line: bytes) -> bytes:
    """The 64 bytes of the first line, or none if it is not their one spelling in hex."""
    try:
        signature = bytes.fromhex(line.decode("ascii"))
    except ValueError:
        return b""
    return signature if len(signature) == SIGNATURE_BYTES and signature.hex().encode() == line else b""


def to_json(bundle: TrustBundle) -> dict[str, object]:
    """The bundle as a JSON object; sets become sorted lists."""
    revoked = bundle.revocations
    return {
        "version": bundle.version,
        "issuer": bundle.issuer,
        "url_prefix": bundle.url_prefix,
        "issued_at": bundle.issued_at.astimezone(UTC).isoformat(),
        "not_after": bundle.not_after.astimezone(UTC).isoformat(),
        "keys": [record_to_json(record) for record in bundle.keys],
        "revoked": {
            "tasks": sorted(revoked.tasks),
            "badges": sorted(revoked.badges),
            "mints": sorted(list(mint) for mint in revoked.mints),
        },
    }


def from_json(content: Mapping[str, Any]) -> TrustBundle:
    """The bundle of a JSON object the root signed; ValueError, KeyError, TypeError or ConfigInvalid if it is none."""
    revoked = content["revoked"]
    bundle = TrustBundle(
        version=int(content["version"]),
        issuer=str(content["issuer"]),
        url_prefix=str(content["url_prefix"]),
        issued_at=datetime.fromisoformat(content["issued_at"]),
        not_after=datetime.fromisoformat(content["not_after"]),
        keys=tuple(record_from_json(record) for record in content["keys"]),
        revocations=Revocations(
            tasks=frozenset(int(task) for task in revoked["tasks"]),
            badges=frozenset(int(badge) for badge in revoked["badges"]),
            mints=frozenset((int(task), int(badge), int(seq)) for task, badge, seq in revoked["mints"]),
        ),
    )
    # What this version cannot write back it has not understood: an unknown revocation must not be passed over.
    if to_json(bundle) != content:
        raise ValueError("not a bundle of this version")
    Keyring(bundle.keys)
    return bundle
