"""The things of the county's rules as values: Matter, Inspector, Party, Case, Visit, Result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from gateway.domain.states import CaseState, ResultState, VisitState


@dataclass(frozen=True)
class Matter:
    """One version of a matter in the province's catalogue. Units are working_day or calendar_day, never inferred."""

    task_code: str
    version: int
    catalog_code: str
    name: str
    department: str
    department_name: str
    kinds: tuple[str, ...]
    by_law: str
    visit_basis: str
    anticipate_value: int
    anticipate_unit: str
    promise_value: int
    promise_unit: str


@dataclass(frozen=True)
class Inspector:
    """A person on file. A helper has no certificate and never counts towards the minimum (R11.2)."""

    inspector_id: str
    badge: int
    name: str
    department: str
    certificate_no: str
    valid_from: date | None
    valid_to: date | None
    helper: bool


@dataclass(frozen=True)
class Party:
    """The applicant: exactly one of `uscc` and `citizen_hash`; `uscc` is empty for a natural person."""

    party_id: str
    name: str
    uscc: str


@dataclass(frozen=True)
class Case:
    """One accepted application. `matter` is pinned to the version of the day it came (R6.1)."""

    case_no: str
    matter: Matter
    party: Party
    contact_name: str
    contact_phone: str
    address: str
    dept_phone: str
    state: CaseState
    version: int
    accepted_at: datetime
    received_at: datetime
    visit_no: str = ""

    @property
    def department(self) -> str:
        """USCC of the responsible department."""
        return self.matter.department


@dataclass(frozen=True)
class Visit:
    """One visit for one case. `task_id` stands in codes, `visit_no` is for people."""

    task_id: int
    visit_no: str
    case: Case
    state: VisitState
    version: int
    starts_at: datetime
    ends_at: datetime
    purpose: str
    profile: str
    people: tuple[Inspector, ...]
    result_state: ResultState | None = None

    @property
    def department(self) -> str:
        """USCC of the department whose visit it is."""
        return self.case.department

    def person(self, inspector_id: str) -> Inspector | None:
        """The person of this visit with that number."""
        return next((p for p in self.people if p.inspector_id == inspector_id), None)

    def badge(self, badge: int) -> Inspector | None:
        """The person of this visit with that badge."""
        return next((p for p in self.people if p.badge == badge), None)
