"""Accepted messages, idempotency records and audit rows: written in the transaction they speak of."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from gateway.store.ids import new_id
from gateway.store.tables import audit, idempotency, messages
from gateway.store.transaction import Transaction


@dataclass(frozen=True)
class Settled:
    """How a request with this key ended: `error` is empty and `answer` the reply, or the error's code and its facts."""

    fingerprint: bytes
    error: str
    answer: bytes


def settled(connection: sa.Connection, principal: str, method: str, key: str) -> Settled | None:
    """The record of an earlier request with this key by this caller."""
    query = sa.select(idempotency.c.fingerprint, idempotency.c.error, idempotency.c.answer).where(
        idempotency.c.principal == principal, idempotency.c.method == method, idempotency.c.key == key
    )
    row = connection.execute(query).first()
    return None if row is None else Settled(bytes(row.fingerprint), row.error, bytes(row.answer))


def settle(tx: Transaction, method: str, key: str, record: Settled) -> None:
    """Remember how this request ended, for at least thirty days (C2)."""
    tx.connection.execute(
        sa.insert(idempotency).values(
            principal=tx.principal.identity,
            method=method,
            key=key,
            fingerprint=record.fingerprint,
            error=record.error,
            answer=record.answer,
            created_at=tx.now,
        )
    )


def accept(tx: Transaction, method: str, fingerprint: bytes) -> None:
    """Write down the accepted message."""
    tx.connection.execute(
        sa.insert(messages).values(
            message_id=tx.message_id,
            principal=tx.principal.identity,
            method=method,
            fingerprint=fingerprint,
            received_at=tx.now,
        )
    )


def write_audit(tx: Transaction, method: str, outcome: str) -> None:
    """One row: who did what to which object, how it ended, which states moved. Never personal data."""
    roles = ",".join(sorted(role.value for role in tx.principal.roles))
    tx.connection.execute(
        sa.insert(audit).values(
            audit_id=new_id(tx.now),
            at=tx.now,
            method=method,
            outcome=outcome,
            actor=tx.principal.identity,
            roles=roles,
            object=tx.object[:100],
            changes=tx.changes,
        )
    )
