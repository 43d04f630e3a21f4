"""Runs use cases: policy, earlier answer, prepare, then one durable commit with message, idempotency and audit."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

import sqlalchemy as sa
import structlog

from gateway.database.crashpoints import crashpoint
from gateway.database.writer import Writer
from gateway.domain.access import SYSTEM, Policy, Principal
from gateway.errors import (
    GatewayBug,
    GatewayError,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    StorageUnavailable,
    TooLate,
    all_errors,
)
from gateway.store import ledger
from gateway.store.ids import new_id
from gateway.store.transaction import Transaction
from gateway.usecases.canonical import adapter, fingerprint, plain
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import Query, UseCase

T = TypeVar("T")
C = TypeVar("C")
P = TypeVar("P")
R = TypeVar("R")
log = structlog.get_logger(__name__)
READERS, PREPARERS = 4, 32
_KEY = re.compile(r"[!-~]{16,64}")


@dataclass(frozen=True)
class _Refusal:
    """A refusal that was committed (audit row, idempotency record) and must now be raised."""

    error: GatewayError


class Runner:
    """The only way to run a use case, whoever calls: gRPC, page, kiosk or timer."""

    def __init__(self, tools: Tools, writer: Writer) -> None:
        self.tools = tools
        self._writer = writer
        # Never on the loop's thread, and apart from each other: neither a slow database nor a slow plugin may hold up
        # what has nothing to do with it.
        self._readers = ThreadPoolExecutor(READERS, "kanyan-read")
        self._preparers = ThreadPoolExecutor(PREPARERS, "kanyan-prepare")

    def close(self) -> None:
        """Take no more work; what is under way ends by its own time limits."""
        self._readers.shutdown(wait=False, cancel_futures=True)
        self._preparers.shutdown(wait=False, cancel_futures=True)

    def after_commit(self, tell: Callable[[], None]) -> None:
        """Have somebody told, on the writer's thread, each time something became durable."""
        self._writer.after_commit.append(tell)

    async def ask(self, query: Query[C, R], command: C, principal: Principal) -> R:
        """Run a query, in a thread: a slow reader must not hold up the others."""
        await self._admit(query.policy, query.method, principal)
        plain(command)
        try:
            return await self._on(self._readers, self._read, query, command, principal)
        except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
            raise _unreadable(error) from None

    def _read(self, query: Query[C, R], command: C, principal: Principal) -> R:
        with self.tools.reading.connect() as connection:
            return query.run(command, principal, connection, self.tools)

    async def do(
        self, use_case: UseCase[C, P, R], command: C, principal: Principal, key: str, timeout_s: float = 10.0
    ) -> R:
        """Run a use case once per (principal, method, key); repeats get the first answer (C2).

        Raises TooLate when `timeout_s` passes first; the same key then settles what happened.
        """
        try:
            async with asyncio.timeout(timeout_s):
                return await self._do(use_case, command, principal, key)
        except TimeoutError:
            raise TooLate() from None
        except (sa.exc.DBAPIError, sa.exc.TimeoutError) as error:
            raise _unreadable(error) from None

    async def _do(self, use_case: UseCase[C, P, R], command: C, principal: Principal, key: str) -> R:
        await self._admit(use_case.policy, use_case.method, principal)
        job = _Job(use_case, principal, key, fingerprint(command, self.tools.secret), self.tools)
        if not _KEY.fullmatch(key):
            raise IdempotencyKeyMissing()
        if earlier := await self._on(self._readers, self._settled, job):
            return cast("R", job.replay(earlier))
        try:
            prepared = await self._prepare(use_case, command, principal)
        except GatewayError as error:
            refused = error
            answer = await self._commit(lambda tx: job.refuse(tx, refused), principal)
        else:
            crashpoint("usecase.prepared")
            answer = await self._commit(lambda tx: job.commit(tx, command, prepared), principal)
        crashpoint("usecase.committed")
        if isinstance(answer, _Refusal):
            raise answer.error
        return cast("R", answer)

    async def _admit(self, policy: Policy, method: str, principal: Principal) -> None:
        """Whoever is denied leaves an audit row, also where an allowed call would leave none (C6)."""
        try:
            policy.admit(principal)
        except GatewayError as denied:
            code = denied.code
            await self._commit(lambda tx: ledger.write_audit(tx, method, code), principal)
            raise

    def _settled(self, job: _Job) -> ledger.Settled | None:
        with self.tools.reading.connect() as connection:
            return ledger.settled(connection, job.principal.identity, job.use_case.method, job.key)

    async def _prepare(self, use_case: UseCase[C, P, R], command: C, principal: Principal) -> P:
        if use_case.pure:
            return use_case.prepare(command, principal, self.tools)
        return await self._on(self._preparers, use_case.prepare, command, principal, self.tools)

    async def _on(self, pool: ThreadPoolExecutor, work: Callable[..., T], *words: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work, *words)

    async def system(self, method: str, commit: Callable[[Transaction], T]) -> T:
        """Commit something of our own (timers, delivery). It writes its audit row itself if states move."""

        def work(tx: Transaction) -> T:
            answer = commit(tx)
            if tx.changes:
                ledger.write_audit(tx, method, "OK")
            return answer

        return await self._commit(work, SYSTEM)

    async def _commit(self, work: Callable[[Transaction], T], principal: Principal) -> T:
        def transact(connection: sa.Connection) -> T:
            now = self.tools.clock.now()
            return work(Transaction(connection, now, principal, new_id(now)))

        return await asyncio.wrap_future(self._writer.submit(transact))


