"""The settings on which durability rests are really set, and readers cannot write."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.database.engine import FileLock, open_reading, open_writing
from gateway.errors import DatabaseInUse

PRAGMAS: dict[str, object] = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": 5000,
    "secure_delete": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
}
SETTINGS: dict[str, object] = {
    "synchronous_commit": "on",
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
}
HOLD = """
import sys
from gateway.database.engine import FileLock
lock = FileLock(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""


def test_every_connection_has_the_settings(writing: sa.Engine, reading: sa.Engine) -> None:
    """Each connection of both engines carries the settings of reliability.md §3.3, not only the first."""
    names = PRAGMAS if writing.dialect.name == "sqlite" else SETTINGS
    show = "PRAGMA {}" if writing.dialect.name == "sqlite" else "SHOW {}"
    with ExitStack() as stack:
        for engine, size in ((writing, 1), (reading, 4)):
            for _ in range(size):
                connection = stack.enter_context(engine.connect())
                assert {name: connection.exec_driver_sql(show.format(name)).scalar() for name in names} == names


def test_there_is_one_writing_connection(writing: sa.Engine) -> None:
    """The writing engine gives one connection and no second."""
    assert isinstance(writing.pool, sa.QueuePool)
    assert (writing.pool.size(), writing.pool._max_overflow) == (1, 0)


def test_readers_cannot_write(reading: sa.Engine, notes: sa.Table) -> None:
    """The reading engine refuses to write, on both engines."""
    with (
        reading.connect() as connection,
        pytest.raises(sa.exc.DBAPIError, match=r"readonly|read-only"),
        connection.begin(),
    ):
        connection.execute(sa.insert(notes).values(id=1, text="x"))
    with reading.connect() as connection:
        assert connection.execute(sa.select(notes)).all() == []


def test_errors_do_not_quote_values(writing: sa.Engine, notes: sa.Table) -> None:
    """A failed statement goes to the log; the values in it are people's data and do not."""
    row = {"id": 1, "text": "示例联系人甲 13800000001"}
    with writing.begin() as connection:
        connection.execute(sa.insert(notes).values(row))
        savepoint = connection.begin_nested()
        with pytest.raises(sa.exc.IntegrityError) as error:
            connection.execute(sa.insert(notes).values(row))
        savepoint.rollback()
    assert "示例联系人甲" not in str(error.value)


def test_savepoints_undo_only_their_own(writing: sa.Engine, notes: sa.Table) -> None:
    """A rolled back savepoint leaves the rows before and after it (the driver's own handling is off)."""
    with writing.begin() as connection:
        connection.execute(sa.insert(notes).values(id=1, text="before"))
        savepoint = connection.begin_nested()
        connection.execute(sa.insert(notes).values(id=2, text="inside"))
        savepoint.rollback()
        connection.execute(sa.insert(notes).values(id=3, text="after"))
    with writing.connect() as connection:
        assert connection.execute(sa.select(notes.c.id).order_by(notes.c.id)).scalars().all() == [1, 3]


def test_a_reader_sees_one_moment(writing: sa.Engine, reading: sa.Engine, notes: sa.Table) -> None:
    """On SQLite all statements of one reading transaction see the same state, while the writer goes on."""
    if reading.dialect.name != "sqlite":
        pytest.skip("READ COMMITTED is enough on the other engine: queries that need one moment are one statement")
    with reading.connect() as reader:
        assert reader.execute(sa.select(sa.func.count()).select_from(notes)).scalar_one() == 0
        with writing.begin() as connection:
            connection.execute(sa.insert(notes).values(id=1, text="x"))
        assert reader.execute(sa.select(sa.func.count()).select_from(notes)).scalar_one() == 0


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    """While one process holds the file, another gets DatabaseInUse; after its end the file is free."""
    url = f"sqlite:///{tmp_path / 'kanyan.db'}"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(DatabaseInUse) as refused:
            FileLock(url)
        assert refused.value.facts == {"path": "kanyan.db"}
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.wait(timeout=20) == 0
    lock = FileLock(url)
    with pytest.raises(DatabaseInUse):
        FileLock(url)
    lock.release()
    lock.release()
    FileLock(url).release()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "postgresql+psycopg://u@127.0.0.1:1/x"])
def test_only_files_are_locked(url: str) -> None:
    """What is no SQLite file needs no lock: PostgreSQL serves many gateways."""
    FileLock(url).release()
    FileLock(url).release()


def test_the_lock_file_is_private(tmp_path: Path) -> None:
    """Nobody else may read or hold it."""
    lock = FileLock(f"sqlite:///{tmp_path / 'kanyan.db'}")
    assert (tmp_path / "kanyan.db.lock").stat().st_mode & 0o777 == 0o600
    lock.release()


def test_engines_do_not_connect_until_used() -> None:
    """Opening engines of a server that is not there fails at the first use, not before."""
    for opened in (open_writing, open_reading):
        engine = opened("postgresql+psycopg://nobody@127.0.0.1:1/none")
        with pytest.raises(sa.exc.OperationalError):
            engine.connect()
        engine.dispose()
