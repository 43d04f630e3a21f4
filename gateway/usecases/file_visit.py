"""File a visit (报备): the visit, its codes and the notices exist together, or nothing does (R12, R15.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.clock import beijing
from gateway.database.crashpoints import crashpoint
from gateway.domain.access import Principal, Role, require_department, writing
from gateway.domain.filing import check_named_once, check_staffing, check_window, code_span
from gateway.domain.model import Case, Inspector, Visit
from gateway.domain.policy import PolicyProfile
from gateway.domain.states import CaseEvent
from gateway.errors import FieldMissing, FilingProblem, VisitAlreadyFiled
from gateway.sdk.matter import Filing
from gateway.store import cases, inspectors, outbox, visits
from gateway.store.transaction import Transaction
from gateway.texts import notices_zh
from gateway.trust.one_time_code import code_hash, new_code
from gateway.usecases.fields import names, text
from gateway.usecases.minting import Span, mint_code
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import UseCase
from gateway.usecases.views import CodeView, VisitView, rules_case, rules_people, visit_view


@dataclass(frozen=True)
class FileVisit:
    """Who comes when, for which case, and what for."""

    case_no: str
    inspector_ids: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    purpose: str


@dataclass(frozen=True)
class VisitFiled:
    """The visit and one code per qualified inspector."""

    visit: VisitView
    codes: tuple[CodeView, ...]


def prepare(command: FileVisit, principal: Principal, tools: Tools) -> str:
    """Check every rule, the matter's own last; returns the purpose in its stored form."""
    purpose = text(command.purpose, "purpose", 200)
    if not names(command.inspector_ids, "inspector_ids"):
        raise FieldMissing(field="inspector_ids")
    with tools.reading.connect() as connection:
        case = cases.get(connection, command.case_no)
        require_department(principal, case.department)
        people = inspectors.named(connection, command.inspector_ids)
    _check(command, case, people, tools.clock.now(), tools)
    rules = tools.plugins.matter(case.matter.catalog_code)
    filing = Filing(rules_case(case), command.starts_at, command.ends_at, rules_people(people))
    problems = rules.check_filing(filing)
    if problems:
        raise FilingProblem(why=";".join(problem.message for problem in problems))
    return purpose


def commit(command: FileVisit, purpose: str, tx: Transaction, tools: Tools) -> VisitFiled:
    """Check again what may have changed, then store visit, codes and notices."""
    case = cases.get(tx.connection, command.case_no)
    require_department(tx.principal, case.department)
    people = inspectors.named(tx.connection, command.inspector_ids)
    profile = _check(command, case, people, tx.now, tools)
    new = visits.NewVisit(case, people, command.starts_at, command.ends_at, purpose, profile.profile)
    visit = visits.add(tx, new)
    tx.object = visit.visit_no
    cases.move(tx, case, CaseEvent.FILED)
    crashpoint("file.stored")
    code = new_code(tools.randbelow)
    visits.set_code(tx, visit.task_id, code_hash(tools.secret, visit.visit_no, code))
    codes = _codes(tx, visit, profile, tools)
    outbox.put(tx, _notice(visit, code, tools))
    outbox.put(tx, _report(visit, tools))
    return VisitFiled(visit_view(visit), codes)


def _check(command: FileVisit, case: Case, people: tuple[Inspector, ...], now: datetime, tools: Tools) -> PolicyProfile:
    if case.visit_no:
        raise VisitAlreadyFiled(visit_no=case.visit_no)
    profile = tools.profile(command.starts_at)
    check_window(command.starts_at, command.ends_at, now, profile)
    check_named_once(command.inspector_ids)
    check_staffing(people, case.department, command.starts_at, command.ends_at, profile)
    return profile


def _codes(tx: Transaction, visit: Visit, profile: PolicyProfile, tools: Tools) -> tuple[CodeView, ...]:
    opens, closes = code_span(visit.starts_at, visit.ends_at, profile)
    span = Span(opens, min(closes, opens + timedelta(hours=profile.paper_code_max_hours)), "paper")
    return tuple(mint_code(tx, visit, person, span, tools) for person in visit.people if not person.helper)


def _notice(visit: Visit, code: str, tools: Tools) -> outbox.Draft:
    """Who, when, why and what the applicant may do, with the one-time code: to its registered contact."""
    words = notices_zh.VISIT_FILED.format(
        department=visit.case.matter.department_name,
        starts=beijing(visit.starts_at),
        ends=beijing(visit.ends_at),
        party=visit.case.party.name,
        matter=visit.case.matter.name,
        count=len(visit.people),
        people="、".join(person.name for person in visit.people),
        code=code,
        phone=tools.report_phone,
    )
    return outbox.Draft(
        destination=tools.routes.notifier,
        subject=visit.visit_no,
        kind="notice.visit_filed",
        body={"phone": visit.case.contact_phone, "text": words},
        time_to_live=timedelta(hours=tools.routes.notice_ttl_hours),
    )


def _report(visit: Visit, tools: Tools) -> outbox.Draft:
    return outbox.Draft(
        destination=tools.routes.upstream,
        subject=visit.case.case_no,
        kind="visit.filed",
        body={
            "case_no": visit.case.case_no,
            "visit_no": visit.visit_no,
            "starts_at": visit.starts_at.isoformat(),
            "ends_at": visit.ends_at.isoformat(),
            "inspectors": [
                {"name": person.name, "certificate_no": person.certificate_no}
                for person in visit.people
                if not person.helper
            ],
        },
        time_to_live=timedelta(hours=tools.routes.result_ttl_hours),
    )


FILE_VISIT = UseCase("VisitService/FileVisit", writing(Role.INSPECTOR, Role.DEPT_ADMIN), VisitFiled, prepare, commit)
