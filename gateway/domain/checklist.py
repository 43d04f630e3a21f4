"""Do the answers fit the checklist? Checked before any plugin sees them."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.errors import AnswersInvalid
from gateway.sdk.matter import Answer, Checklist, ChecklistItem, Mark


def check_answers(checklist: Checklist, version: str, answers: Sequence[Answer]) -> None:
    """One answer per item, of the right version; a FAIL says why; only optional items may be absent."""
    if version != checklist.version:
        raise AnswersInvalid(why=f"检查表版本应为 {checklist.version}")
    given: dict[str, Answer] = {}
    for answer in answers:
        if answer.item in given:
            raise AnswersInvalid(why=f"{answer.item[:40]} 重复作答")
        given[answer.item] = answer
    for item in checklist.items:
        _check_one(item, given.pop(item.code, None))
    if given:
        raise AnswersInvalid(why=f"检查表没有 {min(given)[:40]} 这一项")


def _check_one(item: ChecklistItem, answer: Answer | None) -> None:
    if answer is None:
        raise AnswersInvalid(why=f"{item.code} 未作答")
    if answer.mark is Mark.FAIL and not answer.remark.strip():
        raise AnswersInvalid(why=f"{item.code} 判为不符合,须写明情况")
    if answer.mark is Mark.NOT_APPLICABLE and not item.may_be_absent:
        raise AnswersInvalid(why=f"{item.code} 不得作合理缺项")
