"""The whole life of a case over the wire, every RPC once, each by who may."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from gateway.api.v1 import (
    case_service_pb2,
    operations_service_pb2,
    registry_service_pb2,
    token_service_pb2,
    visit_service_pb2,
)
from gateway.testkit.grpc_door import APP, KIOSK, PROVINCE, RPCS, Door, Line, Samples
from gateway.testkit.office import (
    CASE_NO,
    DEPARTMENT,
    HELPER,
    INSPECTORS,
    ISSUER,
    ONE_TIME_CODE,
    PARTY,
    TASK_CODE,
    URL_PREFIX,
    Office,
    new_key,
)
from gateway.trust.bundle import read_bundle


class Staff:
    """Everybody's lines, and which RPCs they used."""

    def __init__(self, door: Door) -> None:
        self.admin = door.caller(APP).speaking("admin-1", "dept_admin")
        self.inspector = door.caller(APP).speaking(INSPECTORS[0], "inspector")
        self.operator, self.province, self.kiosk = door.anybody("operator"), door.caller(PROVINCE), door.caller(KIOSK)
        self.used: set[str] = set()

    def call(self, line: Line, rpc: str, request: Any) -> Any:
        """Call, with a fresh key where one is needed."""
        self.used.add(rpc)
        if hasattr(request, "idempotency_key"):
            request.idempotency_key = new_key()
        return line.call(rpc, request)


def stamp(moment: datetime) -> Timestamp:
    """For a request."""
    message = Timestamp()
    message.FromDatetime(moment)
    return message


def prepared(staff: Staff, samples: Samples) -> None:
    """People on file, a case accepted."""
    for number, inspector_id in enumerate((*INSPECTORS, HELPER)):
        person = registry_service_pb2.Inspector(
            inspector_id=inspector_id, name=f"示例{number}", department=DEPARTMENT, helper=inspector_id == HELPER
        )
        if not person.helper:
            person.certificate_no, person.valid_from, person.valid_to = (
                f"4309220000{number}",
                "2024-01-01",
                "2028-12-31",
            )
        request = registry_service_pb2.PutInspectorRequest(inspector=person)
        assert staff.call(staff.admin, "RegistryService/PutInspector", request).inspector.badge > 0
    accepted = staff.call(staff.province, "CaseService/AcceptCase", samples.request("CaseService/AcceptCase"))
    assert (accepted.created, accepted.case.state, accepted.case.task_code) == (True, "ACCEPTED", TASK_CODE)


def filed(staff: Staff, office: Office, samples: Samples) -> Any:
    """A visit filed, and the clock at its beginning."""
    request = samples.request("VisitService/FileVisit")
    request.ClearField("inspector_ids")
    request.inspector_ids.extend([*INSPECTORS, HELPER])
    request.ends_at.seconds = request.starts_at.seconds + 3 * 3600
    answer = staff.call(staff.admin, "VisitService/FileVisit", request)
    assert [code.inspector_id for code in answer.codes] == list(INSPECTORS)
    assert [person.inspector_id for person in answer.visit.inspectors] == [*INSPECTORS, HELPER]
    office.clock.set(answer.visit.starts_at.ToDatetime(office.clock.now().tzinfo))
    return answer.visit


def at_the_door(staff: Staff, visit_no: str) -> None:
    """Shown, verified, confirmed, left."""
    shown = staff.call(
        staff.inspector, "TokenService/IssueToken", token_service_pb2.IssueTokenRequest(visit_no=visit_no)
    ).code
    assert shown.url.startswith(URL_PREFIX)
    assert shown.expires_at.seconds - shown.not_before.seconds == 120
    verify = token_service_pb2.VerifyTokenRequest(text=shown.url, party_uscc=PARTY)
    verified = staff.call(staff.kiosk, "TokenService/VerifyToken", verify)
    assert (verified.shown_by, verified.min_present, verified.visit.state) == (INSPECTORS[0], 2, "SHOWN")
    confirm = token_service_pb2.ConfirmVisitRequest(
        proof=verified.proof, present=INSPECTORS, one_time_code=ONE_TIME_CODE
    )
    assert staff.call(staff.kiosk, "TokenService/ConfirmVisit", confirm).visit.state == "CONFIRMED"
    finish = visit_service_pb2.FinishVisitRequest(visit_no=visit_no)
    assert staff.call(staff.inspector, "VisitService/FinishVisit", finish).visit.state == "FINISHED"


