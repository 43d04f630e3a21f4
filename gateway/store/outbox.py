"""The outbox: messages in gap-free streams per destination and subject, leased with a fencing token (C3 to C5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from gateway.database.dialect import upsert
from gateway.store.ids import new_id
from gateway.store.tables import Moment, outbox, streams
from gateway.store.transaction import Transaction

PENDING, DELIVERED, PARKED, EXPIRED = "pending", "delivered", "parked", "expired"


@dataclass(frozen=True)
class Draft:
    """A message to somebody; bodies of kind `notice.*` are erased once settled."""

    destination: str
    subject: str
    kind: str
    body: Mapping[str, Any]
    time_to_live: timedelta
    attachment_id: str = ""


@dataclass(frozen=True)
class Leased:
    """The head of a stream, held by us until the lease ends. `in_doubt`: an earlier attempt has no known end."""

    stream_id: str
    fence: int
    destination: str
    subject: str
    delivery_id: str
    seq: int
    kind: str
    body: Mapping[str, Any]
    attachment_id: str
    attempts: int
    in_doubt: bool
    expires_at: datetime


def put(tx: Transaction, draft: Draft) -> str:
    """Append to the stream in the business transaction; returns the delivery id."""
    seq, stream_id, empty = _next_place(tx, draft)
    delivery_id = new_id(tx.now)
    tx.connection.execute(
        sa.insert(outbox).values(
            delivery_id=delivery_id,
            stream_id=stream_id,
            seq=seq,
            message_id=tx.message_id,
            kind=draft.kind,
            body=dict(draft.body),
            attachment_id=draft.attachment_id,
            state=PENDING,
            attempts=0,
            in_doubt=False,
            last_problem="",
            receipt="",
            next_at=tx.now,
            expires_at=tx.now + draft.time_to_live,
            created_at=tx.now,
        )
    )
    if empty:
        tx.connection.execute(sa.update(streams).where(streams.c.stream_id == stream_id).values(due_at=tx.now))
    return delivery_id


def _next_place(tx: Transaction, draft: Draft) -> tuple[int, str, bool]:
    first = {
        "stream_id": new_id(tx.now),
        "destination": draft.destination,
        "subject": draft.subject,
        "next_seq": 1,
        "due_at": None,
        "lease_owner": "",
        "fence": 0,
        "blocked_by": "",
    }
    row = upsert(
        tx.connection,
        streams,
        first,
        ("destination", "subject"),
        {"next_seq": streams.c.next_seq + 1},
        returning=[streams.c.stream_id, streams.c.next_seq, streams.c.due_at, streams.c.blocked_by],
    )
    assert row is not None  # noqa: S101 - an upsert with DO UPDATE always answers a row
    return int(row.next_seq), row.stream_id, row.due_at is None and not row.blocked_by


def lease(tx: Transaction, owner: str, until: datetime, limit: int) -> Sequence[Leased]:
    """Take the heads of streams that are due and free. Each lease raises the fence, so that a late owner is noticed."""
    free = sa.or_(streams.c.lease_until.is_(None), streams.c.lease_until <= tx.now)
    due = (
        sa.select(streams.c.stream_id)
        .where(streams.c.due_at <= tx.now, free)
        .order_by(streams.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = []
    for stream_id in list(tx.connection.execute(due).scalars()):
        tx.connection.execute(
            sa.update(streams)
            .where(streams.c.stream_id == stream_id)
            .values(lease_owner=owner, lease_until=until, fence=streams.c.fence + 1)
        )
        head = _head(tx, stream_id)
        if head is not None:
            taken.append(head)
    return taken


def _head(tx: Transaction, stream_id: str) -> Leased | None:
    row = tx.connection.execute(
        sa.select(outbox, streams.c.fence, streams.c.destination, streams.c.subject)
        .join(streams, streams.c.stream_id == outbox.c.stream_id)
        .where(outbox.c.stream_id == stream_id, outbox.c.state == PENDING)
        .order_by(outbox.c.seq)
        .limit(1)
    ).first()
    if row is None:
        # Due with nothing to carry must not be: let go of it rather than fail every lease from now on.
        idle = {"due_at": None, "lease_owner": "", "lease_until": None}
        tx.connection.execute(sa.update(streams).where(streams.c.stream_id == stream_id).values(**idle))
        return None
    values = {name: getattr(row, name) for name in Leased.__dataclass_fields__}
    tx.connection.execute(
        sa.update(outbox)
        .where(outbox.c.delivery_id == row.delivery_id)
        # In doubt until the answer is stored: after a crash nobody knows whether the receiver has it.
        .values(attempts=outbox.c.attempts + 1, in_doubt=True)
    )
    values["attempts"] = row.attempts + 1
    return Leased(**values)


def settle(tx: Transaction, held: Leased, state: str, *, receipt: str = "", problem: str = "") -> bool:
    """End a delivery for good and let the stream go on (PARKED blocks it). False if the lease was lost meanwhile."""
    if not _still_ours(tx, held):
        return False
    change: dict[str, Any] = {
        "state": state,
        "in_doubt": False,
        "receipt": receipt[:100],
        "last_problem": problem[:300],
        "settled_at": tx.now,
    }
    if held.kind.startswith("notice.") and state in {DELIVERED, EXPIRED}:
        # A notice may hold a one-time code and a telephone number; nobody needs them any more.
        change["body"] = {}
    tx.connection.execute(sa.update(outbox).where(outbox.c.delivery_id == held.delivery_id).values(**change))
    after = (
        sa.select(outbox.c.next_at)
        .where(outbox.c.stream_id == held.stream_id, outbox.c.state == PENDING)
        .order_by(outbox.c.seq)
        .limit(1)
    )
    blocked = state == PARKED
    _release(
        tx,
        held,
        due_at=None if blocked else tx.connection.execute(after).scalar(),
        blocked_by=held.delivery_id if blocked else "",
    )
    return True


def postpone(tx: Transaction, held: Leased, next_at: datetime, *, problem: str, in_doubt: bool) -> bool:
    """Try the same again later. False if the lease was lost meanwhile."""
    if not _still_ours(tx, held):
        return False
    change = {"next_at": next_at, "last_problem": problem[:300], "in_doubt": in_doubt}
    tx.connection.execute(sa.update(outbox).where(outbox.c.delivery_id == held.delivery_id).values(**change))
    _release(tx, held, due_at=next_at, blocked_by="")
    return True


def _still_ours(tx: Transaction, held: Leased) -> bool:
    fence = sa.select(streams.c.fence).where(streams.c.stream_id == held.stream_id).with_for_update()
    return bool(tx.connection.execute(fence).scalar_one() == held.fence)


def _release(tx: Transaction, held: Leased, *, due_at: datetime | None, blocked_by: str) -> None:
    tx.connection.execute(
        sa.update(streams)
        .where(streams.c.stream_id == held.stream_id)
        .values(due_at=due_at, lease_owner="", lease_until=None, blocked_by=blocked_by)
    )


def release_leases(tx: Transaction) -> None:
    """Free every stream; only for a start that knows it is alone (the file lock of SQLite)."""
    held = streams.c.lease_until.is_not(None)
    tx.connection.execute(sa.update(streams).where(held).values(lease_owner="", lease_until=None))


def next_due(connection: sa.Connection) -> datetime | None:
    """When the next stream is due; one that is leased is due again when its lease ends."""
    when = sa.func.coalesce(streams.c.lease_until, streams.c.due_at)
    earliest = sa.select(sa.func.min(when, type_=Moment)).where(streams.c.due_at.is_not(None))
    return connection.execute(earliest).scalar()


def listed(connection: sa.Connection, subject: str, limit: int) -> Sequence[sa.RowMapping]:
    """Deliveries, newest first, without their content."""
    query = sa.select(
        outbox.c.delivery_id,
        streams.c.destination,
        streams.c.subject,
        outbox.c.kind,
        outbox.c.state,
        outbox.c.attempts,
        outbox.c.last_problem,
        outbox.c.next_at,
    ).join(streams, streams.c.stream_id == outbox.c.stream_id)
    if subject:
        query = query.where(streams.c.subject == subject)
    return connection.execute(query.order_by(outbox.c.delivery_id.desc()).limit(limit)).mappings().all()


def balance(connection: sa.Connection) -> tuple[int, int]:
    """(all rows ever accepted by their streams, rows that exist): equal unless something was lost (C4)."""
    accepted = connection.execute(sa.select(sa.func.coalesce(sa.func.sum(streams.c.next_seq), 0))).scalar_one()
    stored = connection.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one()
    return int(accepted), int(stored)
