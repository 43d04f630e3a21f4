"""The applicant refuses (R15.3): the visit stops, its codes are revoked, the case may be filed again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from gateway.domain.access import Principal, Role, writing
from gateway.domain.filing import codes_gone
from gateway.domain.states import CaseEvent, VisitEvent
from gateway.errors import FieldMissing
from gateway.store import cases, mints, visits
from gateway.store.transaction import Transaction
from gateway.trust.proof import Proof, open_proof
from gateway.usecases.fields import text
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import UseCase
from gateway.usecases.views import VisitView, visit_view


class RefusalReason(Enum):
    """人员不符, 事项不符, 时间不符, 未出示证件, 超人数, 其他."""

    PEOPLE = "people"
    MATTER = "matter"
    TIME = "time"
    NO_CERTIFICATE = "no_certificate"
    TOO_MANY = "too_many"
    OTHER = "other"


@dataclass(frozen=True)
class RefuseVisit:
    """The proof of a verification, why, and words."""

    proof: str
    reason: RefusalReason
    remark: str


@dataclass(frozen=True)
class Prepared:
    """An opened proof and the remark in its stored form."""

    proof: Proof
    remark: str


def prepare(command: RefuseVisit, _principal: Principal, tools: Tools) -> Prepared:
    """Needs no proof of being the party: whoever stands there may say no."""
    now = tools.clock.now()
    proof = open_proof(tools.secret, command.proof, now, timedelta(minutes=tools.profile(now).proof_minutes))
    remark = text(command.remark, "remark", 200, required=False)
    if command.reason is RefusalReason.OTHER and not remark:
        raise FieldMissing(field="remark")
    return Prepared(proof, remark)


def commit(command: RefuseVisit, prepared: Prepared, tx: Transaction, tools: Tools) -> VisitView:
    """Stop the visit and revoke its codes; the case is free for another filing."""
    visit = visits.by_task(tx.connection, prepared.proof.task)
    tx.object = visit.visit_no
    visit = visits.move(
        tx, visit, VisitEvent.REFUSE, refusal=command.reason.value, remark=prepared.remark, ended_at=tx.now
    )
    gone = codes_gone(visit.starts_at, visit.ends_at, tools.profile(visit.starts_at))
    mints.revoke_visit(tx, visit.task_id, gone, "refused")
    cases.move(tx, visit.case, CaseEvent.VISIT_ENDED)
    return visit_view(visits.by_task(tx.connection, visit.task_id))


REFUSE_VISIT = UseCase(
    "TokenService/RefuseVisit", writing(Role.PUBLIC, Role.TERMINAL, Role.PARTY), VisitView, prepare, commit, pure=True
)