@dataclass(frozen=True)
class _Job:
    """One request on its way through the writer."""

    use_case: UseCase[Any, Any, Any]
    principal: Principal
    key: str
    fingerprint: bytes
    tools: Tools

    def commit(self, tx: Transaction, command: Any, prepared: Any) -> Any:
        """The business change, the message, the idempotency record and the audit row, or the refusal's."""
        method = self.use_case.method
        if earlier := ledger.settled(tx.connection, self.principal.identity, method, self.key):
            return self.replay(earlier)
        savepoint = tx.connection.begin_nested()
        try:
            reply = self.use_case.commit(command, prepared, tx, self.tools)
        except GatewayError as error:
            savepoint.rollback()
            return self.refuse(tx, error)
        except BaseException:
            savepoint.rollback()
            raise
        savepoint.commit()
        ledger.accept(tx, method, self.fingerprint)
        answer = adapter(self.use_case.reply).dump_json(reply)
        ledger.settle(tx, method, self.key, ledger.Settled(self.fingerprint, "", answer))
        ledger.write_audit(tx, method, "OK")
        return reply

    def refuse(self, tx: Transaction, error: GatewayError) -> Any:
        """Store a final refusal under its key; what may succeed later is not stored (C2, C9).

        If the same request succeeded while this one was being prepared, its answer counts.
        """
        if error.retryable or isinstance(error, GatewayBug):
            return _Refusal(error)
        method = self.use_case.method
        if earlier := ledger.settled(tx.connection, self.principal.identity, method, self.key):
            return self.replay(earlier)
        tx.changes.clear()
        for action in tx.on_refusal:
            action()
        facts = json.dumps(error.facts, ensure_ascii=False).encode()
        ledger.settle(tx, method, self.key, ledger.Settled(self.fingerprint, error.code, facts))
        ledger.write_audit(tx, method, error.code)
        return _Refusal(error)

    def replay(self, earlier: ledger.Settled) -> Any:
        """The first answer again, or the first refusal; another request under the same key is a conflict."""
        if earlier.fingerprint != self.fingerprint:
            raise IdempotencyKeyReused()
        if earlier.error:
            raise _errors()[earlier.error](**json.loads(earlier.answer))
        return adapter(self.use_case.reply).validate_json(earlier.answer)


def _unreadable(error: Exception) -> StorageUnavailable:
    log.error("read_failed", kind=type(error).__name__, exc_info=error)
    return StorageUnavailable()


@cache
def _errors() -> dict[str, type[GatewayError]]:
    return {error.code: error for error in all_errors()}
