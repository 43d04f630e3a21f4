"""Results of visits, and the files that travel with them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway.domain.states import RESULT, ResultEvent, ResultState, step
from gateway.errors import NotFound, StorageUnavailable
from gateway.sdk.upstream import Attachment
from gateway.store.ids import new_id
from gateway.store.tables import attachments, results
from gateway.store.transaction import Transaction


@dataclass(frozen=True)
class NewResult:
    """A judged result with its report."""

    task_id: int
    checklist_version: str
    answers: Sequence[Mapping[str, str]]
    decision: str
    reasons: Sequence[str]
    opinion: str
    report: Attachment


def add(tx: Transaction, new: NewResult) -> str:
    """Store a result as QUEUED (validated and on its way in the same commit); returns the attachment's id."""
    state = step(RESULT, step(RESULT, ResultState.DRAFT, ResultEvent.VALIDATE, "结果"), ResultEvent.QUEUE, "结果")
    report_id = add_attachment(tx, new.report)
    tx.connection.execute(
        sa.insert(results).values(
            task_id=new.task_id,
            state=state.value,
            version=1,
            checklist_version=new.checklist_version,
            answers=list(new.answers),
            decision=new.decision,
            reasons=list(new.reasons),
            opinion=new.opinion,
            report_id=report_id,
            judged_by=tx.principal.identity,
            judged_at=tx.now,
            receipt="",
        )
    )
    tx.changes.append(["result", "", state.value])
    return report_id


def move(tx: Transaction, task_id: int, event: ResultEvent, receipt: str = "") -> ResultState:
    """Take a result to its next state."""
    row = tx.connection.execute(sa.select(results.c.state, results.c.version).where(results.c.task_id == task_id)).one()
    before = ResultState(row.state)
    after = step(RESULT, before, event, "结果")
    changed = tx.connection.execute(
        sa.update(results)
        .where(results.c.task_id == task_id, results.c.version == row.version)
        .values(state=after.value, version=row.version + 1, receipt=receipt[:100])
    )
    if changed.rowcount != 1:
        raise StorageUnavailable()
    tx.moved("result", before, after)
    return after


def report_of(connection: sa.Connection, task_id: int) -> Attachment:
    """The Word report of a visit; NotFound while there is none."""
    row = connection.execute(sa.select(results.c.report_id).where(results.c.task_id == task_id)).first()
    if row is None:
        raise NotFound(what="评审报告")
    return attachment(connection, row.report_id)


def add_attachment(tx: Transaction, file: Attachment) -> str:
    """Store a file; returns its id."""
    attachment_id = new_id(tx.now)
    values: dict[str, Any] = {
        "attachment_id": attachment_id,
        "name": file.name,
        "media_type": file.media_type,
        "content": file.content,
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }
    tx.connection.execute(sa.insert(attachments).values(**values))
    return attachment_id


def attachment(connection: sa.Connection, attachment_id: str) -> Attachment:
    """A stored file."""
    row = connection.execute(sa.select(attachments).where(attachments.c.attachment_id == attachment_id)).one()
    return Attachment(row.name, row.media_type, bytes(row.content))
