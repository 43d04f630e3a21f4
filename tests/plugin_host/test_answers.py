"""Answers are checked to the last element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway.plugin_host import answers
from gateway.plugin_host.guard import WrongAnswer
from gateway.sdk import BadRecord, Decision, Done, Page, Problem, Rejected, Retry, TimeLimit, Uncertain, Unit, Verdict

WRONG: list[tuple[Callable[[object], object], Any]] = [
    (answers.problems, None),
    (answers.problems, ["x"]),
    (answers.problems, [Problem("x", None)]),  # type: ignore[arg-type]  # a plugin's mistake
    (answers.verdict, "pass"),
    (answers.verdict, Verdict("pass", ())),  # type: ignore[arg-type]  # a plugin's mistake
    (answers.verdict, Verdict(Decision.PASS, ["x"])),  # type: ignore[arg-type]  # a plugin's mistake
    (answers.verdict, Verdict(Decision.PASS, (1,))),  # type: ignore[arg-type]  # a plugin's mistake
    (answers.verdict, Verdict(Decision.PASS, (), {"key": "1"})),  # type: ignore[dict-item]  # a plugin's mistake
    (answers.fields, [("a", 1)]),
    (answers.fields, {1: "a"}),
    (answers.limit, 10),
    (answers.limit, TimeLimit(0, Unit.WORKING_DAY)),
    (answers.limit, TimeLimit(True, Unit.WORKING_DAY)),
    (answers.limit, TimeLimit(3, "working_day")),  # type: ignore[arg-type]  # a plugin's mistake
    (answers.outcome, True),
    (answers.outcome, Retry("x", after_s=float("nan"))),
    (answers.outcome, Retry("x", after_s=-1)),
    (answers.outcome, Uncertain(None)),  # type: ignore[arg-type]  # a plugin's mistake
    (answers.page, Page((), 7)),  # type: ignore[arg-type]  # a plugin's mistake
    (answers.page, Page([], "c")),  # type: ignore[arg-type]  # a plugin's mistake
    (answers.page, Page(("event",), "c")),  # type: ignore[arg-type]  # a plugin's mistake
    (answers.page, Page((), "c", more=1)),  # type: ignore[arg-type]  # a plugin's mistake
    (answers.page, Page((), "c", bad=("x",))),  # type: ignore[arg-type]  # a plugin's mistake
]


@pytest.mark.parametrize(("check", "answer"), WRONG)
def test_a_wrong_part_is_found(check: Callable[[object], object], answer: object) -> None:
    """A value of the wrong type is the plugin's fault here, not a riddle later."""
    with pytest.raises(WrongAnswer, match="应返回"):
        check(answer)


@pytest.mark.parametrize(
    "answer", [Done(), Done("r"), Retry("x"), Retry("x", after_s=2), Rejected("x"), Uncertain("x")]
)
def test_each_outcome_passes(answer: object) -> None:
    """All four words of the contract are understood."""
    assert answers.outcome(answer) == answer


def test_good_answers_pass_unchanged() -> None:
    """Checking changes no value."""
    page = Page((), "c", more=True, bad=(BadRecord("1", "x"),))

    assert answers.page(page) is page
    assert answers.problems([]) == []
    assert answers.limit(TimeLimit(3, Unit.CALENDAR_DAY)) == TimeLimit(3, Unit.CALENDAR_DAY)
    assert answers.verdict(Verdict(Decision.FAIL, ("x",), {"key": 1})).counts == {"key": 1}


def test_what_was_answered_cannot_change_afterwards() -> None:
    """A plugin that keeps the list it gave cannot alter it behind our back."""
    kept = [Problem("a", "b")]
    got = answers.problems(kept)
    kept.clear()

    assert got == [Problem("a", "b")]
