"""Carries the outbox to upstreams and notifiers: in order per stream, at least once, never guessing what happened."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from gateway.database.crashpoints import crashpoint
from gateway.delivery.attempt import Attempt
from gateway.delivery.backoff import Backoff
from gateway.errors import GatewayBug, GatewayError
from gateway.sdk.outcome import Done, Rejected, Retry, Uncertain
from gateway.store import outbox
from gateway.store.transaction import Transaction
from gateway.usecases.runner import Runner
from gateway.usecases.settle_delivery import Ended, settle

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RelaySettings:
    """`owner` names this process in leases; `lease` bounds the calls of one try; `poll_s` is the longest wait."""

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
        self._loop = asyncio.get_running_loop()
        self._wake, self._stop, self._ended = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._ended.set()
        self._at_work: set[asyncio.Task[None]] = set()
        # Threads of our own: a receiver that hangs must not take those on which queries and use cases run.
        self._threads = ThreadPoolExecutor(settings.workers, thread_name_prefix="kanyan-relay")

    def wake(self) -> None:
        """Look at the outbox now; may be called from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        """Work until `stop`, whatever fails meanwhile."""
        self._ended.clear()
        try:
            while not self._stop.is_set():
                self._wake.clear()
                try:
                    wait = await self._take_due()
                except Exception as error:
                    log.error("relay_waits", code=_code(error), exc_info=error)
                    wait = None
                await self._pause(wait)
            if self._at_work:
                await asyncio.wait(self._at_work)
        finally:
            self._threads.shutdown(wait=False)
            self._ended.set()

    async def stop(self) -> None:
        """Take nothing new and wait for what is under way."""
        self._stop.set()
        self._wake.set()
        await self._ended.wait()

    async def _pause(self, wait: float | None) -> None:
        """Wait for somebody to wake us, at most so many seconds; None waits in full.

        Our own commits wake us too: after a fault, or where others hold what is due, that would go round and round.
        """
        event = self._stop if wait is None else self._wake
        try:
            async with asyncio.timeout(self._settings.poll_s if wait is None else wait):
                await event.wait()
        except TimeoutError:
            return

    async def _take_due(self) -> float | None:
        """Lease what is due; returns how long nothing else will be, None if what is due could not be had."""
        settings, tools = self._settings, self._runner.tools
        free = settings.workers - len(self._at_work)
        due = await asyncio.to_thread(self._next_due)
        if due is None or free <= 0 or self._stop.is_set():
            return settings.poll_s
        wait = (due - tools.clock.now()).total_seconds()
        if wait > 0:
            return min(wait, settings.poll_s)

        def lease(tx: Transaction) -> list[outbox.Leased]:
            return list(outbox.lease(tx, settings.owner, tx.now + settings.lease, free))

        taken = await self._runner.system("lease_deliveries", lease)
        for held in taken:
            crashpoint("relay.leased")
            task = asyncio.create_task(self._carry(held))
            self._at_work.add(task)
            task.add_done_callback(self._done)
        return settings.poll_s if taken else None

    def _next_due(self) -> datetime | None:
        with self._runner.tools.reading.connect() as connection:
            return outbox.next_due(connection)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._at_work.discard(task)
        if not task.cancelled() and task.exception() is not None:
            # The lease runs out, and then the receiver is asked what it has.
            log.error("carry_failed", exc_info=task.exception())
        self._wake.set()

    async def _carry(self, held: outbox.Leased) -> None:
        settings, tools = self._settings, self._runner.tools
        late = held.expires_at <= tools.clock.now()
        attempt = Attempt(tools, held, settings.lease.total_seconds())
        outcome = await self._loop.run_in_executor(self._threads, attempt.give_up if late else attempt.deliver)
        crashpoint("relay.answered")
        if isinstance(outcome, Done | Rejected):
            kept = await self._end(Ended(held, outcome, out_of_time=late))
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

    async def _end(self, ended: Ended) -> bool:
        held, outcome = ended.held, ended.outcome
        try:
            kept = await self._runner.system("settle_delivery", lambda tx: settle(tx, ended))
        except Exception as error:
            if isinstance(error, GatewayError) and error.retryable:
                raise
            # What the receiver said is a fact, also where result or case cannot follow it; else it were sent again.
            code = error.code if isinstance(error, GatewayError) else "INTERNAL"
            log.error(
                "delivery_without_effect", delivery_id=held.delivery_id, kind=held.kind, code=code, exc_info=error
            )
            kept = await self._runner.system("settle_delivery", lambda tx: _write_down(tx, held, outcome, code))
        if kept and isinstance(outcome, Rejected) and not (ended.out_of_time and held.kind.startswith("notice.")):
            # An alarm: the stream stands still until a person acts.
            log.error(
                "delivery_parked",
                delivery_id=held.delivery_id,
                destination=held.destination,
                subject=held.subject,
                kind=held.kind,
            )
        return kept

    async def _postpone(self, held: outbox.Leased, outcome: Retry | Uncertain) -> bool:
        asked = outcome.after_s if isinstance(outcome, Retry) else None
        delay = timedelta(seconds=self._settings.backoff.delay(held.attempts, asked))
        doubt = isinstance(outcome, Uncertain)

        def postpone(tx: Transaction) -> bool:
            # Not beyond its time: then somebody must be told at once.
            next_at = max(tx.now, min(tx.now + delay, held.expires_at))
            return outbox.postpone(tx, held, next_at, problem=outcome.why, in_doubt=doubt)

        return await self._runner.system("postpone_delivery", postpone)


def _write_down(tx: Transaction, held: outbox.Leased, outcome: Done | Rejected, code: str) -> bool:
    """Close the delivery alone, with the reason why nothing followed from it."""
    tx.object = held.subject
    if isinstance(outcome, Done):
        state, receipt, problem = outbox.DELIVERED, outcome.receipt, code
    else:
        state, receipt, problem = outbox.PARKED, "", f"{code}: {outcome.why}"
    if not outbox.settle(tx, held, state, receipt=receipt, problem=problem):
        return False
    tx.changes.append([held.kind, outbox.PENDING, state])
    return True


def _code(error: Exception) -> str:
    return error.code if isinstance(error, GatewayError) else GatewayBug.code
