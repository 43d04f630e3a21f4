"""CaseService, translated."""

from __future__ import annotations

from gateway.api.v1 import case_service_pb2 as pb
from gateway.rpc.call import Call
from gateway.rpc.convert import case_message, moment
from gateway.usecases.accept_case import ACCEPT_CASE, AcceptCase
from gateway.usecases.get_case import GET_CASE


class CaseService:
    """What the provincial platform tells us about its applications."""

    async def AcceptCase(self, request: pb.AcceptCaseRequest, call: Call) -> pb.AcceptCaseResponse:
        """Accept an application."""
        party = request.party
        command = AcceptCase(
            case_no=request.case_no,
            task_code=request.task_code,
            accepted_at=moment(request.accepted_at, "accepted_at"),
            party_name=party.name,
            uscc=party.uscc,
            citizen_id=party.citizen_id,
            contact_name=party.contact_name,
            contact_phone=party.contact_phone,
            address=party.address,
            dept_phone=request.dept_phone,
        )
        reply = await call.do(ACCEPT_CASE, command, request.idempotency_key)
        return pb.AcceptCaseResponse(case=case_message(reply.case), created=reply.created)

    async def GetCase(self, request: pb.GetCaseRequest, call: Call) -> pb.GetCaseResponse:
        """Read one case."""
        return pb.GetCaseResponse(case=case_message(await call.ask(GET_CASE, request.case_no)))
