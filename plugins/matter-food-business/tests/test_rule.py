"""The passing rule at its boundaries and against an independent formula."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matter_food_business import gateway_register_matters

from gateway.sdk import Answer, Decision, Kind, Mark, MatterRules, PluginContext
from gateway.testkit.contexts import fake_context

Answering = Callable[..., list[Answer]]
(RULES,) = gateway_register_matters()
ITEMS = RULES.checklist.items


def fails(important: int = 0, general: int = 0, key: int = 0) -> dict[str, Mark]:
    """That many failures of each kind."""
    codes = [
        f"{letter}{n:02d}"
        for letter, most in (("I", important), ("G", general), ("K", key))
        for n in range(1, most + 1)
    ]
    return dict.fromkeys(codes, Mark.FAIL)


def test_checklist_has_the_published_numbers() -> None:
    """43 items: 17 key, 18 important, 8 general."""
    counted = {kind: sum(item.kind is kind for item in ITEMS) for kind in Kind}

    assert counted == {Kind.KEY: 17, Kind.IMPORTANT: 18, Kind.GENERAL: 8}
    assert len({item.code for item in ITEMS}) == 43


def test_every_item_says_that_it_is_an_example() -> None:
    """Nobody may take the texts for an official form."""
    assert all(item.basis == "示例" and item.text.endswith("(示例)") for item in ITEMS)
    assert RULES.checklist.version == "示例-2026.1"


@pytest.mark.parametrize(
    ("marks", "decision"),
    [
        (fails(), Decision.PASS),
        (fails(important=3), Decision.PASS),
        (fails(important=4), Decision.RECTIFY),
        (fails(general=8), Decision.PASS),
        (fails(important=1, general=8), Decision.RECTIFY),
        (fails(important=3, general=5), Decision.PASS),
        (fails(important=3, general=6), Decision.RECTIFY),
        (fails(key=1), Decision.FAIL),
        (fails(key=1, important=18, general=8), Decision.FAIL),
    ],
)
def test_the_rule_turns_exactly_at_its_limits(
    rules: MatterRules, answering: Answering, context: PluginContext, marks: dict[str, Mark], decision: Decision
) -> None:
    """3 important pass and 4 do not; 8 together pass and 9 do not; one key item fails the visit."""
    assert rules.judge(answering(**marks), context).decision is decision


@settings(deadline=None)
@given(st.tuples(*(st.sampled_from(list(Mark) if item.may_be_absent else [Mark.PASS, Mark.FAIL]) for item in ITEMS)))
def test_every_combination_follows_the_formula(marks: tuple[Mark, ...]) -> None:
    """The verdict is that of the published formula, and the counts are the failures by kind."""
    answers = [
        Answer(item.code, mark, "x" if mark is Mark.FAIL else "") for item, mark in zip(ITEMS, marks, strict=True)
    ]
    letters = "".join(item.code[0] for item, mark in zip(ITEMS, marks, strict=True) if mark is Mark.FAIL)
    key, important, general = (letters.count(letter) for letter in "KIG")
    passed = key == 0 and important <= 3 and important + general <= 8

    verdict = RULES.judge(answers, fake_context("matter-food-business"))

    assert (verdict.decision is Decision.PASS) == passed
    assert (verdict.decision is Decision.FAIL) == (key > 0)
    assert verdict.counts == {"key": key, "important": important, "general": general}


@settings(deadline=None)
@given(st.integers(0, 18), st.integers(0, 8), st.integers(0, 1))
def test_numbers_near_the_limits_follow_the_formula(important: int, general: int, key: int) -> None:
    """Random marks seldom come near the limits, so the numbers themselves are drawn too."""
    marks = fails(important, general, key)
    answers = [Answer(item.code, marks.get(item.code, Mark.PASS), "x") for item in ITEMS]
    expected = (
        Decision.FAIL
        if key
        else Decision.PASS
        if max(important - 3, important + general - 8) <= 0
        else Decision.RECTIFY
    )

    assert RULES.judge(answers, fake_context("matter-food-business")).decision is expected


def test_reasons_name_every_failed_item(rules: MatterRules, answering: Answering, context: PluginContext) -> None:
    """The applicant must see what to correct."""
    verdict = rules.judge(answering(**fails(important=4, general=1)), context)

    text = "".join(verdict.reasons)
    assert all(code in text for code in ("I01", "I02", "I03", "I04", "G01"))
    assert "K01" not in text
    assert "超过 3 项" in text


def test_passing_with_failures_gives_advice(rules: MatterRules, answering: Answering, context: PluginContext) -> None:
    """A pass that leaves something to correct says so."""
    reasons = rules.judge(answering(G02=Mark.FAIL), context).reasons

    assert "G02" in "".join(reasons)
    assert "建议" in reasons[-1]


def test_an_absent_item_is_no_failure(rules: MatterRules, answering: Answering, context: PluginContext) -> None:
    """合理缺项 counts for nothing."""
    absent = {item.code: Mark.NOT_APPLICABLE for item in rules.checklist.items if item.may_be_absent}

    verdict = rules.judge(answering(**absent), context)

    assert verdict.decision is Decision.PASS
    assert set(verdict.counts.values()) == {0}


def test_an_item_that_must_be_there_cannot_be_absent(
    rules: MatterRules, answering: Answering, context: PluginContext
) -> None:
    """合理缺项 only where the checklist allows it."""
    with pytest.raises(ValueError, match="K01 may not be absent"):
        rules.judge(answering(K01=Mark.NOT_APPLICABLE), context)


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([Answer("K99", Mark.PASS)], "does not have"),
        ([Answer("K01", Mark.PASS)], "no answer for K02"),
        ([Answer("K01", Mark.PASS), Answer("K01", Mark.PASS)], "twice"),
        ([Answer("K01", Mark.FAIL, "  ")], "without a remark"),
        ([Answer("K01", "pass")], "no valid mark"),  # type: ignore[arg-type]  # what a careless caller sends
    ],
)
def test_answers_that_do_not_fit_are_refused(
    rules: MatterRules, context: PluginContext, answers: list[Answer], why: str
) -> None:
    """Unknown, missing and double items, and failures without a remark, are never judged."""
    with pytest.raises(ValueError, match=why):
        rules.judge(answers, context)
