"""Carries the outbox to upstreams and notifiers: in order per stream, at least once, never guessing what happened."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from gateway.database.crashpoints import crashpoint
from gateway.delivery.backoff import Backoff
from gateway.errors import GatewayError, PluginSilent, PluginUnavailable, Unavailable
from gateway.sdk.notifier import Notice
from gateway.sdk.outcome import Done, Outcome, Rejected, Retry, Uncertain
from gateway.sdk.upstream import Attachment, Message
from gateway.store import outbox, results
from gateway.store.transaction import Transaction
from gateway.usecases.runner import Runner
from gateway.usecases.settle_delivery import Ended, settle

log = structlog.get_logger(__name__)
INTERNAL = frozenset({"task_id"})
"""What a body holds for ourselves and no receiver is told."""


@dataclass(frozen=True)
class RelaySettings:
    """`owner` names this process in leases; a lease outlives the longest plugin call."""

    owner: str
    workers: int
    lease: timedelta
    poll_s: float
    backoff: Backoff


class Relay:
    """One loop that leases due streams and one task per leased head."""

    def __init__(self, runner: Runner, settings: RelaySettings) -> None:
        self._runner = runner
        self._settings = settings
        self._wake = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._at_work: set[asyncio.Task[None]] = set()
        self._stopping = False

    def wake(self) -> None:
        """Look at the outbox now; may be called from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Work until `stop`."""
        while not self._stopping:
            self._wake.clear()
            wait = self._settings.poll_s
            try:
                wait = await self._take_due()
            except Unavailable as error:
                log.warning("relay_waits", code=error.code)
            try:
                async with asyncio.timeout(wait):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def stop(self) -> None:
        """Take nothing new and wait for what is under way."""
        self._stopping = True
        self.wake()
        if self._at_work:
            await asyncio.wait(self._at_work)

    async def _take_due(self) -> float:
        """Lease what is due; returns how long nothing else will be."""
        settings, tools = self._settings, self._runner.tools
        free = settings.workers - len(self._at_work)
        due = await asyncio.to_thread(self._next_due)
        if due is None or free <= 0:
            return settings.poll_s
        wait = (due - tools.clock.now()).total_seconds()
        if wait > 0:
            return min(wait, settings.poll_s)

        def lease(tx: Transaction) -> list[outbox.Leased]:
            return list(outbox.lease(tx, settings.owner, tx.now + settings.lease, free))

        for held in await self._runner.system("lease_deliveries", lease):
            crashpoint("relay.leased")
            task = asyncio.create_task(self._carry(held))
            self._at_work.add(task)
            task.add_done_callback(self._done)
        return settings.poll_s

    def _next_due(self) -> datetime | None:
        with self._runner.tools.reading.connect() as connection:
            return outbox.next_due(connection)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("carry_failed", exc_info=task.exception())
        self._wake.set()

    async def _carry(self, held: outbox.Leased) -> None:
        tools = self._runner.tools
        late = held.expires_at <= tools.clock.now()
        outcome = Rejected("已超过送达期限") if late else await asyncio.to_thread(self._attempt, held)
        crashpoint("relay.answered")
        if isinstance(outcome, Done | Rejected):
            ended = Ended(held, outcome, out_of_time=late)
            kept = await self._runner.system("settle_delivery", lambda tx: settle(tx, ended))
            crashpoint("relay.settled")
        else:
            kept = await self._postpone(held, outcome)
        log.info(
            "delivery",
            delivery_id=held.delivery_id,
            destination=held.destination,
            kind=held.kind,
            attempt=held.attempts,
            outcome=type(outcome).__name__,
            late_result=not kept,
        )

    async def _postpone(self, held: outbox.Leased, outcome: Retry | Uncertain) -> bool:
        asked = outcome.after_s if isinstance(outcome, Retry) else None
        delay = timedelta(seconds=self._settings.backoff.delay(held.attempts, asked))
        doubt = isinstance(outcome, Uncertain)

        def postpone(tx: Transaction) -> bool:
            return outbox.postpone(tx, held, tx.now + delay, problem=outcome.why, in_doubt=doubt)

        return await self._runner.system("postpone_delivery", postpone)

    def _attempt(self, held: outbox.Leased) -> Outcome:
        """One try, on a thread. An earlier try without a known end is asked about before anything is sent again."""
        try:
            if held.in_doubt:
                asked = self._query(held)
                if not isinstance(asked, Retry):
                    return asked
            crashpoint("relay.before_send")
            outcome = self._send(held)
            crashpoint("relay.sent")
        except PluginSilent as error:
            return Uncertain(error.code)
        except PluginUnavailable as error:
            # The plugin was not even asked; an older doubt stays.
            return Uncertain(error.code) if held.in_doubt else Retry(error.code)
        except GatewayError as error:
            return Uncertain(error.code)
        return outcome

    def _query(self, held: outbox.Leased) -> Outcome:
        plugins = self._runner.tools.plugins
        if held.kind.startswith("notice."):
            return plugins.notifier(held.destination).query(held.delivery_id)
        return plugins.upstream(held.destination).query(held.delivery_id)

    def _send(self, held: outbox.Leased) -> Outcome:
        tools = self._runner.tools
        if held.kind.startswith("notice."):
            body = held.body
            notice = Notice(held.delivery_id, held.attempts, held.kind, str(body["phone"]), str(body["text"]))
            return tools.plugins.notifier(held.destination).send(notice)
        attached: tuple[Attachment, ...] = ()
        if held.attachment_id:
            with tools.reading.connect() as connection:
                attached = (results.attachment(connection, held.attachment_id),)
        body = {name: value for name, value in held.body.items() if name not in INTERNAL}
        message = Message(held.delivery_id, held.attempts, held.kind, held.subject, body, attached)
        return tools.plugins.upstream(held.destination).deliver(message)
