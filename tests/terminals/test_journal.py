"""Rules of the journal."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.errors import StorageUnavailable
from gateway.testkit.clock import FakeClock
from terminals.journal import FAULTS_MAX, Ids, Journal, RowState, Scan, connect, first_broken_row

BIG_TASK = 2**64 - 1


def scan(number: int, clock: FakeClock, *, ours: bool = True) -> Scan:
    """A scan of code number so and so."""
    text = f"https://ky.example.gov.cn/v/{number}"
    whole = Scan(
        f"{number:032x}", clock.now(), 1_000_000, 30, hashlib.sha256(text.encode()).hexdigest(), "VERIFIED", text
    )
    return replace(whole, ids=Ids(1, BIG_TASK, 3, number)) if ours else replace(whole, text=None, verdict="FOREIGN")


@contextlib.asynccontextmanager
async def opened(folder: Path, clock: FakeClock) -> AsyncIterator[Journal]:
    """A journal for the length of the block."""
    journal = Journal(folder / "journal.sqlite3", clock)
    await journal.open()
    try:
        yield journal
    finally:
        await journal.close()


async def fill(folder: Path, clock: FakeClock, count: int) -> None:
    """Write that many scans and close."""
    async with opened(folder, clock) as journal:
        for number in range(count):
            await journal.append(scan(number, clock))


def broken_row(folder: Path) -> int | None:
    """What the chain says of the file."""
    with contextlib.closing(connect(folder / "journal.sqlite3")) as db:
        return first_broken_row(db)


def copied(folder: Path) -> Path:
    """A folder with the journal's files as they are now."""
    after = folder / "after"
    after.mkdir()
    for file in folder.glob("journal.sqlite3*"):
        (after / file.name).write_bytes(file.read_bytes())
    return after


def tamper(folder: Path, statement: str) -> None:
    """Change the file behind the kiosk's back."""
    with contextlib.closing(sqlite3.connect(folder / "journal.sqlite3")) as db, db:
        db.execute(statement)


async def test_roundtrip(tmp_path: Path, clock: FakeClock) -> None:
    """A scan comes back exactly as it was written, oldest first, so that every repeat sends the same message."""
    async with opened(tmp_path, clock) as journal:
        for number in (3, 1, 2):
            await journal.append(scan(number, clock))
        assert await journal.pending(2) == [scan(3, clock), scan(1, clock)]


async def test_survives_a_crash(tmp_path: Path, clock: FakeClock) -> None:
    """What `append` returned from is there, chained and pending, for a process that opens the files after a crash."""
    async with opened(tmp_path, clock) as journal:
        await journal.append(scan(1, clock), held=True)
        await journal.append(scan(2, clock))
        # A copy taken while the writer lives is what a power cut leaves: no clean close, no checkpoint.
        after = copied(tmp_path)
    async with opened(after, clock) as journal:
        assert [row.id for row in await journal.pending(9)] == [scan(1, clock).id, scan(2, clock).id]
    assert broken_row(after) is None


async def test_synchronous_full(tmp_path: Path) -> None:
    """The file is in WAL mode and every commit waits for the disk."""
    with contextlib.closing(connect(tmp_path / "journal.sqlite3")) as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_chain_goes_on(tmp_path: Path, clock: FakeClock) -> None:
    """Rows written after reopening continue the chain."""
    await fill(tmp_path, clock, 2)
    async with opened(tmp_path, clock) as journal:
        await journal.append(scan(7, clock))
    assert broken_row(tmp_path) is None


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE scan SET verdict = 'EXPIRED' WHERE n = 2", 2),
        ("UPDATE scan SET read_at = '2020-01-01T00:00:00+00:00' WHERE n = 1", 1),
        ("UPDATE scan SET seq = 99 WHERE n = 3", 3),
        ("UPDATE scan SET text = 'another' WHERE n = 2", 2),
        ("DELETE FROM scan WHERE n = 2", 3),
        ("DELETE FROM scan WHERE n = 1", 2),
        ("UPDATE scan SET n = 9 WHERE n = 3", 9),
    ],
)
async def test_tampering(tmp_path: Path, clock: FakeClock, statement: str, row: int) -> None:
    """A changed, removed or moved row is found."""
    await fill(tmp_path, clock, 3)
    tamper(tmp_path, statement)
    assert broken_row(tmp_path) == row


