"""Answers fit their checklist, or no plugin sees them."""

from __future__ import annotations

import pytest

from gateway.domain.checklist import check_answers
from gateway.errors import AnswersInvalid
from gateway.sdk.matter import Answer, Mark
from gateway.testkit.plugins import CHECKLIST

GOOD = (Answer("A1", Mark.PASS), Answer("A2", Mark.FAIL, "缺一处"), Answer("A3", Mark.NOT_APPLICABLE))


def test_complete_answers_pass() -> None:
    """One answer per item, in any order."""
    check_answers(CHECKLIST, CHECKLIST.version, GOOD)
    check_answers(CHECKLIST, CHECKLIST.version, GOOD[::-1])


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(GOOD[:2], id="one is missing"),
        pytest.param((*GOOD, GOOD[0]), id="one is given twice"),
        pytest.param((*GOOD, Answer("A9", Mark.PASS)), id="one nobody asked"),
        pytest.param((GOOD[0], Answer("A2", Mark.FAIL, "  "), GOOD[2]), id="a fail without words"),
        pytest.param((Answer("A1", Mark.NOT_APPLICABLE), *GOOD[1:]), id="absent where it may not be"),
        pytest.param((), id="none"),
    ],
)
def test_answers_that_do_not_fit(answers: tuple[Answer, ...]) -> None:
    """Each misfit is refused with a reason, and the reason stays short."""
    with pytest.raises(AnswersInvalid) as refused:
        check_answers(CHECKLIST, CHECKLIST.version, answers)
    assert refused.value.facts["why"]


def test_another_version_is_refused() -> None:
    """Answers name the version they were made for."""
    with pytest.raises(AnswersInvalid):
        check_answers(CHECKLIST, "示例-0", GOOD)


def test_reasons_stay_short() -> None:
    """A hostile item code does not flow into records."""
    long = Answer("长" * 500, Mark.PASS)
    for answers in ((*GOOD, long), (*GOOD, long, long)):
        with pytest.raises(AnswersInvalid) as refused:
            check_answers(CHECKLIST, CHECKLIST.version, answers)
        assert len(refused.value.facts["why"]) < 80