def reported(staff: Staff, visit_no: str) -> None:
    """Judged and written."""
    ask = visit_service_pb2.GetChecklistRequest(visit_no=visit_no)
    checklist = staff.call(staff.inspector, "VisitService/GetChecklist", ask)
    answers = [visit_service_pb2.Answer(item=item.code, mark="pass") for item in checklist.items]
    submit = visit_service_pb2.SubmitResultRequest(
        visit_no=visit_no, checklist_version=checklist.version, answers=answers, opinion="同意"
    )
    result = staff.call(staff.admin, "VisitService/SubmitResult", submit)
    assert (result.decision, result.result_state, list(result.reasons)) == ("pass", "QUEUED", [])
    report = staff.call(staff.admin, "VisitService/GetReport", visit_service_pb2.GetReportRequest(visit_no=visit_no))
    assert hashlib.sha256(report.content).hexdigest() == result.report_sha256
    assert report.name.startswith(visit_no)


def looked_up(staff: Staff, office: Office, visit_no: str) -> None:
    """What is there to read."""
    visit = staff.call(staff.admin, "VisitService/GetVisit", visit_service_pb2.GetVisitRequest(visit_no=visit_no)).visit
    assert (visit.state, visit.result_state, visit.case_no) == ("REPORTED", "ACKNOWLEDGED", CASE_NO)
    case = staff.call(staff.province, "CaseService/GetCase", case_service_pb2.GetCaseRequest(case_no=CASE_NO)).case
    assert (case.state, case.visit_no) == ("DELIVERED", visit_no)
    people = staff.call(staff.admin, "RegistryService/ListInspectors", registry_service_pb2.ListInspectorsRequest())
    assert [person.helper for person in people.inspectors] == [False, False, True]
    matters = staff.call(staff.admin, "RegistryService/ListMatters", registry_service_pb2.ListMattersRequest()).matters
    assert [matter.task_code for matter in matters] == [TASK_CODE]
    deliveries = staff.call(
        staff.operator, "OperationsService/ListDeliveries", operations_service_pb2.ListDeliveriesRequest()
    ).deliveries
    assert {one.state for one in deliveries} == {"delivered"}
    plugins = staff.call(staff.operator, "OperationsService/ListPlugins", operations_service_pb2.ListPluginsRequest())
    assert len(plugins.plugins) == 3
    signed = staff.call(staff.kiosk, "TokenService/GetTrustBundle", token_service_pb2.GetTrustBundleRequest()).bundle
    bundle = read_bundle(signed, office.root_public, office.clock.now())
    assert (bundle.issuer, bundle.url_prefix) == (ISSUER, URL_PREFIX)


async def test_a_whole_case(office: Office, door: Door, samples: Samples) -> None:
    """From acceptance to delivery over the channel; refusing has its own test."""
    await office.sync_matter()
    staff = Staff(door)
    prepared(staff, samples)
    visit = filed(staff, office, samples)
    at_the_door(staff, visit.visit_no)
    reported(staff, visit.visit_no)
    await office.deliver_all()
    looked_up(staff, office, visit.visit_no)
    assert staff.used == set(RPCS) - {"TokenService/RefuseVisit"}


async def test_a_refused_visit(office: Office, door: Door) -> None:
    """Refusing over the channel stops the visit and revokes its codes in the next bundle."""
    visit = (await office.filed()).visit
    staff = Staff(door)
    shown = await office.issue(visit.visit_no)
    verified = staff.call(staff.kiosk, "TokenService/VerifyToken", token_service_pb2.VerifyTokenRequest(text=shown.url))
    refuse = token_service_pb2.RefuseVisitRequest(
        proof=verified.proof, reason=token_service_pb2.REFUSAL_REASON_PEOPLE, remark="人员不符"
    )
    assert staff.call(staff.kiosk, "TokenService/RefuseVisit", refuse).visit.state == "REFUSED"
    ask = token_service_pb2.GetTrustBundleRequest()
    signed = staff.call(staff.kiosk, "TokenService/GetTrustBundle", ask).bundle
    bundle = read_bundle(signed, office.root_public, office.clock.now())
    assert bundle.revocations.tasks == {office.rows("visits")[0]["task_id"]}
    again = token_service_pb2.VerifyTokenRequest(text=shown.url, idempotency_key=new_key())
    assert staff.kiosk.refused("TokenService/VerifyToken", again).reason == "FINISHED"
