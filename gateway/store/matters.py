"""Matters: every version that came from the province is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from gateway.database.dialect import upsert
from gateway.domain.model import Matter
from gateway.errors import MatterNotFiled
from gateway.store.tables import matters


def current(connection: sa.Connection, task_code: str) -> Matter:
    """The newest version of a matter; MatterNotFiled if the province never published it (R4.1)."""
    rows = sa.select(matters).where(matters.c.task_code == task_code).order_by(matters.c.version.desc()).limit(1)
    row = connection.execute(rows).first()
    if row is None:
        raise MatterNotFiled(matter=task_code)
    return from_row(row)


def listed(connection: sa.Connection) -> Sequence[Matter]:
    """The newest version of every matter, by code."""
    newest = sa.select(matters.c.task_code, sa.func.max(matters.c.version).label("version")).group_by(
        matters.c.task_code
    )
    latest = newest.subquery()
    rows = sa.select(matters).join(
        latest, (matters.c.task_code == latest.c.task_code) & (matters.c.version == latest.c.version)
    )
    return [from_row(row) for row in connection.execute(rows.order_by(matters.c.task_code))]


def put(connection: sa.Connection, matter: Matter, now: datetime) -> bool:
    """Store a version; False if that version was there already."""
    values = {name: getattr(matter, name) for name in Matter.__dataclass_fields__}
    values["kinds"] = list(matter.kinds)
    row = upsert(
        connection,
        matters,
        {**values, "synced_at": now},
        ("task_code", "version"),
        None,
        returning=[matters.c.version],
    )
    return row is not None


def from_row(row: sa.Row[tuple[object, ...]]) -> Matter:
    """A matter from a row that has the columns of the table."""
    found = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    found["kinds"] = tuple(found["kinds"])
    return Matter(**{name: found[name] for name in Matter.__dataclass_fields__})
