"""Between protobuf messages and our values, where several services need the same."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.api.v1 import case_service_pb2, registry_service_pb2, visit_service_pb2
from gateway.errors import FieldInvalid, FieldMissing
from gateway.usecases.views import CaseView, CodeView, PersonView, VisitView

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def stamp(moment: datetime) -> Timestamp:
    """An aware datetime as a Timestamp."""
    message = Timestamp()
    message.FromDatetime(moment.astimezone(UTC).replace(tzinfo=None))
    return message


def moment(message: Timestamp, field: str) -> datetime:
    """A required Timestamp as an aware UTC datetime between 2000 and 2100."""
    if not message.seconds and not message.nanos:
        raise FieldMissing(field=field)
    try:
        value = message.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise FieldInvalid(field=field, why="时间超出范围") from None
    if not EARLIEST <= value < LATEST:
        raise FieldInvalid(field=field, why="时间超出范围")
    return value


def case_message(case: CaseView) -> case_service_pb2.Case:
    """A case for the wire."""
    return case_service_pb2.Case(
        case_no=case.case_no,
        task_code=case.task_code,
        matter_name=case.matter_name,
        department=case.department,
        party_name=case.party_name,
        state=case.state,
        accepted_at=stamp(case.accepted_at),
        visit_no=case.visit_no,
    )


def person_message(person: PersonView) -> registry_service_pb2.Inspector:
    """A person for the wire."""
    return registry_service_pb2.Inspector(
        inspector_id=person.inspector_id,
        name=person.name,
        department=person.department,
        certificate_no=person.certificate_no,
        valid_from=person.valid_from,
        valid_to=person.valid_to,
        helper=person.helper,
        badge=person.badge,
    )


def visit_message(visit: VisitView) -> visit_service_pb2.Visit:
    """A visit for the wire."""
    return visit_service_pb2.Visit(
        visit_no=visit.visit_no,
        case_no=visit.case_no,
        state=visit.state,
        matter_name=visit.matter_name,
        visit_basis=visit.visit_basis,
        department_name=visit.department_name,
        party_name=visit.party_name,
        address=visit.address,
        starts_at=stamp(visit.starts_at),
        ends_at=stamp(visit.ends_at),
        inspectors=[person_message(person) for person in visit.people],
        result_state=visit.result_state,
    )


def code_message(code: CodeView) -> visit_service_pb2.IssuedCode:
    """An issued code for the wire."""
    return visit_service_pb2.IssuedCode(
        inspector_id=code.inspector_id,
        url=code.url,
        seq=code.seq,
        not_before=stamp(code.not_before),
        expires_at=stamp(code.expires_at),
    )
