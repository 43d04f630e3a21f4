"""The trust bundle: what the root did not sign, has replaced or let lapse is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from gateway.errors import BundleStale, ConfigInvalid
from gateway.trust.bundle import DOMAIN, TrustBundle, read_bundle, sign_bundle
from gateway.trust.keys import SigningKey
from gateway.trust.suites import Ed25519
from gateway.trust.token import Token
from gateway.trust.verify import Revocations, check

ROOT = bytes(range(32))
ROOT_PUBLIC = Ed25519().public(ROOT)


@pytest.fixture(scope="session")
def bundle(key: SigningKey, issuer: str, prefix: str, now: datetime) -> TrustBundle:
    """Version 5, with one key and one revocation of each kind, for 72 hours."""
    revoked = Revocations(frozenset({3, 1, 2}), frozenset({9}), frozenset({(1, 2, 3), (1, 2, 4)}))
    return TrustBundle(5, issuer, prefix, now, now + timedelta(hours=72), (key.record,), revoked)


def resigned(content: object) -> bytes:
    """Any content under a good signature."""
    body = json.dumps(content).encode()
    return Ed25519().sign(ROOT, DOMAIN + body).hex().encode() + b"\n" + body


def test_a_bundle_travels_whole(bundle: TrustBundle, token: Token, now: datetime) -> None:
    """What was signed is what is read, and codes verify against it."""
    data = sign_bundle(ROOT, bundle)
    read = read_bundle(data, ROOT_PUBLIC, now)
    assert read == bundle
    assert sign_bundle(ROOT, read) == data
    check(token, read.keyring, read.issuer, now)


def test_one_content_has_one_spelling(bundle: TrustBundle) -> None:
    """Two servers in two time zones write the same bytes."""
    elsewhere = replace(bundle, issued_at=bundle.issued_at.astimezone(timezone(timedelta(hours=8))))
    assert sign_bundle(ROOT, elsewhere) == sign_bundle(ROOT, bundle)


def test_every_altered_byte_is_refused(bundle: TrustBundle, now: datetime) -> None:
    """No byte can change, neither of the content nor of the signature line."""
    data = sign_bundle(ROOT, bundle)
    for place in range(len(data)):
        altered = bytearray(data)
        altered[place] ^= 0x20
        with pytest.raises(BundleStale):
            read_bundle(bytes(altered), ROOT_PUBLIC, now)


@pytest.mark.parametrize("cut", [b"", b"\n", b"{}"])
def test_other_files_are_no_bundle(cut: bytes, now: datetime) -> None:
    """A file that is no bundle is refused, not a traceback."""
    with pytest.raises(BundleStale):
        read_bundle(cut, ROOT_PUBLIC, now)


def test_additions_are_refused(bundle: TrustBundle, now: datetime) -> None:
    """The signature covers exactly the bytes carried and has one spelling."""
    data = sign_bundle(ROOT, bundle)
    for altered in (data + b"\n", b" " + data, data[:128].upper() + data[128:], data.replace(b"\n", b"\r\n", 1)):
        with pytest.raises(BundleStale):
            read_bundle(altered, ROOT_PUBLIC, now)


@pytest.mark.parametrize("public", [bytes(32), b"", ROOT_PUBLIC[:-1]])
def test_another_root_is_refused(public: bytes, bundle: TrustBundle, now: datetime) -> None:
    """Only the pinned root counts."""
    with pytest.raises(BundleStale):
        read_bundle(sign_bundle(ROOT, bundle), public, now)


def test_a_signature_for_something_else_is_refused(bundle: TrustBundle, now: datetime) -> None:
    """The root's signature over the bare content, without our domain prefix, is not one over a bundle."""
    _, _, body = sign_bundle(ROOT, bundle).partition(b"\n")
    with pytest.raises(BundleStale):
        read_bundle(Ed25519().sign(ROOT, body).hex().encode() + b"\n" + body, ROOT_PUBLIC, now)


def test_roll_back_is_refused(bundle: TrustBundle, now: datetime) -> None:
    """An older version than the last is refused, the same one may be read again."""
    data = sign_bundle(ROOT, bundle)
    read_bundle(data, ROOT_PUBLIC, now, last_version=5)
    with pytest.raises(BundleStale, match="5"):
        read_bundle(data, ROOT_PUBLIC, now, last_version=6)


@pytest.mark.parametrize(("offset", "good"), [(0, True), (72 * 3600, True), (72 * 3600 + 1, False), (-301, False)])
def test_life(offset: int, good: object, bundle: TrustBundle, now: datetime) -> None:
    """A bundle lapses; and a clock before its issue is a wrong clock."""
    moment = now + timedelta(seconds=offset)
    if good:
        read_bundle(sign_bundle(ROOT, bundle), ROOT_PUBLIC, moment)
    else:
        with pytest.raises(BundleStale):
            read_bundle(sign_bundle(ROOT, bundle), ROOT_PUBLIC, moment)


def test_signing_refuses_what_no_terminal_may_hold(bundle: TrustBundle, key: SigningKey, now: datetime) -> None:
    """Life over 72 hours or none, a version that is none, one kid twice."""
    for wrong in (
        replace(bundle, not_after=now + timedelta(hours=72, seconds=1)),
        replace(bundle, not_after=now),
        replace(bundle, version=0),
        replace(bundle, keys=(key.record, key.record)),
    ):
        with pytest.raises(ConfigInvalid):
            sign_bundle(ROOT, wrong)


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"version": "5"},
        {"version": None},
        {"issued_at": "2026-11-23T01:30:00"},
        {"keys": {}},
        {"keys": [1]},
        {"revoked": {"tasks": [], "badges": [], "mints": [], "departments": [1]}},
        {"revoked": {"tasks": [], "badges": [], "mints": [[1, 2]]}},
    ],
)
def test_signed_content_we_do_not_understand_is_refused(
    change: dict[str, object], bundle: TrustBundle, now: datetime
) -> None:
    """An unknown kind of revocation must not be passed over, even with a good signature."""
    content = json.loads(sign_bundle(ROOT, bundle).partition(b"\n")[2])
    assert read_bundle(resigned(content), ROOT_PUBLIC, now) == bundle
    with pytest.raises(BundleStale):
        read_bundle(resigned({**content, **change}), ROOT_PUBLIC, now)


@pytest.mark.parametrize("content", [None, [], "text", 5, {}])
def test_signed_content_of_another_kind_is_refused(content: object, now: datetime) -> None:
    """A good signature over something that is no bundle makes it none."""
    with pytest.raises(BundleStale):
        read_bundle(resigned(content), ROOT_PUBLIC, now)
