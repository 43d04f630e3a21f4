"""What a plugin answered, checked to the last element: a wrong part is the plugin's fault, told before it spreads."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

from gateway.plugin_host.guard import WrongAnswer
from gateway.sdk import (
    BadRecord,
    CaseAccepted,
    Decision,
    Done,
    MatterPublished,
    Outcome,
    Page,
    Problem,
    Rejected,
    Retry,
    TimeLimit,
    Uncertain,
    Unit,
    Verdict,
)

T = TypeVar("T")
OUTCOMES = (Done, Retry, Rejected, Uncertain)


def problems(answer: object) -> list[Problem]:
    """`check_filing` answers a list of Problem."""
    if not isinstance(answer, list | tuple) or not all(isinstance(one, Problem) for one in answer):
        _wrong("list[Problem]", answer)
    for one in answer:
        _texts("Problem 的 code 和 message", one.code, one.message)
    return list(answer)


def verdict(answer: object) -> Verdict:
    """`judge` answers a Verdict with Chinese reasons and whole counts."""
    given = _kind(answer, Verdict)
    if not isinstance(given.decision, Decision):
        _wrong("Verdict.decision 为 Decision", given.decision)
    if not isinstance(given.reasons, tuple):
        _wrong("Verdict.reasons 为文字的 tuple", given.reasons)
    _texts("Verdict.reasons 的每一条", *given.reasons)
    if not isinstance(given.counts, Mapping) or not all(type(one) is int for one in given.counts.values()):
        _wrong("Verdict.counts 为名称到整数的对应", given.counts)
    return Verdict(given.decision, given.reasons, MappingProxyType(dict(given.counts)))


def fields(answer: object) -> Mapping[str, Any]:
    """`report_fields` answers a mapping with text keys."""
    if not isinstance(answer, Mapping) or not all(isinstance(key, str) for key in answer):
        _wrong("键为文字的 Mapping", answer)
    return dict(answer)


def limit(answer: object) -> TimeLimit:
    """`time_limit` answers a positive number with its unit."""
    given = _kind(answer, TimeLimit)
    if type(given.value) is not int or given.value <= 0:
        _wrong("TimeLimit.value 为正整数", given.value)
    if not isinstance(given.unit, Unit):
        _wrong("TimeLimit.unit 为 Unit", given.unit)
    return given


def outcome(answer: object) -> Outcome:
    """`deliver`, `send` and `query` answer one of the four outcomes."""
    if not isinstance(answer, OUTCOMES):
        _wrong("Done、Retry、Rejected 或 Uncertain", answer)
    _texts("Outcome 的说明", answer.receipt if isinstance(answer, Done) else answer.why)
    after = answer.after_s if isinstance(answer, Retry) else None
    if after is not None and (isinstance(after, bool) or not isinstance(after, int | float) or not 0 <= after < 1e9):
        _wrong("Retry.after_s 为不小于 0 的秒数", after)
    return answer


def page(answer: object) -> Page:
    """`pull` answers a Page of known events and a cursor."""
    given = _kind(answer, Page)
    _texts("Page.cursor", given.cursor)
    if not isinstance(given.events, tuple):
        _wrong("Page.events 为 tuple", given.events)
    for event in given.events:
        if not isinstance(event, MatterPublished | CaseAccepted):
            _wrong("Page.events 的每一项为 MatterPublished 或 CaseAccepted", event)
    if not isinstance(given.bad, tuple) or not all(isinstance(one, BadRecord) for one in given.bad):
        _wrong("Page.bad 为 BadRecord 的 tuple", given.bad)
    if not isinstance(given.more, bool):
        _wrong("Page.more 为 bool", given.more)
    return given


def _kind(answer: object, kind: type[T]) -> T:
    if not isinstance(answer, kind):
        _wrong(kind.__name__, answer)
    return answer


def _texts(what: str, *values: object) -> None:
    for value in values:
        if not isinstance(value, str):
            _wrong(f"{what}为文字", value)


def _wrong(wanted: str, got: object) -> NoReturn:
    if inspect.iscoroutine(got):
        got.close()
    raise WrongAnswer(f"应返回 {wanted},却得到 {type(got).__name__};请按接口说明修正后重新发布。")
