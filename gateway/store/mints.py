"""The mint log, scans and revocations: what verification online asks and leaves behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gateway.database.dialect import upsert
from gateway.store.ids import new_id
from gateway.store.tables import mints, revocations, scans
from gateway.store.transaction import Transaction


@dataclass(frozen=True)
class Mint:
    """One minting: which visit, whose badge, which key, and from when until when. `form` is paper or screen."""

    task_id: int
    badge: int
    seq: int
    kid: int
    form: str
    not_before: datetime
    expires_at: datetime


def next_seq(connection: sa.Connection, task_id: int, badge: int) -> int:
    """The counter of the next code of this inspector for this visit, from 1."""
    last = sa.select(sa.func.max(mints.c.seq)).where(mints.c.task_id == task_id, mints.c.badge == badge)
    return int(connection.execute(last).scalar() or 0) + 1


def add(tx: Transaction, mint: Mint) -> None:
    """Log a minting in the business transaction: a code that is not here was never ours to give."""
    values = {name: getattr(mint, name) for name in Mint.__dataclass_fields__}
    tx.connection.execute(sa.insert(mints).values(**values, minted_by=tx.principal.identity, minted_at=tx.now))


def exists(connection: sa.Connection, task_id: int, badge: int, seq: int) -> bool:
    """Whether this very code was minted."""
    found = sa.select(mints.c.kid).where(mints.c.task_id == task_id, mints.c.badge == badge, mints.c.seq == seq)
    return connection.execute(found).first() is not None


def revoke_visit(tx: Transaction, task_id: int, until: datetime, reason: str) -> None:
    """Revoke every code of a visit until the last of them has expired anyway."""
    values = {"task_id": task_id, "reason": reason, "until": until, "revoked_at": tx.now}
    upsert(tx.connection, revocations, values, ("task_id",), {"reason": reason})


def revoked(connection: sa.Connection, now: datetime) -> dict[int, str]:
    """The visits whose codes are revoked and might otherwise still be valid, with why."""
    rows = connection.execute(sa.select(revocations).where(revocations.c.until > now))
    return {row.task_id: row.reason for row in rows}


def record_scan(tx: Transaction, code: tuple[int, int, int] | None, scanned_at: datetime, outcome: str) -> None:
    """Write down that somebody verified something. `code` is (task, badge, seq), None for what was not ours."""
    task_id, badge, seq = code or (None, None, None)
    # 64-bit fields of a forged code may not fit the column; such a code names no visit of ours anyway.
    if task_id is not None and task_id >= 2**63:
        task_id = badge = seq = None
    tx.connection.execute(
        sa.insert(scans).values(
            scan_id=new_id(tx.now),
            task_id=task_id,
            badge=badge,
            seq=seq,
            scanned_by=tx.principal.identity,
            outcome=outcome,
            scanned_at=scanned_at,
            recorded_at=tx.now,
        )
    )
