"""Put an inspector or helper on file (R11.1). Filed data is not overwritten: a change needs its own request (R14.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from gateway.domain.access import Principal, Role, require_department, writing
from gateway.domain.codes import parse_certificate_no, parse_uscc
from gateway.domain.model import Inspector
from gateway.errors import Conflict, FieldInvalid
from gateway.store import inspectors
from gateway.store.transaction import Transaction
from gateway.usecases.fields import text
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import UseCase
from gateway.usecases.views import PersonView, person_view


@dataclass(frozen=True)
class PutInspector:
    """A person as the department writes it; dates are YYYY-MM-DD, empty for a helper."""

    inspector_id: str
    name: str
    department: str
    certificate_no: str
    valid_from: str
    valid_to: str
    helper: bool


def prepare(command: PutInspector, principal: Principal, _tools: Tools) -> Inspector:
    """Own department only; a certificate with its dates for everyone who is not a helper."""
    department = parse_uscc(command.department)
    require_department(principal, department)
    certificate, first, last = "", None, None
    if not command.helper:
        certificate = parse_certificate_no(command.certificate_no)
        first, last = _day(command.valid_from, "valid_from"), _day(command.valid_to, "valid_to")
        if last < first:
            raise FieldInvalid(field="valid_to", why="早于 valid_from")
    return Inspector(
        inspector_id=text(command.inspector_id, "inspector_id", 32),
        badge=0,
        name=text(command.name, "name", 60),
        department=department,
        certificate_no=certificate,
        valid_from=first,
        valid_to=last,
        helper=command.helper,
    )


def commit(_command: PutInspector, person: Inspector, tx: Transaction, _tools: Tools) -> PersonView:
    """Store a new person; the same again is no change, anything else is a conflict."""
    tx.object = person.inspector_id
    known = inspectors.find(tx.connection, person.inspector_id)
    if known is None:
        return person_view(inspectors.add(tx, person))
    if replace(known, badge=0) != person:
        raise Conflict(what="人员")
    return person_view(known)


def _day(value: str, field: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise FieldInvalid(field=field, why="应为 YYYY-MM-DD") from None


PUT_INSPECTOR = UseCase(
    "RegistryService/PutInspector", writing(Role.DEPT_ADMIN), PersonView, prepare, commit, pure=True
)
