"""The state machines of Case, Visit and Result (design.md §3): which event leads from where to where."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from gateway.errors import WrongState


class CaseState(Enum):
    """办件."""

    ACCEPTED = "ACCEPTED"
    ASSIGNED = "ASSIGNED"
    IN_VISIT = "IN_VISIT"
    RESULT_PENDING = "RESULT_PENDING"
    DELIVERED = "DELIVERED"
    SUSPENDED = "SUSPENDED"
    WITHDRAWN = "WITHDRAWN"
    TRANSFERRED = "TRANSFERRED"


class CaseEvent(Enum):
    """What happens to a case."""

    FILED = "filed"
    VISIT_ENDED = "visit_ended"
    CONFIRMED = "confirmed"
    FINISHED = "finished"
    ACKNOWLEDGED = "acknowledged"


class VisitState(Enum):
    """一次上门."""

    FILED = "FILED"
    SHOWN = "SHOWN"
    CONFIRMED = "CONFIRMED"
    FINISHED = "FINISHED"
    REPORTED = "REPORTED"
    REFUSED = "REFUSED"
    CANCELLED = "CANCELLED"
    SUPERSEDED = "SUPERSEDED"
    EXPIRED = "EXPIRED"


class VisitEvent(Enum):
    """What happens to a visit."""

    SHOW = "show"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    FINISH = "finish"
    REPORT = "report"
    CANCEL = "cancel"
    SUPERSEDE = "supersede"
    EXPIRE = "expire"


class ResultState(Enum):
    """勘验结果."""

    DRAFT = "DRAFT"
    VALIDATED = "VALIDATED"
    QUEUED = "QUEUED"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    REJECTED_UPSTREAM = "REJECTED_UPSTREAM"


class ResultEvent(Enum):
    """What happens to a result."""

    VALIDATE = "validate"
    QUEUE = "queue"
    ACKNOWLEDGE = "acknowledge"
    REJECT = "reject"
    RESUBMIT = "resubmit"


S = TypeVar("S", bound=Enum)
E = TypeVar("E", bound=Enum)

CASE: Mapping[tuple[CaseState, CaseEvent], CaseState] = {
    (CaseState.ACCEPTED, CaseEvent.FILED): CaseState.ASSIGNED,
    (CaseState.ASSIGNED, CaseEvent.CONFIRMED): CaseState.IN_VISIT,
    (CaseState.ASSIGNED, CaseEvent.VISIT_ENDED): CaseState.ACCEPTED,
    (CaseState.IN_VISIT, CaseEvent.FINISHED): CaseState.RESULT_PENDING,
    (CaseState.RESULT_PENDING, CaseEvent.ACKNOWLEDGED): CaseState.DELIVERED,
}

VISIT: Mapping[tuple[VisitState, VisitEvent], VisitState] = {
    (VisitState.FILED, VisitEvent.SHOW): VisitState.SHOWN,
    (VisitState.SHOWN, VisitEvent.SHOW): VisitState.SHOWN,
    (VisitState.CONFIRMED, VisitEvent.SHOW): VisitState.CONFIRMED,
    (VisitState.SHOWN, VisitEvent.CONFIRM): VisitState.CONFIRMED,
    (VisitState.FILED, VisitEvent.REFUSE): VisitState.REFUSED,
    (VisitState.SHOWN, VisitEvent.REFUSE): VisitState.REFUSED,
    (VisitState.CONFIRMED, VisitEvent.FINISH): VisitState.FINISHED,
    (VisitState.FINISHED, VisitEvent.REPORT): VisitState.REPORTED,
    (VisitState.FILED, VisitEvent.CANCEL): VisitState.CANCELLED,
    (VisitState.SHOWN, VisitEvent.CANCEL): VisitState.CANCELLED,
    (VisitState.FILED, VisitEvent.SUPERSEDE): VisitState.SUPERSEDED,
    (VisitState.SHOWN, VisitEvent.SUPERSEDE): VisitState.SUPERSEDED,
    (VisitState.FILED, VisitEvent.EXPIRE): VisitState.EXPIRED,
    (VisitState.SHOWN, VisitEvent.EXPIRE): VisitState.EXPIRED,
}

RESULT: Mapping[tuple[ResultState, ResultEvent], ResultState] = {
    (ResultState.DRAFT, ResultEvent.VALIDATE): ResultState.VALIDATED,
    (ResultState.VALIDATED, ResultEvent.QUEUE): ResultState.QUEUED,
    (ResultState.QUEUED, ResultEvent.ACKNOWLEDGE): ResultState.ACKNOWLEDGED,
    (ResultState.QUEUED, ResultEvent.REJECT): ResultState.REJECTED_UPSTREAM,
    (ResultState.REJECTED_UPSTREAM, ResultEvent.RESUBMIT): ResultState.QUEUED,
}

OPEN_VISIT = frozenset({VisitState.FILED, VisitState.SHOWN, VisitState.CONFIRMED})
"""States in which a code of the visit still means something."""

STATE_ZH: Mapping[str, str] = {
    "ACCEPTED": "已受理",
    "ASSIGNED": "已报备",
    "IN_VISIT": "勘验中",
    "RESULT_PENDING": "待出结果",
    "DELIVERED": "已送达",
    "SUSPENDED": "补正中",
    "WITHDRAWN": "已撤回",
    "TRANSFERRED": "已转办",
    "FILED": "已报备",
    "SHOWN": "已亮码",
    "CONFIRMED": "已确认",
    "FINISHED": "已结束",
    "REPORTED": "已出结果",
    "REFUSED": "已拒绝",
    "CANCELLED": "已取消",
    "SUPERSEDED": "已被替换",
    "EXPIRED": "已过期",
    "DRAFT": "草稿",
    "VALIDATED": "已校验",
    "QUEUED": "待送达",
    "ACKNOWLEDGED": "已签收",
    "REJECTED_UPSTREAM": "被省平台退回",
}


def step(machine: Mapping[tuple[S, E], S], state: S, event: E, what: str) -> S:
    """The next state; WrongState where the machine has no such arrow."""
    after = machine.get((state, event))
    if after is None:
        raise WrongState(what=what, state=STATE_ZH[str(state.value)])
    return after
