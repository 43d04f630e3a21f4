"""What callers are shown of cases, visits and codes: plain values that can be stored and replayed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.domain.model import Case, Inspector, Visit
from gateway.sdk.matter import CaseView as RulesCase
from gateway.sdk.matter import Inspector as RulesInspector


@dataclass(frozen=True)
class CaseView:
    """A case without contact data."""

    case_no: str
    task_code: str
    matter_name: str
    department: str
    party_name: str
    state: str
    accepted_at: datetime
    visit_no: str


@dataclass(frozen=True)
class PersonView:
    """A person on file."""

    inspector_id: str
    name: str
    department: str
    certificate_no: str
    valid_from: str
    valid_to: str
    helper: bool
    badge: int


@dataclass(frozen=True)
class VisitView:
    """A visit as anybody sees it who may see it."""

    visit_no: str
    case_no: str
    state: str
    matter_name: str
    visit_basis: str
    department_name: str
    party_name: str
    address: str
    starts_at: datetime
    ends_at: datetime
    purpose: str
    people: tuple[PersonView, ...]
    result_state: str


@dataclass(frozen=True)
class CodeView:
    """An issued code."""

    inspector_id: str
    url: str
    seq: int
    not_before: datetime
    expires_at: datetime


def case_view(case: Case) -> CaseView:
    """Show a case."""
    return CaseView(
        case_no=case.case_no,
        task_code=case.matter.task_code,
        matter_name=case.matter.name,
        department=case.department,
        party_name=case.party.name,
        state=case.state.value,
        accepted_at=case.accepted_at,
        visit_no=case.visit_no,
    )


def person_view(person: Inspector) -> PersonView:
    """Show a person."""
    return PersonView(
        inspector_id=person.inspector_id,
        name=person.name,
        department=person.department,
        certificate_no=person.certificate_no,
        valid_from=person.valid_from.isoformat() if person.valid_from else "",
        valid_to=person.valid_to.isoformat() if person.valid_to else "",
        helper=person.helper,
        badge=person.badge,
    )


def visit_view(visit: Visit) -> VisitView:
    """Show a visit."""
    matter = visit.case.matter
    return VisitView(
        visit_no=visit.visit_no,
        case_no=visit.case.case_no,
        state=visit.state.value,
        matter_name=matter.name,
        visit_basis=matter.visit_basis,
        department_name=matter.department_name,
        party_name=visit.case.party.name,
        address=visit.case.address,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        purpose=visit.purpose,
        people=tuple(person_view(person) for person in visit.people),
        result_state=visit.result_state.value if visit.result_state else "",
    )


def rules_case(case: Case) -> RulesCase:
    """Show a case to a matter plugin: no contact data."""
    return RulesCase(
        case_no=case.case_no,
        matter_code=case.matter.catalog_code,
        matter_name=case.matter.name,
        department_name=case.matter.department_name,
        party_name=case.party.name,
        address=case.address,
        accepted_at=case.accepted_at,
        promise_value=case.matter.promise_value,
        promise_unit=case.matter.promise_unit,
    )


def rules_people(people: tuple[Inspector, ...]) -> tuple[RulesInspector, ...]:
    """Show the qualified people of a visit to a matter plugin."""
    return tuple(RulesInspector(p.name, p.certificate_no) for p in people if not p.helper)
