"""Submit what was found: judged by the matter, written as a Word report, queued for the province (R6.5, R10.4)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

from gateway.database.crashpoints import crashpoint
from gateway.domain.access import Principal, Role, require_department, writing
from gateway.domain.checklist import check_answers
from gateway.domain.model import Visit
from gateway.domain.states import VISIT, VisitEvent, step
from gateway.errors import FieldInvalid
from gateway.sdk.matter import Answer, Mark, ResultView, Verdict
from gateway.sdk.upstream import Attachment
from gateway.store import outbox, results, visits
from gateway.store.transaction import Transaction
from gateway.usecases.fields import text
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import UseCase
from gateway.usecases.views import rules_case, rules_people

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class GivenAnswer:
    """One answer as it came: `mark` is pass, fail or not_applicable."""

    item: str
    mark: str
    remark: str


@dataclass(frozen=True)
class SubmitResult:
    """The answers to one version of the checklist, and an opinion."""

    visit_no: str
    checklist_version: str
    answers: tuple[GivenAnswer, ...]
    opinion: str


@dataclass(frozen=True)
class ResultSubmitted:
    """How it was judged, and that it is on its way."""

    decision: str
    reasons: tuple[str, ...]
    result_state: str
    report_sha256: str


@dataclass(frozen=True)
class Judged:
    """A verdict with its report, for one version of the visit."""

    visit_version: int
    answers: tuple[Answer, ...]
    verdict: Verdict
    opinion: str
    report: Attachment


def prepare(command: SubmitResult, principal: Principal, tools: Tools) -> Judged:
    """Check the answers, let the matter judge them, render the report. Nothing is stored yet."""
    with tools.reading.connect() as connection:
        visit = visits.by_number(connection, command.visit_no)
    require_department(principal, visit.department)
    step(VISIT, visit.state, VisitEvent.REPORT, "勘验")
    answers = tuple(_answer(given) for given in command.answers)
    rules = tools.plugins.matter(visit.case.matter.catalog_code)
    check_answers(rules.checklist, command.checklist_version, answers)
    verdict = rules.judge(answers)
    shown = ResultView(
        case=rules_case(visit.case),
        visit_no=visit.visit_no,
        visited_at=visit.starts_at,
        inspectors=rules_people(visit.people),
        answers=answers,
        checklist=rules.checklist,
        verdict=verdict,
        opinion=text(command.opinion, "opinion", 1000, required=False),
    )
    content = rules.write_report(shown)
    report = Attachment(f"{visit.visit_no}-现场勘验评审报告.docx", DOCX, content)
    return Judged(visit.version, answers, verdict, shown.opinion, report)


def commit(command: SubmitResult, judged: Judged, tx: Transaction, tools: Tools) -> ResultSubmitted:
    """Store result and report, move the visit, queue the delivery: one transaction."""
    visit = visits.by_number(tx.connection, command.visit_no)
    tx.object = visit.visit_no
    # The verdict was made for one version of the visit; a newer one must be judged again.
    visit = visits.move(tx, replace(visit, version=judged.visit_version), VisitEvent.REPORT)
    answers = [{"item": a.item, "mark": a.mark.value, "remark": a.remark} for a in judged.answers]
    report_id = results.add(
        tx,
        results.NewResult(
            task_id=visit.task_id,
            checklist_version=command.checklist_version,
            answers=answers,
            decision=judged.verdict.decision.value,
            reasons=judged.verdict.reasons,
            opinion=judged.opinion,
            report=judged.report,
        ),
    )
    crashpoint("result.stored")
    sha256 = hashlib.sha256(judged.report.content).hexdigest()
    outbox.put(tx, _delivery(visit, judged, answers, sha256, report_id, tx, tools))
    return ResultSubmitted(judged.verdict.decision.value, judged.verdict.reasons, "QUEUED", sha256)


def _answer(given: GivenAnswer) -> Answer:
    try:
        mark = Mark(given.mark)
    except ValueError:
        raise FieldInvalid(field="mark", why="应为 pass、fail 或 not_applicable") from None
    return Answer(given.item, mark, text(given.remark, "remark", 500, required=False))


def _delivery(
    visit: Visit,
    judged: Judged,
    answers: list[dict[str, str]],
    sha256: str,
    report_id: str,
    tx: Transaction,
    tools: Tools,
) -> outbox.Draft:
    return outbox.Draft(
        destination=tools.routes.upstream,
        subject=visit.case.case_no,
        kind="result.submitted",
        body={
            "case_no": visit.case.case_no,
            "visit_no": visit.visit_no,
            "task_id": visit.task_id,
            "decision": judged.verdict.decision.value,
            "reasons": list(judged.verdict.reasons),
            "judged_at": tx.now.isoformat(),
            "answers": answers,
            "report_name": judged.report.name,
            "report_sha256": sha256,
        },
        time_to_live=timedelta(hours=tools.routes.result_ttl_hours),
        attachment_id=report_id,
    )


SUBMIT_RESULT = UseCase(
    "VisitService/SubmitResult",
    writing(Role.INSPECTOR, Role.DEPT_ADMIN),
    ResultSubmitted,
    prepare,
    commit,
)
