"""Numbers given out one after another inside the business transaction."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.database.dialect import upsert
from gateway.store.tables import counters


def take(connection: sa.Connection, name: str) -> int:
    """The next number of a counter, from 1. The row lock makes the order of commits the order of numbers."""
    row = upsert(
        connection,
        counters,
        {"name": name, "value": 1},
        ("name",),
        {"value": counters.c.value + 1},
        returning=[counters.c.value],
    )
    assert row is not None  # noqa: S101 - an upsert with DO UPDATE always answers a row
    return int(row.value)
