"""A relay over an office, with receivers under script and faults on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar, cast

from gateway.delivery.backoff import Backoff
from gateway.delivery.relay import Relay, RelaySettings
from gateway.plugin_host.host import PluginHost
from gateway.sdk import Done, Message, Notice, Outcome, Page
from gateway.store import outbox
from gateway.store.transaction import Transaction
from gateway.testkit.office import Office
from gateway.usecases.runner import Runner

T = TypeVar("T")
Reply = Outcome | Exception | Callable[[], Outcome]
LEASE = timedelta(seconds=15)
WAIT_S = 20.0


class ScriptedReceiver:
    """Platform and SMS channel at once. Each delivery has its own script; an empty one means Done.

    `calls` holds `("send" or "query", delivery id)` in order, `given` what was sent, `limits` the seconds allowed.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self.sends: dict[str, list[Reply]] = {}
        self.queries: dict[str, list[Reply]] = {}
        self.pages: list[Page | Exception] = []
        self.cursors: list[str] = []
        self.calls: list[tuple[str, str]] = []
        self.given: list[Message | Notice] = []
        self.limits: list[float] = []
        self._changed = changed

    def deliver(self, message: Message, *, within_s: float) -> Outcome:
        """Take a message."""
        self.given.append(message)
        return self._reply("send", message.delivery_id, self.sends, within_s)

    def send(self, notice: Notice, *, within_s: float) -> Outcome:
        """Take a notice."""
        self.given.append(notice)
        return self._reply("send", notice.delivery_id, self.sends, within_s)

    def query(self, delivery_id: str, *, within_s: float) -> Outcome:
        """Say what is here."""
        return self._reply("query", delivery_id, self.queries, within_s)

    def pull(self, cursor: str) -> Page:
        """The next page of the script, else nothing new."""
        self.cursors.append(cursor)
        self._changed()
        page = self.pages.pop(0) if self.pages else Page((), cursor)
        if isinstance(page, Exception):
            raise page
        return page

    def _reply(self, call: str, delivery_id: str, scripts: dict[str, list[Reply]], within_s: float) -> Outcome:
        self.limits.append(within_s)
        self.calls.append((call, delivery_id))
        self._changed()
        script = scripts.get(delivery_id, [])
        reply = script.pop(0) if script else Done("R-1")
        if isinstance(reply, Exception):
            raise reply
        return reply() if callable(reply) else reply


class Plugins:
    """A plugin host whose every plugin is the one receiver; the office's own matter rules stay."""

    def __init__(self, receiver: ScriptedReceiver) -> None:
        self._receiver = receiver

    def upstream(self, _name: str) -> ScriptedReceiver:
        """The receiver."""
        return self._receiver

    def notifier(self, _name: str) -> ScriptedReceiver:
        """The receiver."""
        return self._receiver


class FlakyRunner(Runner):
    """A runner that fails when told to: `faults` by method, one per call, None lets pass; `asked` holds the methods."""

    faults: dict[str, list[Exception | None]]
    asked: list[str]
    changed: Callable[[], None]

    async def system(self, method: str, commit: Callable[[Transaction], T]) -> T:
        """Commit, or fail."""
        self._fail(method)
        return await super().system(method, commit)

    async def do(self, use_case: Any, *given: Any, **also: Any) -> Any:
        """Run, or fail."""
        self._fail(use_case.method)
        return await super().do(use_case, *given, **also)

    def _fail(self, method: str) -> None:
        self.asked.append(method)
        self.changed()
        fault = self.faults[method].pop(0) if self.faults.get(method) else None
        if fault is not None:
            raise fault


class Deliveries:
    """What a test of delivery needs: streams to fill, a receiver to script, and a way to wait for what happens."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._loop, self._changes = asyncio.get_running_loop(), asyncio.Event()
        self.receiver = ScriptedReceiver(self.changed)
        plugins = cast("PluginHost", Plugins(self.receiver))
        self.runner = FlakyRunner(replace(office.tools, plugins=plugins), office.writer)
        self.runner.faults, self.runner.asked, self.runner.changed = {}, [], self.changed
        self.runner.after_commit(self.changed)

    def changed(self) -> None:
        """Have `until` look again; from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changes.set)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so; it is looked at after each commit and each call of the receiver."""
        async with asyncio.timeout(WAIT_S):
            while not condition():
                await self._changes.wait()
                self._changes.clear()

    def relay(self, *, workers: int = 4, poll_s: float = 3600.0) -> Relay:
        """A relay that waits exactly one minute before the first retry."""
        backoff = Backoff(60.0, 21_600.0, uniform=lambda _least, most: most)
        return Relay(self.runner, RelaySettings("tester", workers, LEASE, poll_s, backoff))

    @asynccontextmanager
    async def carrying(self, **settings: Any) -> AsyncIterator[Relay]:
        """A relay at work, told of every commit."""
        relay = self.relay(**settings)
        self.runner.after_commit(relay.wake)
        running = asyncio.create_task(relay.run())
        try:
            yield relay
        finally:
            await relay.stop()
            await running

    async def carry(self) -> None:
        """Carry until nothing is due any more."""
        async with self.carrying():
            await self.until(lambda: not self.due())

    async def carry_nothing(self) -> None:
        """Let a relay look once; it must find nothing to carry."""
        before = len(self.receiver.calls)
        async with self.carrying():
            await self.office.runner.system("other", lambda _tx: None)
        if len(self.receiver.calls) != before:
            raise AssertionError(f"carried {self.receiver.calls[before:]}")

    def due(self) -> list[str]:
        """Subjects of streams that are due now, leased or not."""
        now = self.office.clock.now()
        rows = self.office.rows("streams")
        return [row["subject"] for row in rows if row["due_at"] is not None and row["due_at"] <= now]

    def later(self, **delta: float) -> None:
        """Let time pass."""
        self.office.clock.advance(timedelta(**delta))

    async def put(self, subject: str = "s", kind: str = "visit.filed", ttl: timedelta = timedelta(hours=72)) -> str:
        """Append a message to a stream; returns its id."""
        body = {"phone": "13800000001", "text": "示例"} if kind.startswith("notice.") else {"case_no": "示例"}
        draft = outbox.Draft("province", subject, kind, body, ttl)
        return await self.office.runner.system("put", lambda tx: outbox.put(tx, draft))

    def row(self, delivery_id: str) -> dict[str, Any]:
        """A delivery as stored."""
        return next(row for row in self.office.rows("outbox") if row["delivery_id"] == delivery_id)

    def states(self) -> list[str]:
        """The states of all deliveries, oldest first."""
        return [row["state"] for row in sorted(self.office.rows("outbox"), key=lambda row: str(row["delivery_id"]))]
