"""Everything a use case may be handed; wired once by `gateway.bootstrap`."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from gateway.clock import SHANGHAI, Clock
from gateway.domain.policy import PolicyProfile, profile_on
from gateway.plugin_host.host import PluginHost
from gateway.trust.keys import Keyring, SigningKey


@dataclass(frozen=True)
class Routes:
    """Which plugin serves which direction, and how long a message may take before it is given up."""

    upstream: str
    notifier: str
    result_ttl_hours: float
    notice_ttl_hours: float


@dataclass(frozen=True)
class Tools:
    """What prepare, commit and queries may use. `reading` opens a connection that cannot write."""

    clock: Clock
    reading: sa.Engine
    plugins: PluginHost
    profiles: tuple[PolicyProfile, ...]
    signing_key: SigningKey
    keyring: Keyring
    root_private: bytes = field(repr=False)
    secret: bytes = field(repr=False)
    issuer: str
    url_prefix: str
    report_phone: str
    routes: Routes
    randbelow: Callable[[int], int] = secrets.randbelow

    def profile(self, moment: datetime) -> PolicyProfile:
        """The rules of that day, as the day is counted in China."""
        return profile_on(moment.astimezone(SHANGHAI).date(), self.profiles)
