"""Makes ids that grow with time, so that growing tables append to their index (performance.md §3)."""

from __future__ import annotations

import secrets
from datetime import datetime


def new_id(now: datetime) -> str:
    """32 hex characters: 48 bits of milliseconds, 80 random bits. Never used where anybody is anonymous."""
    return f"{int(now.timestamp() * 1000):012x}{secrets.token_hex(10)}"


def new_task_id(now: datetime) -> int:
    """A positive 63-bit number for a visit: 43 bits of milliseconds, 20 random bits."""
    return (int(now.timestamp() * 1000) << 20) | secrets.randbits(20)
