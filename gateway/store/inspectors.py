"""Inspectors and helpers on file."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from gateway.domain.model import Inspector
from gateway.errors import PersonNotFiled
from gateway.store.counters import take
from gateway.store.tables import inspectors
from gateway.store.transaction import Transaction

FIRST_BADGE = 100_000


def find(connection: sa.Connection, inspector_id: str) -> Inspector | None:
    """The person with that number."""
    row = connection.execute(sa.select(inspectors).where(inspectors.c.inspector_id == inspector_id)).first()
    return None if row is None else from_row(row)


def named(connection: sa.Connection, inspector_ids: Sequence[str]) -> tuple[Inspector, ...]:
    """The persons with these numbers, in this order; PersonNotFiled names the first who is missing (R4.2)."""
    rows = connection.execute(sa.select(inspectors).where(inspectors.c.inspector_id.in_(inspector_ids)))
    found = {person.inspector_id: person for person in map(from_row, rows)}
    for inspector_id in inspector_ids:
        if inspector_id not in found:
            raise PersonNotFiled(inspector=inspector_id)
    return tuple(found[inspector_id] for inspector_id in inspector_ids)


def of_department(connection: sa.Connection, department: str) -> Sequence[Inspector]:
    """All persons of a department, by number."""
    rows = sa.select(inspectors).where(inspectors.c.department == department).order_by(inspectors.c.inspector_id)
    return [from_row(row) for row in connection.execute(rows)]


def add(tx: Transaction, person: Inspector) -> Inspector:
    """Put a new person on file; the badge is given here."""
    badge = FIRST_BADGE + take(tx.connection, "badge")
    values = {name: getattr(person, name) for name in Inspector.__dataclass_fields__}
    values.update(badge=badge, filed_by=tx.principal.identity, filed_at=tx.now)
    tx.connection.execute(sa.insert(inspectors).values(**values))
    return Inspector(**{name: values[name] for name in Inspector.__dataclass_fields__})


def from_row(row: sa.Row[tuple[object, ...]]) -> Inspector:
    """A person from a row that has the columns of the table."""
    found = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    return Inspector(**{name: found[name] for name in Inspector.__dataclass_fields__})
