"""One gateway's keys, a code of its and the instant of all tests here; everything frozen, made once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings

from gateway.trust.keys import KeyRecord, Keyring, SigningKey
from gateway.trust.suites import VECTOR_PRIVATE, VECTOR_PUBLIC
from gateway.trust.text import to_url
from gateway.trust.token import Header, Token, mint, party_tag

# A busy machine is no failure of the rule under test.
settings.register_profile("trust", deadline=None)
settings.load_profile("trust")


@pytest.fixture(scope="session")
def now() -> datetime:
    """2026-11-23 09:30 in Beijing."""
    return datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def issuer() -> str:
    """The issuer of all good codes."""
    return "ky.taojiang.gov.cn/test"


@pytest.fixture(scope="session")
def prefix() -> str:
    """The prefix of 29 characters the sizes of tokens.md were measured with."""
    return "https://ky.taojiang.gov.cn/v/"


@pytest.fixture(scope="session")
def party() -> str:
    """A 示例 enterprise; its check character is wrong on purpose."""
    return "91430922MA4L00000X"


@pytest.fixture(scope="session")
def key(now: datetime, issuer: str) -> SigningKey:
    """Key 7: the test key of RFC 8032, for 31 days."""
    record = KeyRecord(7, "ed25519", VECTOR_PUBLIC, now - timedelta(days=1), now + timedelta(days=30), issuer)
    return SigningKey(record, VECTOR_PRIVATE)


@pytest.fixture(scope="session")
def keyring(key: SigningKey) -> Keyring:
    """The ring with that key."""
    return Keyring((key.record,))


@pytest.fixture(scope="session")
def header(now: datetime, party: str) -> Header:
    """A header with a recognisable value in each field, valid for two hours from now."""
    task, badge, seq = 0x0102030405060708, 0x0A0B0C0D, 0x0E0F
    return Header(7, task, badge, seq, party_tag(party), int(now.timestamp()), 7200)


@pytest.fixture(scope="session")
def token(key: SigningKey, header: Header) -> Token:
    """The code of that header."""
    return mint(key, header)


@pytest.fixture(scope="session")
def url(token: Token, prefix: str) -> str:
    """Its text."""
    return to_url(token, prefix)
