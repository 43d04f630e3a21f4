"""The keys and revocations a terminal needs to verify offline, signed by the root (design.md §6)."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from gateway.clock import unix
from gateway.domain.access import Principal, Role, reading
from gateway.store import mints
from gateway.trust.bundle import TrustBundle, sign_bundle
from gateway.trust.verify import Revocations
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import Query

LIFE = timedelta(hours=72)


def run(_command: None, _principal: Principal, connection: sa.Connection, tools: Tools) -> bytes:
    """A fresh bundle. Its version is the time in seconds: monotonic as long as the gateway's clock is."""
    now = tools.clock.now().replace(microsecond=0)
    tasks = frozenset(mints.revoked(connection, now))
    bundle = TrustBundle(
        version=unix(now),
        issuer=tools.issuer,
        url_prefix=tools.url_prefix,
        issued_at=now,
        not_after=now + LIFE,
        keys=tools.keyring.records,
        revocations=Revocations(tasks=tasks, badges=frozenset(), mints=frozenset()),
    )
    return sign_bundle(tools.root_private, bundle)


GET_TRUST_BUNDLE = Query("TokenService/GetTrustBundle", reading(Role.TERMINAL, Role.PLATFORM, Role.CENTRE), run)
