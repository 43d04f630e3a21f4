"""Give an inspector a fresh code to show at the door (R15.2); the visit is SHOWN from then on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gateway.clock import beijing
from gateway.domain.access import Role, require_department, writing
from gateway.domain.filing import code_span
from gateway.domain.states import VisitEvent
from gateway.errors import NotAllowed, TokenExpired, TokenNotYet
from gateway.store import visits
from gateway.store.transaction import Transaction
from gateway.usecases.minting import Span, mint_code
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import UseCase, nothing
from gateway.usecases.views import CodeView


@dataclass(frozen=True)
class IssueToken:
    """Which visit; whose code is the caller's own."""

    visit_no: str


def commit(command: IssueToken, _prepared: None, tx: Transaction, tools: Tools) -> CodeView:
    """Inside the window only, for an inspector of this visit only, for a short time only."""
    visit = visits.by_number(tx.connection, command.visit_no)
    tx.object = visit.visit_no
    require_department(tx.principal, visit.department)
    person = visit.person(tx.principal.person)
    if person is None or person.helper:
        raise NotAllowed()
    profile = tools.profile(visit.starts_at)
    opens, closes = code_span(visit.starts_at, visit.ends_at, profile)
    if tx.now < opens:
        raise TokenNotYet(since=beijing(opens))
    if tx.now >= closes:
        raise TokenExpired(until=beijing(closes))
    visit = visits.move(tx, visit, VisitEvent.SHOW)
    span = Span(tx.now, tx.now + timedelta(seconds=profile.screen_code_seconds), "screen")
    return mint_code(tx, visit, person, span, tools)


ISSUE_TOKEN = UseCase("TokenService/IssueToken", writing(Role.INSPECTOR), CodeView, nothing, commit, pure=True)
