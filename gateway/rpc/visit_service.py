"""VisitService, translated."""

from __future__ import annotations

from gateway.api.v1 import visit_service_pb2 as pb
from gateway.rpc.call import Call
from gateway.rpc.convert import code_message, moment, visit_message
from gateway.usecases.file_visit import FILE_VISIT, FileVisit
from gateway.usecases.finish_visit import FINISH_VISIT, FinishVisit
from gateway.usecases.get_checklist import GET_CHECKLIST
from gateway.usecases.get_report import GET_REPORT
from gateway.usecases.get_visit import GET_VISIT
from gateway.usecases.submit_result import SUBMIT_RESULT, GivenAnswer, SubmitResult


class VisitService:
    """What departments do with a visit."""

    async def FileVisit(self, request: pb.FileVisitRequest, call: Call) -> pb.FileVisitResponse:
        """File a visit."""
        command = FileVisit(
            case_no=request.case_no,
            inspector_ids=tuple(request.inspector_ids),
            starts_at=moment(request.starts_at, "starts_at"),
            ends_at=moment(request.ends_at, "ends_at"),
            purpose=request.purpose,
        )
        reply = await call.do(FILE_VISIT, command, request.idempotency_key)
        codes = [code_message(code) for code in reply.codes]
        return pb.FileVisitResponse(visit=visit_message(reply.visit), codes=codes)

    async def GetVisit(self, request: pb.GetVisitRequest, call: Call) -> pb.GetVisitResponse:
        """Read one visit."""
        return pb.GetVisitResponse(visit=visit_message(await call.ask(GET_VISIT, request.visit_no)))

    async def FinishVisit(self, request: pb.FinishVisitRequest, call: Call) -> pb.FinishVisitResponse:
        """Finish a visit."""
        reply = await call.do(FINISH_VISIT, FinishVisit(request.visit_no), request.idempotency_key)
        return pb.FinishVisitResponse(visit=visit_message(reply))

    async def GetChecklist(self, request: pb.GetChecklistRequest, call: Call) -> pb.GetChecklistResponse:
        """Read the checklist."""
        checklist = await call.ask(GET_CHECKLIST, request.visit_no)
        items = [
            pb.ChecklistItem(
                code=item.code,
                text=item.text,
                kind=item.kind.value,
                basis=item.basis,
                may_be_absent=item.may_be_absent,
            )
            for item in checklist.items
        ]
        return pb.GetChecklistResponse(version=checklist.version, items=items)

    async def SubmitResult(self, request: pb.SubmitResultRequest, call: Call) -> pb.SubmitResultResponse:
        """Submit what was found."""
        command = SubmitResult(
            visit_no=request.visit_no,
            checklist_version=request.checklist_version,
            answers=tuple(GivenAnswer(a.item, a.mark, a.remark) for a in request.answers),
            opinion=request.opinion,
        )
        reply = await call.do(SUBMIT_RESULT, command, request.idempotency_key)
        return pb.SubmitResultResponse(
            decision=reply.decision,
            reasons=reply.reasons,
            result_state=reply.result_state,
            report_sha256=reply.report_sha256,
        )

    async def GetReport(self, request: pb.GetReportRequest, call: Call) -> pb.GetReportResponse:
        """Read the Word report."""
        report = await call.ask(GET_REPORT, request.visit_no)
        return pb.GetReportResponse(name=report.name, content=report.content)
