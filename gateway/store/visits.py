"""Visits, their people, and what was said about them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from gateway.clock import SHANGHAI
from gateway.domain.model import Case, Inspector, Visit
from gateway.domain.states import VISIT, ResultState, VisitEvent, VisitState, step
from gateway.errors import StorageUnavailable, VisitNotFiled
from gateway.store import cases, inspectors
from gateway.store.counters import take
from gateway.store.ids import new_task_id
from gateway.store.tables import inspectors as inspector_rows
from gateway.store.tables import results, visit_people, visits
from gateway.store.transaction import Transaction

COUNTY = "430922"


@dataclass(frozen=True)
class NewVisit:
    """A visit that passed every rule and is about to be filed."""

    case: Case
    people: tuple[Inspector, ...]
    starts_at: datetime
    ends_at: datetime
    purpose: str
    profile: str


def by_number(connection: sa.Connection, visit_no: str) -> Visit:
    """A visit by its number for people; VisitNotFiled if it was never filed (R4.3)."""
    return _get(connection, visits.c.visit_no == visit_no)


def by_task(connection: sa.Connection, task_id: int) -> Visit:
    """A visit by the number that stands in codes; VisitNotFiled if it was never filed (R4.3)."""
    return _get(connection, visits.c.task_id == task_id)


def add(tx: Transaction, new: NewVisit) -> Visit:
    """File a visit. Its number counts the filings of the Chinese day; its one-time code is set by `set_code`."""
    day = tx.now.astimezone(SHANGHAI).strftime("%Y%m%d")
    number = take(tx.connection, f"visit:{day}")
    task_id = new_task_id(tx.now)
    visit_no = f"TJKY-{COUNTY}-{day}-{number:04d}"
    tx.connection.execute(
        sa.insert(visits).values(
            task_id=task_id,
            visit_no=visit_no,
            case_no=new.case.case_no,
            department=new.case.department,
            state=VisitState.FILED.value,
            version=1,
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            purpose=new.purpose,
            profile=new.profile,
            filed_by=tx.principal.identity,
            filed_at=tx.now,
            code_hash=b"",
            code_tries=0,
            refusal="",
            remark="",
        )
    )
    tx.connection.execute(
        sa.insert(visit_people),
        [
            {"task_id": task_id, "inspector_id": person.inspector_id, "place": place}
            for place, person in enumerate(new.people)
        ],
    )
    tx.changes.append(["visit", "", VisitState.FILED.value])
    return by_task(tx.connection, task_id)


def move(tx: Transaction, visit: Visit, event: VisitEvent, **also: Any) -> Visit:
    """Take the visit to its next state and write what else is given; WrongState where the machine says no."""
    after = step(VISIT, visit.state, event, "勘验")
    changed = tx.connection.execute(
        sa.update(visits)
        .where(visits.c.task_id == visit.task_id, visits.c.version == visit.version)
        .values(state=after.value, version=visit.version + 1, **also)
    )
    if changed.rowcount != 1:
        raise StorageUnavailable()
    if after is not visit.state:
        tx.moved("visit", visit.state, after)
    return by_task(tx.connection, visit.task_id)


def set_code(tx: Transaction, task_id: int, code_hash: bytes) -> None:
    """Store the keyed hash of the one-time code and forget earlier tries."""
    change = sa.update(visits).where(visits.c.task_id == task_id).values(code_hash=code_hash, code_tries=0)
    tx.connection.execute(change)


def code(connection: sa.Connection, task_id: int) -> tuple[bytes, int]:
    """The keyed hash of the one-time code and how often it was tried wrongly."""
    row = connection.execute(
        sa.select(visits.c.code_hash, visits.c.code_tries).where(visits.c.task_id == task_id)
    ).one()
    return bytes(row.code_hash), int(row.code_tries)


def count_wrong_code(connection: sa.Connection, task_id: int) -> None:
    """One more wrong try."""
    connection.execute(sa.update(visits).where(visits.c.task_id == task_id).values(code_tries=visits.c.code_tries + 1))


def mark_present(tx: Transaction, task_id: int, present: Collection[str]) -> None:
    """Write down who was ticked as present."""
    here = visit_people.c.inspector_id.in_(list(present))
    tx.connection.execute(sa.update(visit_people).where(visit_people.c.task_id == task_id).values(present=here))


def _get(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Visit:
    query = sa.select(visits, results.c.state.label("result_state")).outerjoin(
        results, results.c.task_id == visits.c.task_id
    )
    row = connection.execute(query.where(which)).first()
    if row is None:
        raise VisitNotFiled()
    people = (
        sa.select(inspector_rows)
        .join(visit_people, visit_people.c.inspector_id == inspector_rows.c.inspector_id)
        .where(visit_people.c.task_id == row.task_id)
        .order_by(visit_people.c.place)
    )
    return Visit(
        task_id=row.task_id,
        visit_no=row.visit_no,
        case=cases.get(connection, row.case_no),
        state=VisitState(row.state),
        version=row.version,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        purpose=row.purpose,
        profile=row.profile,
        people=tuple(inspectors.from_row(person) for person in connection.execute(people)),
        result_state=ResultState(row.result_state) if row.result_state else None,
    )
