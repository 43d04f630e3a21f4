"""Opens the database, SQLite or PostgreSQL, with the settings on which durability rests (reliability.md §3.3)."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.pool import QueuePool

from gateway.errors import DatabaseInUse

_SQLITE = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=5000",
    "PRAGMA secure_delete=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)
_POSTGRES = (
    "SET synchronous_commit=on",
    "SET statement_timeout='5s'",
    "SET lock_timeout='2s'",
    "SET idle_in_transaction_session_timeout='10s'",
)


def open_writing(url: str) -> Engine:
    """The engine of the one writing connection; on SQLite also the only one that checkpoints."""
    return _open(make_url(url), size=1, query_only=False)


def open_reading(url: str) -> Engine:
    """A small pool of connections that cannot write."""
    return _open(make_url(url), size=4, query_only=True)


def _open(url: URL, *, size: int, query_only: bool) -> Engine:
    lite = url.get_backend_name() == "sqlite"
    arguments: dict[str, Any] = {"check_same_thread": False, "isolation_level": None} if lite else {}
    # Errors go to the log; the values of a statement, which are people's data, do not.
    engine = sa.create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=5,
        connect_args=arguments,
        hide_parameters=True,
    )

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for line in _SQLITE if lite else _POSTGRES:
            cursor.execute(line)
        if query_only:
            cursor.execute("PRAGMA query_only=ON" if lite else "SET default_transaction_read_only=on")
        cursor.close()
        if not lite:
            connection.commit()

    if lite:
        begin = "BEGIN" if query_only else "BEGIN IMMEDIATE"

        # The driver's own transaction handling is off (isolation_level None), so that savepoints work.
        @sa.event.listens_for(engine, "begin")
        def start(connection: sa.Connection) -> None:
            connection.exec_driver_sql(begin)

    return engine


class FileLock:
    """Keeps a second gateway off a SQLite file: an advisory lock held while this process lives."""

    def __init__(self, url: str) -> None:
        path = make_url(url).database
        self._fd = -1
        if make_url(url).get_backend_name() != "sqlite" or not path or path == ":memory:":
            return
        lock = Path(path + ".lock")
        self._fd = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._fd)
            raise DatabaseInUse(path=Path(path).name) from None

    def release(self) -> None:
        """Let another process have the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
