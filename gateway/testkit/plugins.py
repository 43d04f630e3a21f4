"""A plugin host for tests: one demo matter, one platform and one SMS channel, behind real guards, under script."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import docx

from gateway.clock import Clock
from gateway.errors import MatterWithoutRules, PluginUnavailable
from gateway.plugin_host.guard import Guard
from gateway.plugin_host.host import PluginStatus, State
from gateway.plugin_host.http import Wire
from gateway.plugin_host.loaded import Door, LoadedMatter, LoadedNotifier, LoadedUpstream
from gateway.sdk import (
    Answer,
    CaseView,
    Checklist,
    ChecklistItem,
    Decision,
    Done,
    Filing,
    Kind,
    Mark,
    MatterRules,
    Message,
    Notice,
    Outcome,
    Page,
    PluginContext,
    Problem,
    ResultView,
    TimeLimit,
    Unit,
    Verdict,
)

CATALOG_CODE = "430922000001"
CHECKLIST = Checklist(
    "示例-1",
    (
        ChecklistItem("A1", "场所与申请一致", Kind.KEY, "示例"),
        ChecklistItem("A2", "设施齐全", Kind.IMPORTANT, "示例"),
        ChecklistItem("A3", "另设仓库", Kind.GENERAL, "示例", may_be_absent=True),
    ),
)
LIMITS = dict.fromkeys(
    ("check_filing", "judge", "report_fields", "time_limit", "deliver", "query", "pull", "send"), 10.0
)


class ScriptedMatter:
    """The rules of the demo matter: any FAIL fails.

    `problems` is what `check_filing` answers; `meanwhile` is called once each time while it judges.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.meanwhile: list[Callable[[], object]] = []

    def rules(self) -> MatterRules:
        """As a plugin would register them."""
        return MatterRules(
            CATALOG_CODE, CHECKLIST, template(), self._check_filing, self._judge, self._fields, self._limit
        )

    def _check_filing(self, _filing: Filing, _context: PluginContext) -> list[Problem]:
        return list(self.problems)

    def _judge(self, answers: Sequence[Answer], _context: PluginContext) -> Verdict:
        if self.meanwhile:
            self.meanwhile.pop(0)()
        failed = tuple(f"{answer.item} 不符合" for answer in answers if answer.mark is Mark.FAIL)
        return Verdict(Decision.FAIL if failed else Decision.PASS, failed)

    def _fields(self, result: ResultView, _context: PluginContext) -> Mapping[str, Any]:
        return {"visit_no": result.visit_no, "decision": result.verdict.decision.value}

    def _limit(self, case: CaseView, _context: PluginContext) -> TimeLimit:
        return TimeLimit(case.promise_value, Unit(case.promise_unit))


class ScriptedUpstream:
    """A platform that keeps what it gets. Each call takes the next of `outcomes`; an empty script means Done."""

    name = "province"

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.queries: list[str] = []
        self.outcomes: list[Outcome | Exception] = []
        self.pages: list[Page] = []

    def deliver(self, message: Message, _context: PluginContext) -> Outcome:
        """Keep the message."""
        self.messages.append(message)
        return _next(self.outcomes)

    def query(self, delivery_id: str, _context: PluginContext) -> Outcome:
        """Keep the question."""
        self.queries.append(delivery_id)
        return _next(self.outcomes)

    def pull(self, cursor: str, _context: PluginContext) -> Page:
        """The next of `pages`, or nothing new."""
        return self.pages.pop(0) if self.pages else Page((), cursor)


class ScriptedNotifier:
    """An SMS channel that keeps what it is to send; `outcomes` as for ScriptedUpstream."""

    name = "sms"

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.queries: list[str] = []
        self.outcomes: list[Outcome | Exception] = []

    def send(self, notice: Notice, _context: PluginContext) -> Outcome:
        """Keep the notice."""
        self.notices.append(notice)
        return _next(self.outcomes)

    def query(self, delivery_id: str, _context: PluginContext) -> Outcome:
        """Keep the question."""
        self.queries.append(delivery_id)
        return _next(self.outcomes)


class ScriptedHost:
    """What `gateway.plugin_host.host.PluginHost` offers, without installed plugins."""

    def __init__(self, clock: Clock) -> None:
        self.demo, self.province, self.sms = ScriptedMatter(), ScriptedUpstream(), ScriptedNotifier()
        self._matter = LoadedMatter(self.demo.rules(), _door("matter-demo", clock))
        self._upstream = LoadedUpstream("province", self.province, _door("upstream-demo", clock))
        self._notifier = LoadedNotifier("sms", self.sms, _door("sms-demo", clock))

    @property
    def plugins(self) -> list[PluginStatus]:
        """All three, ready."""
        kinds = {"matter-demo": "matter", "sms-demo": "notifier", "upstream-demo": "upstream"}
        return [PluginStatus(name, "0.1.0", kind, State.READY) for name, kind in kinds.items()]

    def matter(self, catalog_code: str) -> LoadedMatter:
        """The demo matter; MatterWithoutRules for any other."""
        if catalog_code != CATALOG_CODE:
            raise MatterWithoutRules(matter=catalog_code)
        return self._matter

    def upstream(self, name: str) -> LoadedUpstream:
        """`province`; PluginUnavailable for any other."""
        if name != self.province.name:
            raise PluginUnavailable(plugin=name, why="没有启用")
        return self._upstream

    def notifier(self, name: str) -> LoadedNotifier:
        """`sms`; PluginUnavailable for any other."""
        if name != self.sms.name:
            raise PluginUnavailable(plugin=name, why="没有启用")
        return self._notifier

    def close(self) -> None:
        """Nothing is open."""


@cache
def template() -> bytes:
    """A report template with two placeholders."""
    document = docx.Document()
    document.add_paragraph("现场勘验评审报告 {{ visit_no }}:{{ decision }}")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _door(plugin_id: str, clock: Clock) -> Door:
    guard = Guard(plugin_id, "示例股", 16, clock)
    return Door(plugin_id, guard, {}, LIMITS, Wire(frozenset(), clock), clock)


def _next(outcomes: list[Outcome | Exception]) -> Outcome:
    outcome = outcomes.pop(0) if outcomes else Done("R-1")
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