async def test_state_is_not_chained(tmp_path: Path, clock: FakeClock) -> None:
    """Settling rows does not break the chain."""
    async with opened(tmp_path, clock) as journal:
        for number in range(2):
            await journal.append(scan(number, clock))
        await journal.settle(scan(0, clock).id, RowState.UPLOADED, "verified")
        await journal.settle(scan(1, clock).id, RowState.DEAD, "INVALID_INPUT")
    assert broken_row(tmp_path) is None


@pytest.mark.parametrize("damage", ["tamper", "garbage"])
async def test_broken_file_is_set_aside(tmp_path: Path, clock: FakeClock, damage: str) -> None:
    """A journal that was tampered with or is no database is kept under another name, and the kiosk goes on."""
    await fill(tmp_path, clock, 3)
    if damage == "tamper":
        tamper(tmp_path, "UPDATE scan SET verdict = 'EXPIRED' WHERE n = 2")
    else:
        (tmp_path / "journal.sqlite3").write_bytes(b"not a database" * 1000)
    async with opened(tmp_path, clock) as journal:
        assert await journal.counts() == {}
    assert (tmp_path / "journal.sqlite3.broken-20261123T013000").exists()


async def test_settled_rows_lose_their_text(tmp_path: Path, clock: FakeClock) -> None:
    """The text goes once the gateway has it, and stays where people must look (dead)."""
    async with opened(tmp_path, clock) as journal:
        for number in range(2):
            await journal.append(scan(number, clock))
        await journal.settle(scan(0, clock).id, RowState.UPLOADED, "verified")
        await journal.settle(scan(1, clock).id, RowState.DEAD, "INVALID_INPUT")
        assert await journal.pending(9) == []
    with contextlib.closing(connect(tmp_path / "journal.sqlite3")) as db:
        texts = [text for (text,) in db.execute("SELECT text FROM scan ORDER BY n")]
    assert texts == [None, scan(1, clock).text]


async def test_local_rows_are_never_pending(tmp_path: Path, clock: FakeClock) -> None:
    """A scan without text stays on this machine."""
    async with opened(tmp_path, clock) as journal:
        await journal.append(scan(1, clock, ours=False))
        assert await journal.pending(9) == []
        assert await journal.counts() == {"local": 1}


async def test_held_rows(tmp_path: Path, clock: FakeClock) -> None:
    """A row someone is sending is not given to another sender until it is released."""
    async with opened(tmp_path, clock) as journal:
        await journal.append(scan(1, clock), held=True)
        await journal.append(scan(2, clock))
        assert await journal.pending(1) == [scan(2, clock)]
        journal.release(scan(1, clock).id)
        assert await journal.pending(1) == [scan(1, clock)]


async def test_faults_end_in_dead(tmp_path: Path, clock: FakeClock) -> None:
    """A row the gateway stumbles over again and again is set aside as dead."""
    async with opened(tmp_path, clock) as journal:
        await journal.append(scan(1, clock))
        for _ in range(FAULTS_MAX - 1):
            await journal.fault(scan(1, clock).id, "INTERNAL")
        assert await journal.counts() == {"pending": 1}
        await journal.fault(scan(1, clock).id, "INTERNAL")
        assert await journal.counts() == {"dead": 1}


async def test_refused_write(tmp_path: Path, clock: FakeClock) -> None:
    """A write the disk does not take is said to the caller, not swallowed."""
    async with opened(tmp_path, clock) as journal:
        await journal.append(scan(1, clock))
        with pytest.raises(StorageUnavailable):
            await journal.append(scan(1, clock), held=True)
        assert await journal.pending(9) == [scan(1, clock)]
