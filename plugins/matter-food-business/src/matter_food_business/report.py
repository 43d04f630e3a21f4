"""The values for the placeholders of report.docx (《现场勘验评审报告》)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.sdk import Answer, ChecklistItem, Decision, Kind, Mark, PluginContext, ResultView
from matter_food_business.filing import BEIJING
from matter_food_business.rule import WORDS

MARKS = {Mark.PASS: "符合", Mark.FAIL: "不符合", Mark.NOT_APPLICABLE: "合理缺项"}
DECISIONS = {Decision.PASS: "通过", Decision.RECTIFY: "整改后复勘", Decision.FAIL: "不通过"}


def report_fields(result: ResultView, context: PluginContext) -> Mapping[str, Any]:
    """Everything the template prints, already in Chinese and Beijing time."""
    case, verdict = result.case, result.verdict
    return {
        "case_no": case.case_no,
        "visit_no": result.visit_no,
        "matter_name": case.matter_name,
        "department_name": case.department_name,
        "party_name": case.party_name,
        "address": case.address,
        "accepted_on": _day(case.accepted_at),
        "visited_at": _moment(result.visited_at),
        "inspectors": [{"name": one.name, "certificate_no": one.certificate_no} for one in result.inspectors],
        "checklist_version": result.checklist.version,
        "lines": _lines(result.checklist.items, result.answers),
        "key_fails": verdict.counts.get(Kind.KEY.value, 0),
        "important_fails": verdict.counts.get(Kind.IMPORTANT.value, 0),
        "general_fails": verdict.counts.get(Kind.GENERAL.value, 0),
        "absent": sum(answer.mark is Mark.NOT_APPLICABLE for answer in result.answers),
        "decision": DECISIONS[verdict.decision],
        "reasons": list(verdict.reasons),
        "opinion": result.opinion or "无",
    }


def _lines(items: Sequence[ChecklistItem], answers: Sequence[Answer]) -> list[dict[str, object]]:
    given = {answer.item: answer for answer in answers}
    return [
        {
            "number": number,
            "code": item.code,
            "kind": WORDS[item.kind],
            "text": item.text,
            "mark": MARKS[given[item.code].mark],
            "remark": given[item.code].remark,
        }
        for number, item in enumerate(items, start=1)
    ]


def _day(moment: datetime) -> str:
    local = moment.astimezone(BEIJING)
    return f"{local.year}年{local.month}月{local.day}日"


def _moment(moment: datetime) -> str:
    return f"{_day(moment)} {moment.astimezone(BEIJING):%H:%M}"
