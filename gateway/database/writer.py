"""The one thread that writes: takes what waits, gives each piece a savepoint, commits once, then answers."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError

from gateway.database.crashpoints import crashpoint
from gateway.errors import GatewayError, Overloaded, StorageUnavailable

T = TypeVar("T")
Work = Callable[[sa.Connection], Any]
log = structlog.get_logger(__name__)


@dataclass
class _Piece:
    """One waiting piece of work, and what came of it inside the open transaction."""

    work: Work
    answer: Future[Any]
    result: Any = None
    failure: BaseException | None = None


@dataclass
class Writer:
    """Group commit. OK means durable: an answer is given only after the commit that holds it.

    Args:
        engine: from `open_writing`.
        batch: pieces in one transaction at most.
        capacity: pieces that may wait; beyond that `submit` raises Overloaded.
        fence: entered around each piece, so that the wiring can forbid plugin calls inside a commit.
    """

    engine: sa.Engine
    batch: int = 64
    capacity: int = 2048
    fence: Callable[[], AbstractContextManager[None]] = nullcontext
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the queue and the thread; `start` sets it going."""
        self._waiting: queue.Queue[_Piece | None] = queue.Queue(self.capacity)
        self._thread = threading.Thread(target=self._run, name="kanyan-writer", daemon=True)
        self._connection: sa.Connection | None = None
        self._gate = threading.Lock()
        self._stopped = False

    def start(self) -> None:
        """Begin to take work."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what waits, then close the connection. What a writer that never ran was given is refused."""
        with self._gate:
            self._stopped = True
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()
        for piece in self._queued():
            piece.answer.set_exception(StorageUnavailable())

    def submit(self, work: Callable[[sa.Connection], T]) -> Future[T]:
        """Queue work; the future answers after its commit. Overloaded if too much waits."""
        answer: Future[T] = Future()
        # Nothing may slip in between the last look into the queue and the end of the thread.
        with self._gate:
            if self._stopped:
                raise StorageUnavailable()
            try:
                self._waiting.put_nowait(_Piece(work, answer))
            except queue.Full:
                raise Overloaded() from None
        return answer

    def _run(self) -> None:
        while True:
            pieces = self._take()
            if pieces:
                self._commit(pieces)
            if self._stopped and self._waiting.empty():
                break
        if self._connection is not None:
            self._connection.close()

    def _take(self) -> list[_Piece]:
        first = self._waiting.get()
        taken = [] if first is None else [first]
        taken += self._queued(self.batch - 1)
        return [piece for piece in taken if piece.answer.set_running_or_notify_cancel()]

    def _queued(self, most: int | None = None) -> list[_Piece]:
        pieces: list[_Piece] = []
        while most is None or len(pieces) < most:
            try:
                piece = self._waiting.get_nowait()
            except queue.Empty:
                break
            if piece is not None:
                pieces.append(piece)
        return pieces

    def _commit(self, pieces: list[_Piece]) -> None:
        try:
            if self._connection is None:
                self._connection = self.engine.connect()
            with self._connection.begin():
                for piece in pieces:
                    self._perform(piece, self._connection)
                crashpoint("writer.before_commit")
        except Exception as error:  # noqa: BLE001 - whatever ended the commit: nobody is told OK, and the thread lives
            log.error("commit_failed", pieces=len(pieces), kind=type(error).__name__)
            self._drop_connection()
            for piece in pieces:
                piece.answer.set_exception(StorageUnavailable())
            return
        crashpoint("writer.after_commit")
        for piece in pieces:
            if piece.failure is None:
                piece.answer.set_result(piece.result)
            else:
                piece.answer.set_exception(piece.failure)
        for tell in self.after_commit:
            self._tell(tell)

    def _tell(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except Exception as error:
            log.error("listener_failed", kind=type(error).__name__, exc_info=error)

    def _perform(self, piece: _Piece, connection: sa.Connection) -> None:
        savepoint = connection.begin_nested()
        try:
            with self.fence():
                piece.result = piece.work(connection)
            savepoint.commit()
        except DBAPIError as error:
            if error.connection_invalidated:
                raise
            savepoint.rollback()
            log.error("statement_failed", kind=type(error.orig).__name__, exc_info=error)
            piece.failure = StorageUnavailable()
        except GatewayError as error:
            savepoint.rollback()
            piece.failure = error
        except Exception as error:  # noqa: BLE001 - one caller's bug must not end the writer of all
            savepoint.rollback()
            piece.failure = error

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            connection.invalidate()
            connection.close()
        except sa.exc.SQLAlchemyError:
            log.warning("connection_dropped_uncleanly")
