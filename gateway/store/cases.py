"""Cases and their parties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gateway.database.dialect import upsert
from gateway.domain.model import Case, Matter, Party
from gateway.domain.states import CASE, CaseEvent, CaseState, step
from gateway.errors import NotFound, StorageUnavailable
from gateway.store import matters as matter_rows
from gateway.store.ids import new_id
from gateway.store.tables import ENDED_UNDONE, cases, matters, parties, visits
from gateway.store.transaction import Transaction


@dataclass(frozen=True)
class NewCase:
    """What an accepted application brings; the citizen number only as keyed hash and last four."""

    case_no: str
    matter: Matter
    party_name: str
    uscc: str
    citizen_hash: bytes
    citizen_last4: str
    contact_name: str
    contact_phone: str
    address: str
    dept_phone: str
    accepted_at: datetime
    fingerprint: bytes


def get(connection: sa.Connection, case_no: str) -> Case:
    """A case with its matter and party; NotFound if there is none."""
    live = (
        sa.select(visits.c.visit_no)
        .where(visits.c.case_no == cases.c.case_no, sa.text(f"visits.{ENDED_UNDONE}"))
        .scalar_subquery()
    )
    query = (
        sa.select(cases, parties.c.name.label("party_name"), parties.c.uscc, live.label("visit_no"))
        .join(parties, cases.c.party_id == parties.c.party_id)
        .where(cases.c.case_no == case_no)
    )
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(what="办件")
    pinned = sa.select(matters).where(matters.c.task_code == row.task_code, matters.c.version == row.matter_version)
    return _case(row, matter_rows.from_row(connection.execute(pinned).one()))


def fingerprint(connection: sa.Connection, case_no: str) -> bytes | None:
    """What the case was accepted with, None if it is not known."""
    return connection.execute(sa.select(cases.c.fingerprint).where(cases.c.case_no == case_no)).scalar()


def add(tx: Transaction, new: NewCase) -> None:
    """Store a new case and, if need be, its party."""
    party_id = _party(tx, new)
    tx.connection.execute(
        sa.insert(cases).values(
            case_no=new.case_no,
            task_code=new.matter.task_code,
            matter_version=new.matter.version,
            department=new.matter.department,
            party_id=party_id,
            contact_name=new.contact_name,
            contact_phone=new.contact_phone,
            address=new.address,
            dept_phone=new.dept_phone,
            state=CaseState.ACCEPTED.value,
            version=1,
            fingerprint=new.fingerprint,
            accepted_at=new.accepted_at,
            received_at=tx.now,
        )
    )
    tx.changes.append(["case", "", CaseState.ACCEPTED.value])


def move(tx: Transaction, case: Case, event: CaseEvent) -> CaseState:
    """Take the case to its next state; WrongState where the machine says no."""
    after = step(CASE, case.state, event, "办件")
    changed = tx.connection.execute(
        sa.update(cases)
        .where(cases.c.case_no == case.case_no, cases.c.version == case.version)
        .values(state=after.value, version=case.version + 1)
    )
    if changed.rowcount != 1:
        raise StorageUnavailable()
    tx.moved("case", case.state, after)
    return after


def _party(tx: Transaction, new: NewCase) -> str:
    values: dict[str, Any] = {
        "party_id": new_id(tx.now),
        "name": new.party_name,
        "uscc": new.uscc or None,
        "citizen_hash": new.citizen_hash or None,
        "citizen_last4": new.citizen_last4,
        "first_seen": tx.now,
    }
    key = "uscc" if new.uscc else "citizen_hash"
    row = upsert(tx.connection, parties, values, (key,), {"name": new.party_name}, returning=[parties.c.party_id])
    assert row is not None  # noqa: S101 - an upsert with DO UPDATE always answers a row
    return str(row.party_id)


def _case(row: sa.Row[Any], matter: Matter) -> Case:
    return Case(
        case_no=row.case_no,
        matter=matter,
        party=Party(row.party_id, row.party_name, row.uscc or ""),
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
        address=row.address,
        dept_phone=row.dept_phone,
        state=CaseState(row.state),
        version=row.version,
        accepted_at=row.accepted_at,
        received_at=row.received_at,
        visit_no=row.visit_no or "",
    )
