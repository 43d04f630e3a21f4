"""
Whether a token proves what it should.

The order is shape → key → signature → key window → time → revocation → party → replay → state (design.md §6), so that
the first reason given is the most basic one. Shape is `token.decode`; `check`, `Revocations.refuse` and `check_party`
follow here, to be called in this order; replay, state and "was it ever minted" need the gateway's tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gateway.clock import beijing, from_unix
from gateway.errors import (
    TokenBadSignature,
    TokenExpired,
    TokenKeyWindow,
    TokenNotYet,
    TokenRevoked,
    TokenUnknownKey,
    TokenWrongParty,
)
from gateway.sdk.crypto import Suite
from gateway.trust.keys import PURPOSE_QR, KeyRecord, Keyring
from gateway.trust.suites import SUITES
from gateway.trust.token import NO_PARTY, Token, party_tag, signed_message


def check(
    token: Token,
    keyring: Keyring,
    issuer: str,
    now: datetime,
    *,
    suites: Mapping[str, Suite] = SUITES,
    skew_s: int = 30,
) -> None:
    """Key, signature, key window and time. `issuer` is ours, `now` aware, `skew_s` what clocks may differ by.

    TokenUnknownKey, TokenBadSignature, TokenKeyWindow, TokenNotYet (`since`) or TokenExpired (`until`).
    """
    record = keyring.get(token.header.kid)
    if record.purpose != PURPOSE_QR or record.issuer != issuer or record.suite not in suites:
        raise TokenUnknownKey(kid=record.kid)
    message = signed_message(issuer, token.header)
    if not suites[record.suite].verify(record.public, token.signature, message):
        raise TokenBadSignature(kid=record.kid)
    check_key_window(token, record)
    check_time(token, now, skew_s)


def check_key_window(token: Token, record: KeyRecord) -> None:
    """TokenKeyWindow unless the token's beginning lies inside the key's signing window."""
    if not record.not_before <= from_unix(token.header.not_before) <= record.not_after:
        raise TokenKeyWindow(kid=record.kid)


def check_time(token: Token, now: datetime, skew_s: int) -> None:
    """TokenNotYet or TokenExpired; valid from `not_before` to just before `expires_at`, give or take the skew."""
    seconds = now.timestamp()
    if seconds < token.header.not_before - skew_s:
        raise TokenNotYet(since=beijing(from_unix(token.header.not_before)))
    if seconds >= token.expires_at + skew_s:
        raise TokenExpired(until=beijing(from_unix(token.expires_at)))


@dataclass(frozen=True)
class Revocations:
    """What was revoked, by decoded fields, never by text: tasks, badges, and single mints as (task, badge, seq)."""

    tasks: frozenset[int] = frozenset()
    badges: frozenset[int] = frozenset()
    mints: frozenset[tuple[int, int, int]] = frozenset()

    def refuse(self, token: Token) -> None:
        """TokenRevoked, with the `scope`, if the token falls under any of them."""
        header = token.header
        if header.task in self.tasks:
            raise TokenRevoked(scope="task")
        if header.badge in self.badges:
            raise TokenRevoked(scope="badge")
        if (header.task, header.badge, header.seq) in self.mints:
            raise TokenRevoked(scope="mint")


def check_party(token: Token, uscc: str | None) -> None:
    """TokenWrongParty if a party is stated and is not the token's; nothing stated or a zero tag proves nothing."""
    tag = token.header.party_tag
    if uscc and tag != NO_PARTY and tag != party_tag(uscc):
        raise TokenWrongParty
