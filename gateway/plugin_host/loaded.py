"""Plugins as the gateway uses them: the sdk's functions without context, each call through the guard."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from gateway.clock import Clock
from gateway.plugin_host import answers as check
from gateway.plugin_host.guard import Guard
from gateway.plugin_host.http import Wire
from gateway.plugin_host.report import render_report
from gateway.sdk import (
    Answer,
    CaseView,
    Checklist,
    Filing,
    MatterRules,
    Message,
    Notice,
    Notifier,
    Outcome,
    Page,
    PluginContext,
    Problem,
    ResultView,
    TimeLimit,
    Upstream,
    Verdict,
)

T = TypeVar("T")
_PERSONAL = re.compile(r"(?<!\d)(1\d{10}|\d{17}[\dXx])(?!\d)")


class PluginLog:
    """`gateway.sdk.Log` on the standard logger `gateway.plugin.<id>`; telephone and citizen numbers are masked."""

    def __init__(self, plugin_id: str) -> None:
        self._log = logging.getLogger(f"gateway.plugin.{plugin_id}")

    def info(self, event: str, **facts: object) -> None:
        """Say that something happened."""
        self._log.info("%s", _line(event, facts))

    def warning(self, event: str, **facts: object) -> None:
        """Say that something needs a look."""
        self._log.warning("%s", _line(event, facts))


def _line(event: str, facts: Mapping[str, object]) -> str:
    words = [str(event), *(f"{name}={value!s}" for name, value in facts.items())]
    line = "".join(letter if letter.isprintable() else " " for letter in " ".join(words))
    return _PERSONAL.sub("***", line)[:1000]


@dataclass(frozen=True)
class Door:
    """Everything a call into one plugin needs. `limits` are seconds by operation."""

    plugin_id: str
    guard: Guard
    settings: Mapping[str, Any]
    limits: Mapping[str, float]
    wire: Wire
    clock: Clock

    def call(
        self,
        operation: str,
        ask: Callable[[PluginContext], object],
        check_answer: Callable[[object], T],
        within_s: float | None,
    ) -> T:
        """Ask the plugin and check its answer, both inside the guard, within the smaller of its limit and ours."""
        limit = self.limits[operation]
        left = limit if within_s is None else min(limit, within_s)
        context = PluginContext(
            plugin_id=self.plugin_id,
            config=self.settings,
            now=self.clock.now(),
            deadline_s=left,
            http=self.wire.open(left),
            log=PluginLog(self.plugin_id),
        )
        return self.guard.call(operation, lambda: check_answer(ask(context)), left, object)


class LoadedMatter:
    """One matter's rules; `within_s` is what the caller itself has left, in seconds.

    Every function may raise PluginUnavailable (busy or paused: it was not asked), PluginSilent (asked, no answer in
    time) or PluginContractError (it raised, or answered what it may not).
    """

    def __init__(self, rules: MatterRules, door: Door) -> None:
        self._rules, self._door = rules, door

    @property
    def plugin_id(self) -> str:
        """The plugin it came from."""
        return self._door.plugin_id

    @property
    def checklist(self) -> Checklist:
        """Its items under a version."""
        return self._rules.checklist

    @property
    def report_template(self) -> bytes:
        """The .docx template."""
        return self._rules.report_template

    def check_filing(self, filing: Filing, *, within_s: float | None = None) -> list[Problem]:
        """May this visit be filed as it stands? An empty list means yes."""
        ask = self._rules.check_filing
        return self._door.call("check_filing", lambda context: ask(filing, context), check.problems, within_s)

    def judge(self, answers: Sequence[Answer], *, within_s: float | None = None) -> Verdict:
        """Checklist answers to a verdict with reasons."""
        ask = self._rules.judge
        return self._door.call("judge", lambda context: ask(answers, context), check.verdict, within_s)

    def report_fields(self, result: ResultView, *, within_s: float | None = None) -> Mapping[str, Any]:
        """The values for the template's placeholders."""
        ask = self._rules.report_fields
        return self._door.call("report_fields", lambda context: ask(result, context), check.fields, within_s)

    def write_report(self, result: ResultView, *, within_s: float | None = None) -> bytes:
        """The Word report: the plugin's values in its template. A template is the plugin's code, too."""
        ask, template, name = self._rules.report_fields, self._rules.report_template, self.plugin_id

        def written(answer: object) -> bytes:
            return render_report(template, check.fields(answer), plugin=name)

        return self._door.call("report_fields", lambda context: ask(result, context), written, within_s)

    def time_limit(self, case: CaseView, *, within_s: float | None = None) -> TimeLimit:
        """Value and unit, from the matter."""
        ask = self._rules.time_limit
        return self._door.call("time_limit", lambda context: ask(case, context), check.limit, within_s)


class LoadedUpstream:
    """One platform. Errors as for LoadedMatter; after PluginSilent or PluginContractError nobody knows: ask `query`."""

    def __init__(self, name: str, upstream: Upstream, door: Door) -> None:
        self.name = name
        self._upstream, self._door = upstream, door

    @property
    def plugin_id(self) -> str:
        """The plugin it came from."""
        return self._door.plugin_id

    def deliver(self, message: Message, *, within_s: float | None = None) -> Outcome:
        """Hand over one message once."""
        return self._door.call(
            "deliver", lambda context: self._upstream.deliver(message, context), check.outcome, within_s
        )

    def query(self, delivery_id: str, *, within_s: float | None = None) -> Outcome:
        """Does the platform have it?"""
        return self._door.call(
            "query", lambda context: self._upstream.query(delivery_id, context), check.outcome, within_s
        )

    def pull(self, cursor: str, *, within_s: float | None = None) -> Page:
        """What is new since the cursor."""
        return self._door.call("pull", lambda context: self._upstream.pull(cursor, context), check.page, within_s)


class LoadedNotifier:
    """One way to send short messages. Errors as for LoadedUpstream."""

    def __init__(self, name: str, notifier: Notifier, door: Door) -> None:
        self.name = name
        self._notifier, self._door = notifier, door

    @property
    def plugin_id(self) -> str:
        """The plugin it came from."""
        return self._door.plugin_id

    def send(self, notice: Notice, *, within_s: float | None = None) -> Outcome:
        """Send once."""
        return self._door.call("send", lambda context: self._notifier.send(notice, context), check.outcome, within_s)

    def query(self, delivery_id: str, *, within_s: float | None = None) -> Outcome:
        """Was it taken?"""
        return self._door.call(
            "query", lambda context: self._notifier.query(delivery_id, context), check.outcome, within_s
        )
