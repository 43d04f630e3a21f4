"""How far each platform was read, and what of it could not be read."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.database.dialect import upsert
from gateway.store.tables import bad_records, cursors
from gateway.store.transaction import Transaction


def cursor(connection: sa.Connection, source: str) -> str:
    """Where to read on; empty means from the beginning."""
    return str(connection.execute(sa.select(cursors.c.cursor).where(cursors.c.source == source)).scalar() or "")


def advance(tx: Transaction, source: str, to: str) -> None:
    """Remember that everything before this cursor is durable here."""
    values = {"source": source, "cursor": to, "moved_at": tx.now}
    upsert(tx.connection, cursors, values, ("source",), {"cursor": to, "moved_at": tx.now})


def keep_bad(tx: Transaction, source: str, external_id: str, why: str) -> None:
    """Keep a record that could not be read, once, for a person."""
    values = {"source": source, "external_id": external_id[:100], "why": why[:300], "first_seen": tx.now}
    upsert(tx.connection, bad_records, values, ("source", "external_id"), None)
