"""Steps: the checklist is judged, the report is written, the result arrives exactly once."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import docx

from gateway.api.v1 import operations_service_pb2, visit_service_pb2
from gateway.sandbox.demo.arrival import INSPECTOR
from gateway.sandbox.demo.clients import call, new_key
from gateway.sandbox.demo.journey import Journey, Step, expect
from gateway.sandbox.demo.processes import wait_for
from gateway.sandbox.demo.stage import APP, OPERATOR


def _judged(journey: Journey) -> str:
    visits = journey.client(APP).visits
    question = visit_service_pb2.GetChecklistRequest(visit_no=journey.visit_no)
    checklist = call(visits.GetChecklist, question, INSPECTOR)
    general = next(item.code for item in checklist.items if item.kind == "general")
    answers = [
        visit_service_pb2.Answer(
            item=item.code,
            mark="fail" if item.code == general else "pass",
            remark="示例:需补充标识" if item.code == general else "",
        )
        for item in checklist.items
    ]
    request = visit_service_pb2.SubmitResultRequest(
        idempotency_key=new_key(),
        visit_no=journey.visit_no,
        checklist_version=checklist.version,
        answers=answers,
        opinion="现场与申请材料一致(示例)。",
    )
    reply = call(visits.SubmitResult, request, INSPECTOR)
    expect(reply.decision == "pass", f"应判为通过,实为 {reply.decision}")
    journey.report_sha256 = reply.report_sha256
    kinds = [sum(1 for item in checklist.items if item.kind == kind) for kind in ("key", "important", "general")]
    expect(kinds == [17, 18, 8], f"检查表应为 17/18/8 项,实为 {kinds}")
    return f"{len(answers)} 项,1 项一般项不符合:" + ";".join(reply.reasons)


def _reported(journey: Journey) -> str:
    request = visit_service_pb2.GetReportRequest(visit_no=journey.visit_no)
    reply = call(journey.client(APP).visits.GetReport, request, INSPECTOR)
    digest = hashlib.sha256(reply.content).hexdigest()
    expect(digest == journey.report_sha256, "报告内容与登记的摘要不同")
    document = docx.Document(io.BytesIO(reply.content))
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    expect(any(journey.visit_no in text for text in texts), "报告里没有勘验编号")
    (journey.stage.out / "report.docx").write_bytes(reply.content)
    return f"report.docx({len(reply.content)} 字节),SHA-256 {digest[:16]}…"


def _delivered(journey: Journey) -> str:
    def arrived() -> list[dict[str, Any]] | None:
        got = [one for one in journey.stage.received(journey.stage.province) if one["kind"] == "result"]
        return got or None

    got = wait_for("result", arrived)
    expect(len(got) == 1 and got[0]["effects"] == 1, f"省平台应只收到一次,实为 {got}")
    return f"省平台回执 {got[0]['receipt']}"


def _acknowledged(journey: Journey) -> str:
    request = visit_service_pb2.GetVisitRequest(visit_no=journey.visit_no)
    visits = journey.client(APP).visits

    def acknowledged() -> str | None:
        state = call(visits.GetVisit, request, INSPECTOR).visit.result_state
        return str(state) if state == "ACKNOWLEDGED" else None

    wait_for("acknowledged", acknowledged)
    question = operations_service_pb2.ListDeliveriesRequest()
    found = call(journey.client(OPERATOR).operations.ListDeliveries, question).deliveries
    open_ones = [one.kind for one in found if one.state != "delivered"]
    expect(not open_ones, f"还有未送达的:{open_ones}")
    return f"结果已签收,{len(found)} 条对外消息全部送达"


STEPS = (
    Step("checklist_judged", "检查表评判", _judged),
    Step("report_written", "生成《现场勘验评审报告》", _reported),
    Step("result_delivered_once", "结果送达省平台,恰好一次", _delivered),
    Step("result_acknowledged", "省平台签收", _acknowledged),
)
