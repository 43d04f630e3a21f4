"""Sample cases, visits and answers for the tests of this plugin; all 示例."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from matter_food_business import gateway_register_matters

from gateway.sdk import Answer, CaseView, Checklist, Inspector, Mark, MatterRules, PluginContext, ResultView
from gateway.testkit.contexts import fake_context

Answering = Callable[..., list[Answer]]


@pytest.fixture(scope="session")
def rules() -> MatterRules:
    """The matter this plugin registers."""
    (matter,) = gateway_register_matters()
    return matter


@pytest.fixture
def context() -> PluginContext:
    """A context with the default settings."""
    return fake_context("matter-food-business", config={"opens_hour": 8, "closes_hour": 18})


@pytest.fixture(scope="session")
def answering(rules: MatterRules) -> Answering:
    """All items pass except those named: `answering(K01=Mark.FAIL)`."""
    return lambda **marks: answers_for(rules.checklist, marks)


def answers_for(checklist: Checklist, marks: Mapping[str, Mark]) -> list[Answer]:
    """One answer per item, with a remark where it fails."""
    found = [(item.code, marks.get(item.code, Mark.PASS)) for item in checklist.items]
    return [Answer(code, mark, "现场所见(示例)" if mark is Mark.FAIL else "") for code, mark in found]


@pytest.fixture
def case() -> CaseView:
    """An accepted case."""
    return CaseView(
        case_no="示例办件0001",
        matter_code="430131001000",
        matter_name="食品经营许可(示例)",
        department_name="县市场监督管理局(示例)",
        party_name="示例餐饮店(虚构)",
        address="示例镇示例路1号",
        accepted_at=datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
        promise_value=10,
        promise_unit="working_day",
    )


@pytest.fixture
def result(rules: MatterRules, case: CaseView, answering: Answering, context: PluginContext) -> ResultView:
    """A judged visit with one general item failed."""
    answers = answering(G01=Mark.NOT_APPLICABLE, G03=Mark.FAIL)
    return ResultView(
        case=case,
        visit_no="TJKY-430922-20261123-0001",
        visited_at=datetime(2026, 11, 23, 1, 30, tzinfo=UTC),
        inspectors=(Inspector("示例甲", "EX-000001"), Inspector("示例乙", "EX-000002")),
        answers=tuple(answers),
        checklist=rules.checklist,
        verdict=rules.judge(answers, context),
        opinion="建议改正后长期保持。",
    )
