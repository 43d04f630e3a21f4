"""The kiosk's diary of scans: SQLite, durable before anyone is answered, each row chained to the one before."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from gateway.clock import Clock
from gateway.errors import StorageUnavailable

log = logging.getLogger(__name__)
T = TypeVar("T")

GENESIS = "0" * 64
FAULTS_MAX = 10
"""A row the gateway stumbles over this often is set aside as dead."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS scan (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    read_at TEXT NOT NULL,
    read_mono_ms INTEGER NOT NULL,
    size INTEGER NOT NULL,
    digest TEXT NOT NULL,
    kid INTEGER, task TEXT, badge INTEGER, seq INTEGER,
    verdict TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL,
    text TEXT,
    state TEXT NOT NULL,
    result TEXT NOT NULL DEFAULT '',
    faults INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS scan_pending ON scan (n) WHERE state = 'pending';
"""
CHAINED = "id, read_at, read_mono_ms, size, digest, kid, task, badge, seq, verdict"


class RowState(StrEnum):
    """Where a row stands with the gateway; LOCAL rows are never sent."""

    PENDING = "pending"
    UPLOADED = "uploaded"
    DEAD = "dead"
    LOCAL = "local"


@dataclass(frozen=True)
class Ids:
    """The decoded numbers of a code."""

    kid: int
    task: int
    badge: int
    seq: int


@dataclass(frozen=True)
class Scan:
    """One scan as it is written down.

    `id` 32 hex digits, also the idempotency key; `read_at` aware wall time, `read_mono_ms` for intervals; `size` bytes
    and `digest` SHA-256 of what was read; `text` and `ids` only if it is one of our codes; `verdict` VERIFIED or the
    error code of the local check.
    """

    id: str
    read_at: datetime
    read_mono_ms: int
    size: int
    digest: str
    verdict: str
    text: str | None = None
    ids: Ids | None = None


class Journal:
    """The file and its one thread. Every method may raise StorageUnavailable."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._held: set[str] = set()
        self._db: sqlite3.Connection

    async def open(self) -> None:
        """Open or create the file; one that is damaged or was tampered with is set aside for people to look at."""
        await self._do(self._open)

    async def append(self, scan: Scan, *, held: bool = False) -> None:
        """Write a scan durably. `held` keeps it from `pending` until `settle` or `release`: someone is sending it."""
        if held:
            self._held.add(scan.id)
        try:
            await self._do(lambda: self._append(scan))
        except StorageUnavailable:
            self._held.discard(scan.id)
            raise

    async def settle(self, scan_id: str, state: RowState, result: str) -> None:
        """The gateway has answered for good; the text is kept only where people must still look (DEAD)."""
        await self._do(lambda: self._settle(scan_id, state, result))
        self._held.discard(scan_id)

    def release(self, scan_id: str) -> None:
        """The sender gave up for now."""
        self._held.discard(scan_id)

    async def fault(self, scan_id: str, result: str) -> None:
        """Count an answer that is nobody's verdict; after `FAULTS_MAX` of them the row is dead."""
        await self._do(lambda: self._fault(scan_id, result))

    async def pending(self, limit: int) -> list[Scan]:
        """The oldest rows the gateway has not answered, without those that are held."""
        held = frozenset(self._held)
        rows = await self._do(lambda: self._pending(limit + len(held)))
        return [scan for scan in rows if scan.id not in held][:limit]

    async def counts(self) -> dict[str, int]:
        """Rows by state."""
        return await self._do(lambda: dict(self._db.execute("SELECT state, count(*) FROM scan GROUP BY state")))

    async def close(self) -> None:
        """Finish what is queued and close the file."""
        await self._do(lambda: self._db.close())
        self._thread.shutdown()

    async def _do(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except (sqlite3.Error, OSError) as error:
            log.error("journal: %s", error)
            raise StorageUnavailable from error

    def _open(self) -> None:
        try:
            self._db = connect(self._path)
            broken = first_broken_row(self._db)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            broken = 0
        if broken is not None:
            self._set_aside(broken)
            self._db = connect(self._path)

    def _set_aside(self, row: int) -> None:
        if hasattr(self, "_db"):
            self._db.close()
        stamp = self._clock.now().strftime("%Y%m%dT%H%M%S")
        for suffix in ("", "-wal", "-shm"):
            old = self._path.with_name(self._path.name + suffix)
            if old.exists():
                old.replace(self._path.with_name(f"{self._path.name}.broken-{stamp}{suffix}"))
        log.error("journal broken at row %d: set aside as *.broken-%s", row, stamp)

    def _append(self, scan: Scan) -> None:
        columns = chained(scan)
        last = self._db.execute("SELECT hash FROM scan ORDER BY n DESC LIMIT 1").fetchone()
        prev = last[0] if last else GENESIS
        state = RowState.PENDING if scan.text is not None else RowState.LOCAL
        self._db.execute(
            f"INSERT INTO scan ({CHAINED}, prev, hash, text, state) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",  # noqa: S608 - a constant
            (*columns, prev, link(prev, columns), scan.text, state),
        )

    def _settle(self, scan_id: str, state: RowState, result: str) -> None:
        self._db.execute(
            "UPDATE scan SET state = ?, result = ?, text = CASE WHEN ? = 'dead' THEN text END WHERE id = ?",
            (state, result, state, scan_id),
        )

    def _fault(self, scan_id: str, result: str) -> None:
        self._db.execute(
            "UPDATE scan SET faults = faults + 1, result = ?, state = iif(faults + 1 >= ?, 'dead', state) WHERE id = ?",
            (result, FAULTS_MAX, scan_id),
        )

    def _pending(self, limit: int) -> list[Scan]:
        query = f"SELECT {CHAINED}, text FROM scan WHERE state = 'pending' ORDER BY n LIMIT ?"  # noqa: S608 - a constant
        return [_scan(row) for row in self._db.execute(query, (limit,))]


def connect(path: Path) -> sqlite3.Connection:
    """The file with its table; a commit returns only when the disk has it."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.executescript(SCHEMA)
    except sqlite3.Error:
        db.close()
        raise
    return db


Column = str | int | None


def chained(scan: Scan) -> tuple[Column, ...]:
    """The columns a row's hash covers, in the order of `CHAINED`; the task is text because it is 64 bits unsigned."""
    ids = scan.ids
    numbers = (ids.kid, str(ids.task), ids.badge, ids.seq) if ids else (None, None, None, None)
    return (scan.id, scan.read_at.isoformat(), scan.read_mono_ms, scan.size, scan.digest, *numbers, scan.verdict)


def link(prev: str, columns: tuple[Column, ...]) -> str:
    """SHA-256 in hex over the previous row's hash and the columns of this one."""
    return hashlib.sha256(json.dumps([prev, *columns]).encode()).hexdigest()


def first_broken_row(db: sqlite3.Connection) -> int | None:
    """The first row whose content, order or text does not fit the chain; None if all do.

    Rows cut off at the end cannot be seen from here: the gateway holds what was uploaded.
    """
    prev = GENESIS
    expected = 1
    for n, before, own, text, *columns in db.execute(f"SELECT n, prev, hash, text, {CHAINED} FROM scan ORDER BY n"):  # noqa: S608 - a constant
        digest = columns[4]
        if n != expected or before != prev or own != link(prev, tuple(columns)):
            return int(n)
        if text is not None and hashlib.sha256(text.encode()).hexdigest() != digest:
            return int(n)
        prev, expected = own, expected + 1
    return None


def _scan(row: tuple[str, str, int, int, str, int | None, str | None, int | None, int | None, str, str]) -> Scan:
    scan_id, read_at, mono, size, digest, kid, task, badge, seq, verdict, text = row
    ids = None
    if kid is not None and task is not None and badge is not None and seq is not None:
        ids = Ids(kid, int(task), badge, seq)
    return Scan(scan_id, datetime.fromisoformat(read_at), mono, size, digest, verdict, text, ids)
