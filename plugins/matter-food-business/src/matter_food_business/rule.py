"""The passing rule: checklist answers become a verdict with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gateway.sdk import Answer, Checklist, ChecklistItem, Decision, Kind, Mark, PluginContext, Verdict

MOST_IMPORTANT_FAILS = 3
MOST_FAILS = 8
"""Passed if no key item fails, at most 3 important items fail, and at most 8 important and general items together.

Source: 食品经营许可现场核查表, 43 items (17 关键, 18 重点, 8 一般), https://360docs.net/doc/727860283.html; a secondary
source, so the office must check it against its own current form.
"""

WORDS = {Kind.KEY: "关键项", Kind.IMPORTANT: "重点项", Kind.GENERAL: "一般项"}


def judge(checklist: Checklist, answers: Sequence[Answer], context: PluginContext) -> Verdict:
    """Judge one answer per item.

    A failed key item fails the visit. Otherwise the rule decides between passing, with what is left to correct said as
    advice, and correcting first.

    Raises:
        ValueError: the answers do not fit the checklist. The gateway refuses such answers before; this is the second
            lock, and it names item codes only.
    """
    given = _by_item(checklist, answers)
    failed = [item for item in checklist.items if given[item.code].mark is Mark.FAIL]
    by_kind = {kind: [item for item in failed if item.kind is kind] for kind in Kind}
    counts = {kind.value: len(items) for kind, items in by_kind.items()}
    return Verdict(*_decide(by_kind), counts)


def _by_item(checklist: Checklist, answers: Iterable[Answer]) -> Mapping[str, Answer]:
    items = {item.code: item for item in checklist.items}
    given: dict[str, Answer] = {}
    for answer in answers:
        if answer.item not in items:
            raise ValueError("an answer names an item the checklist does not have")
        if answer.item in given:
            raise ValueError(f"item {answer.item} is answered twice")
        _check(items[answer.item], answer)
        given[answer.item] = answer
    missing = [code for code in items if code not in given]
    if missing:
        raise ValueError(f"no answer for {', '.join(missing)}")
    return given


def _check(item: ChecklistItem, answer: Answer) -> None:
    if not isinstance(answer.mark, Mark):
        raise ValueError(f"item {item.code} has no valid mark")
    if answer.mark is Mark.FAIL and not answer.remark.strip():
        raise ValueError(f"item {item.code} fails without a remark")
    if answer.mark is Mark.NOT_APPLICABLE and not item.may_be_absent:
        raise ValueError(f"item {item.code} may not be absent")


def _decide(failed: Mapping[Kind, Sequence[ChecklistItem]]) -> tuple[Decision, tuple[str, ...]]:
    key, important, general = failed[Kind.KEY], failed[Kind.IMPORTANT], failed[Kind.GENERAL]
    together = len(important) + len(general)
    named = tuple(_named(kind, items) for kind, items in failed.items() if items)
    if key:
        return Decision.FAIL, (f"关键项有 {len(key)} 项不符合,按规则不通过。", *named)
    if len(important) > MOST_IMPORTANT_FAILS or together > MOST_FAILS:
        return Decision.RECTIFY, (*_exceeded(len(important), together), *named, "以上各项整改后可申请复勘。")
    if not together:
        return Decision.PASS, ("各项均符合要求或属合理缺项。",)
    return Decision.PASS, (f"不符合项共 {together} 项,未超过规则限度,予以通过。", *named, "建议对以上各项及时改正。")


def _exceeded(important: int, together: int) -> tuple[str, ...]:
    reasons = []
    if important > MOST_IMPORTANT_FAILS:
        reasons.append(f"重点项不符合 {important} 项,超过 {MOST_IMPORTANT_FAILS} 项。")
    if together > MOST_FAILS:
        reasons.append(f"重点项和一般项不符合共 {together} 项,超过 {MOST_FAILS} 项。")
    return tuple(reasons)


def _named(kind: Kind, items: Sequence[ChecklistItem]) -> str:
    listed = "、".join(f"{item.code}“{item.text}”" for item in items)
    return f"不符合的{WORDS[kind]}:{listed}。"
