"""The two statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    connection: sa.Connection,
    table: sa.Table,
    values: Mapping[str, Any],
    key: Sequence[str],
    change: Mapping[str, Any] | None,
    returning: Sequence[sa.ColumnElement[Any]] = (),
) -> sa.Row[Any] | None:
    """INSERT … ON CONFLICT (key) DO UPDATE SET change, or DO NOTHING where `change` is None.

    Returns the row of `returning`, or None where nothing was asked or nothing was done.
    """
    if connection.dialect.name == "sqlite":
        lite = sqlite.insert(table).values(**values)
        done: sa.Executable = _conflict(lite, key, change, returning)
    else:
        done = _conflict(postgresql.insert(table).values(**values), key, change, returning)
    rows = connection.execute(done)
    return rows.first() if returning else None


def _conflict(
    statement: sqlite.Insert | postgresql.Insert,
    key: Sequence[str],
    change: Mapping[str, Any] | None,
    returning: Sequence[sa.ColumnElement[Any]],
) -> sa.Executable:
    if change is None:
        settled = statement.on_conflict_do_nothing(index_elements=list(key))
    else:
        settled = statement.on_conflict_do_update(index_elements=list(key), set_=dict(change))
    return settled.returning(*returning) if returning else settled
