"""The inspectors have left: the visit is over, its codes are revoked in the same commit (tokens.md §3.4)."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain.access import Role, require_department, writing
from gateway.domain.filing import codes_gone
from gateway.domain.states import CaseEvent, VisitEvent
from gateway.store import cases, mints, visits
from gateway.store.transaction import Transaction
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import UseCase, nothing
from gateway.usecases.views import VisitView, visit_view


@dataclass(frozen=True)
class FinishVisit:
    """Which visit."""

    visit_no: str


def commit(command: FinishVisit, _prepared: None, tx: Transaction, tools: Tools) -> VisitView:
    """Only a confirmed visit can be finished."""
    visit = visits.by_number(tx.connection, command.visit_no)
    tx.object = visit.visit_no
    require_department(tx.principal, visit.department)
    visit = visits.move(tx, visit, VisitEvent.FINISH, ended_at=tx.now)
    gone = codes_gone(visit.starts_at, visit.ends_at, tools.profile(visit.starts_at))
    mints.revoke_visit(tx, visit.task_id, gone, "finished")
    cases.move(tx, visit.case, CaseEvent.FINISHED)
    return visit_view(visits.by_task(tx.connection, visit.task_id))


FINISH_VISIT = UseCase(
    "VisitService/FinishVisit", writing(Role.INSPECTOR, Role.DEPT_ADMIN), VisitView, nothing, commit, pure=True
)
