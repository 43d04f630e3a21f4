"""Speaking for a person: only in roles that were lent, named once, in their form, within their reach."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.api.v1 import case_service_pb2, registry_service_pb2, visit_service_pb2
from gateway.domain.access import Role
from gateway.errors import FieldInvalid
from gateway.rpc.callers import Caller, Callers
from gateway.testkit.grpc_door import APP, KIOSK, PHONE, PROVINCE, Door, Line, Samples
from gateway.testkit.office import CASE_NO, DEPARTMENT, OTHER_DEPARTMENT

LIST = registry_service_pb2.ListInspectorsRequest()
CASE = case_service_pb2.GetCaseRequest(case_no=CASE_NO)


def with_metadata(line: Line, *pairs: tuple[str, str]) -> Line:
    """The channel with exactly these pairs."""
    return replace(line, metadata=pairs)


@pytest.mark.parametrize(
    ("identity", "role"),
    [
        (APP, "platform"),
        (APP, "oversight"),
        (APP, "operator"),
        (APP, "system"),
        (APP, "party"),
        (APP, "inspector,oversight"),
        (PHONE, "inspector"),
        (PROVINCE, "dept_admin"),
        (KIOSK, "inspector"),
        (PROVINCE, "platform"),
    ],
)
def test_roles_that_were_not_lent(identity: str, role: str, busy_door: Door) -> None:
    """A platform lends itself no role, not one beside those it has, and not its own either."""
    refusal = busy_door.caller(identity).speaking("TJ-001", role).refused("CaseService/GetCase", CASE)
    assert refusal.reason == "NOT_ALLOWED"


def test_a_lent_role(busy_door: Door) -> None:
    """With one it may lend, the person is heard."""
    line = busy_door.caller(APP)
    assert len(line.speaking("TJ-001", "inspector").call("RegistryService/ListInspectors", LIST).inspectors) == 3
    both = line.speaking("TJ-001", "inspector, dept_admin")
    assert both.call("CaseService/GetCase", CASE).case.case_no == CASE_NO


def test_a_platform_without_a_person(busy_door: Door) -> None:
    """What has no role of its own can do nothing in its own name."""
    assert busy_door.caller(APP).refused("CaseService/GetCase", CASE).reason == "NOT_ALLOWED"
    assert busy_door.caller(PROVINCE).call("CaseService/GetCase", CASE).case.case_no == CASE_NO


@pytest.mark.parametrize("key", ["kanyan-person", "kanyan-roles", "kanyan-department"])
def test_named_twice(key: str, busy_door: Door) -> None:
    """Which of two would count? Neither."""
    given = {"kanyan-person": "TJ-001", "kanyan-roles": "inspector", "kanyan-department": DEPARTMENT}
    line = with_metadata(busy_door.caller(APP), *given.items(), (key, given[key]))
    refusal = line.refused("RegistryService/ListInspectors", LIST)
    assert (refusal.reason, refusal.facts["field"]) == ("FIELD_INVALID", key)


@pytest.mark.parametrize("person", ["", " ", "a" * 65, "a/b", "a b", "..%2f", "TJ-001,TJ-002", "*"])
def test_persons_out_of_form(person: str, busy_door: Door) -> None:
    """1 to 64 letters, digits, dots, underscores or hyphens: nothing that could look like another identity."""
    line = busy_door.caller(APP).speaking(person, "inspector")
    refusal = line.refused("RegistryService/ListInspectors", LIST)
    assert (refusal.reason, refusal.facts["field"]) == ("FIELD_INVALID", "kanyan-person")


@pytest.mark.parametrize("roles", ["", "Inspector", "inspector;dept_admin", "root", "inspector,", ","])
def test_roles_out_of_form(roles: str, busy_door: Door) -> None:
    """Unknown names are told from those that may not be lent; an empty one is unknown."""
    refusal = busy_door.caller(APP).speaking("TJ-001", roles).refused("RegistryService/ListInspectors", LIST)
    assert (refusal.reason, refusal.facts["field"]) == ("FIELD_INVALID", "kanyan-roles")


@pytest.mark.parametrize(
    ("pairs", "field"),
    [
        ({"kanyan-roles": "inspector"}, "kanyan-person"),
        ({"kanyan-person": "TJ-001"}, "kanyan-roles"),
        ({"kanyan-department": DEPARTMENT}, "kanyan-person"),
        ({"kanyan-department": DEPARTMENT, "kanyan-roles": "inspector"}, "kanyan-person"),
    ],
)
def test_half_a_person(pairs: dict[str, str], field: str, busy_door: Door) -> None:
    """Whoever forgot half of the person does not act as the platform instead."""
    for identity in (APP, PROVINCE):
        refusal = with_metadata(busy_door.caller(identity), *pairs.items()).refused("CaseService/GetCase", CASE)
        assert (refusal.reason, refusal.facts["field"]) == ("FIELD_INVALID", field)


def test_bytes_instead_of_text() -> None:
    """grpc hands over `-bin` keys as bytes; a person is text."""
    callers = Callers([Caller(APP, frozenset(), frozenset({Role.INSPECTOR}))])
    with pytest.raises(FieldInvalid):
        callers.principal({"peer_spiffe_id": [APP.encode()]}, [("kanyan-person", b"TJ-001")])


@pytest.mark.parametrize("department", [OTHER_DEPARTMENT, "", "x", DEPARTMENT.lower()])
def test_another_department(department: str, busy_door: Door, samples: Samples) -> None:
    """What belongs to another department is not there to read, and not allowed to change."""
    inspector = busy_door.caller(APP).speaking("TJ-001", "inspector", department)
    admin = busy_door.caller(APP).speaking("admin-1", "dept_admin", department)
    missing = inspector.refused("CaseService/GetCase", case_service_pb2.GetCaseRequest(case_no="没有"))
    foreign = inspector.refused("CaseService/GetCase", CASE)
    assert foreign == missing
    assert foreign.reason == "NOT_FOUND"
    visit = visit_service_pb2.GetVisitRequest(visit_no=samples.visit_no)
    assert inspector.refused("VisitService/GetVisit", visit).reason == "NOT_FOUND"
    for rpc in ("VisitService/FileVisit", "RegistryService/PutInspector"):
        assert admin.refused(rpc, samples.request(rpc)).reason == "NOT_ALLOWED"
