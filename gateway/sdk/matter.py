"""What a department's plugin says about one matter (勘验事项)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from gateway.sdk.context import PluginContext


class Kind(Enum):
    """How much a checklist item weighs: 关键项, 重点项, 一般项."""

    KEY = "key"
    IMPORTANT = "important"
    GENERAL = "general"


class Mark(Enum):
    """The answer to one item: 符合, 不符合, 合理缺项 (the item does not apply here)."""

    PASS = "pass"  # noqa: S105 - an answer, no password
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"


class Decision(Enum):
    """What the answers amount to: 通过, 整改, 不通过."""

    PASS = "pass"  # noqa: S105 - a decision, no password
    RECTIFY = "rectify"
    FAIL = "fail"


@dataclass(frozen=True)
class ChecklistItem:
    """One line of the checklist. `code` is unique in it; `basis` cites the legal source or says 示例."""

    code: str
    text: str
    kind: Kind
    basis: str
    may_be_absent: bool = False


@dataclass(frozen=True)
class Checklist:
    """The items of a matter under one version; answers name the version they were made for."""

    version: str
    items: tuple[ChecklistItem, ...]


@dataclass(frozen=True)
class Answer:
    """What the inspectors found for one item; a FAIL needs a remark."""

    item: str
    mark: Mark
    remark: str = ""


@dataclass(frozen=True)
class Problem:
    """Why something may not be done as it stands: a code of your own and a Chinese sentence that says what to do."""

    code: str
    message: str


@dataclass(frozen=True)
class Verdict:
    """The judgement and its reasons in Chinese; `counts` are the failures by kind."""

    decision: Decision
    reasons: tuple[str, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Inspector:
    """One person of the visit, as the rules may see them."""

    name: str
    certificate_no: str


@dataclass(frozen=True)
class CaseView:
    """The case, as the rules may see it. Limits are the platform's: value and unit, never inferred."""

    case_no: str
    matter_code: str
    matter_name: str
    department_name: str
    party_name: str
    address: str
    accepted_at: datetime
    promise_value: int
    promise_unit: str


@dataclass(frozen=True)
class Filing:
    """A visit that somebody wants to file."""

    case: CaseView
    starts_at: datetime
    ends_at: datetime
    inspectors: tuple[Inspector, ...]


@dataclass(frozen=True)
class ResultView:
    """A judged result, ready to be put into the department's Word template."""

    case: CaseView
    visit_no: str
    visited_at: datetime
    inspectors: tuple[Inspector, ...]
    answers: tuple[Answer, ...]
    checklist: Checklist
    verdict: Verdict
    opinion: str


class Unit(Enum):
    """工作日 or 自然日. A plain 日 is settled by the platform's field, never by us."""

    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"


@dataclass(frozen=True)
class TimeLimit:
    """A limit as the matter states it."""

    value: int
    unit: Unit


@dataclass(frozen=True)
class MatterRules:
    """One matter's rules. All functions are plain `def`, quick, and without side effects.

    Attributes:
        code: the catalogue code (基本编码, 12 digits) of the matter.
        checklist: its items under a version.
        report_template: the .docx template's bytes (docxtpl placeholders).
        check_filing: may this visit be filed as it stands? An empty list means yes.
        judge: checklist answers to a verdict with reasons.
        report_fields: the values for the template's placeholders.
        time_limit: value and unit, from the matter.
    """

    code: str
    checklist: Checklist
    report_template: bytes
    check_filing: Callable[[Filing, PluginContext], list[Problem]]
    judge: Callable[[Sequence[Answer], PluginContext], Verdict]
    report_fields: Callable[[ResultView, PluginContext], Mapping[str, Any]]
    time_limit: Callable[[CaseView, PluginContext], TimeLimit]
