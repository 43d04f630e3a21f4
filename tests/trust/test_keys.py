"""Key records, the ring and the key file."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.errors import ConfigInvalid, TokenUnknownKey
from gateway.trust.keys import Keyring, SigningKey, dump_signing_key, load_signing_key, new_signing_key


def test_new_key_survives_its_file(now: datetime, issuer: str) -> None:
    """What is written is what is read."""
    key = new_signing_key(3, issuer, now, now + timedelta(days=30))
    assert load_signing_key(dump_signing_key(key)) == key


def test_repr_hides_the_private_half(key: SigningKey) -> None:
    """A key in a log line gives nothing away."""
    assert "private" not in repr(key)
    assert repr(key.private) not in repr(key)


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"null", b"\xff", b'{"private": 5}', b"[" * 100_000])
def test_other_files_are_no_keys(data: bytes) -> None:
    """A file that is not a key is a configuration error, not a traceback."""
    with pytest.raises(ConfigInvalid):
        load_signing_key(data)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kid", 256),
        ("kid", True),
        ("kid", "7"),
        ("suite", "none"),
        ("public", "AAAA"),
        ("private", "AAAA"),
        ("not_before", "2026-11-23T00:00:00"),
        ("not_after", "2020-01-01T00:00:00+00:00"),
        ("extra", 1),
    ],
)
def test_an_altered_key_file_is_refused(name: str, value: object, key: SigningKey) -> None:
    """No field may be off, and the error never quotes the private half."""
    content = {**json.loads(dump_signing_key(key)), name: value}
    with pytest.raises(ConfigInvalid) as caught:
        load_signing_key(json.dumps(content).encode())
    assert json.loads(dump_signing_key(key))["private"] not in str(caught.value.facts)


def test_ring_finds_by_kid(keyring: Keyring, key: SigningKey) -> None:
    """One kid, one candidate; an unknown kid is refused."""
    assert keyring.get(7) is key.record
    with pytest.raises(TokenUnknownKey):
        keyring.get(8)


def test_ring_refuses_a_kid_twice(key: SigningKey) -> None:
    """A kid is never reused, so two records of one kid are a mistake."""
    with pytest.raises(ConfigInvalid):
        Keyring((key.record, replace(key.record, issuer="other")))


def test_signing_needs_the_suite(key: SigningKey) -> None:
    """A key whose algorithm is not loaded signs nothing."""
    with pytest.raises(ConfigInvalid):
        key.sign(b"message", suites={})
