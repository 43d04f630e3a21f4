"""The applicant confirms: these people, this matter, now (R15.3). Needs proof of being the applicant; happens once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gateway.domain.access import Principal, Role, writing
from gateway.domain.filing import check_present
from gateway.domain.model import Visit
from gateway.domain.states import CaseEvent, VisitEvent, VisitState
from gateway.errors import CodeLocked, CodeWrong, FieldMissing
from gateway.store import cases, visits
from gateway.store.transaction import Transaction
from gateway.trust.one_time_code import matches
from gateway.trust.proof import Proof, open_proof
from gateway.usecases.fields import names
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import UseCase
from gateway.usecases.views import VisitView, visit_view


@dataclass(frozen=True)
class ConfirmVisit:
    """The proof of a verification, who was ticked as present, and the code of the notice."""

    proof: str
    present: tuple[str, ...]
    one_time_code: str


def prepare(command: ConfirmVisit, _principal: Principal, tools: Tools) -> Proof:
    """The page must rest on a verification not older than the profile allows."""
    names(command.present, "present")
    now = tools.clock.now()
    return open_proof(tools.secret, command.proof, now, timedelta(minutes=tools.profile(now).proof_minutes))


def commit(command: ConfirmVisit, proof: Proof, tx: Transaction, tools: Tools) -> VisitView:
    """Party, presence and state, in this order; a wrong code is counted even though the rest is undone."""
    visit = visits.by_task(tx.connection, proof.task)
    tx.object = visit.visit_no
    _prove_party(command, visit, tx, tools)
    check_present(visit, command.present, tools.profile(visit.starts_at))
    if visit.state is VisitState.FILED:
        # A paper code was shown without a network; showing and confirming become one commit.
        visit = visits.move(tx, visit, VisitEvent.SHOW)
    visit = visits.move(tx, visit, VisitEvent.CONFIRM, confirmed_at=tx.now)
    visits.mark_present(tx, visit.task_id, command.present)
    cases.move(tx, visit.case, CaseEvent.CONFIRMED)
    return visit_view(visits.by_task(tx.connection, visit.task_id))


def _prove_party(command: ConfirmVisit, visit: Visit, tx: Transaction, tools: Tools) -> None:
    """The applicant logged in at 湘易办, or whoever holds the code that went to the registered contact."""
    uscc = visit.case.party.uscc
    if tx.principal.has(Role.PARTY) and uscc and tx.principal.person == uscc:
        return
    if not command.one_time_code:
        raise FieldMissing(field="one_time_code")
    expected, tries = visits.code(tx.connection, visit.task_id)
    most = tools.profile(visit.starts_at).one_time_code_tries
    if tries >= most:
        raise CodeLocked()
    if not matches(expected, tools.secret, visit.visit_no, command.one_time_code.strip()):
        tx.on_refusal.append(lambda: visits.count_wrong_code(tx.connection, visit.task_id))
        raise CodeWrong(left=most - tries - 1)


CONFIRM_VISIT = UseCase(
    "TokenService/ConfirmVisit", writing(Role.PUBLIC, Role.TERMINAL, Role.PARTY), VisitView, prepare, commit, pure=True
)
