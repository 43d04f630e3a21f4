"""The power fails in the middle of a request: afterwards all of it is there or nothing, and the key settles which."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.database.engine import open_reading, open_writing
from gateway.database.writer import Writer
from gateway.plugin_host.guard import forbid_calls
from gateway.testkit.office import PROVINCE, Office, make_office
from gateway.usecases.accept_case import ACCEPT_CASE
from gateway.usecases.runner import Runner

KEY = "k" * 32
ACCEPT = """
import asyncio, sys
from gateway.testkit.office import make_office
async def main():
    office = make_office(sys.argv[1])
    await office.sync_matter()
    await office.accept(key=sys.argv[2])
    office.close()
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("point", "durable"),
    [
        ("usecase.prepared:2", False),
        ("accept.stored", False),
        ("accept.queued", False),
        ("writer.before_commit:2", False),
        ("writer.after_commit:2", True),
        ("usecase.committed:2", True),
    ],
)
async def test_all_or_nothing_after_a_kill(tmp_path: Path, point: str, durable: bool) -> None:  # noqa: FBT001 - a table column
    """Killed at any point the file holds case, message, outbox, record and audit row together, or none of them (C1)."""
    url = f"sqlite:///{tmp_path / 'kanyan.db'}"
    killed = subprocess.run(  # noqa: ASYNC221 - nothing else runs meanwhile
        [sys.executable, "-c", ACCEPT, url, KEY],
        env={"KANYAN_CRASH": point},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    office = _reopened(url)
    tables = ("cases", "parties", "outbox", "streams")
    counts = office.counts()
    assert [counts[name] for name in tables] == [int(durable)] * 4
    assert [counts[name] for name in ("messages", "idempotency", "audit")] == [1 + durable] * 3
    # The same request under the same key: whatever happened, it has now happened once and says it was the first.
    assert (await office.runner.do(ACCEPT_CASE, office.application(), PROVINCE, KEY)).created
    counts = office.counts()
    assert [counts[name] for name in tables] == [1] * 4
    office.close()


def _reopened(url: str) -> Office:
    """An office on the file as the kill left it; `make_office` alone would empty it."""
    spare = make_office("sqlite://")
    spare.close()
    writing, reading = open_writing(url), open_reading(url)
    object.__setattr__(spare.tools, "reading", reading)
    writer = Writer(writing, fence=forbid_calls)
    writer.start()
    return Office(
        spare.tools,
        writer,
        Runner(spare.tools, writer),
        spare.clock,
        spare.plugins,
        spare.root_public,
        (writing, reading),
    )
