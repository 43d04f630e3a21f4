"""A named crash point kills as a power cut would: at once, at the asked-for passing, and nowhere else."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

CODE = """
from gateway.database.crashpoints import crashpoint
for number in range(5):
    crashpoint("other")
    crashpoint("here")
    print(number, flush=True)
"""


@pytest.mark.parametrize(
    ("plan", "printed", "status"),
    [
        (None, "0\n1\n2\n3\n4\n", 0),
        ("elsewhere", "0\n1\n2\n3\n4\n", 0),
        ("here", "", -signal.SIGKILL),
        ("here:3", "0\n1\n", -signal.SIGKILL),
        ("here:6", "0\n1\n2\n3\n4\n", 0),
    ],
)
def test_the_nth_passing_kills(plan: str | None, printed: str, status: int) -> None:
    """`KANYAN_CRASH=name:n` ends the process by SIGKILL at the n-th passing of that point."""
    environment = {} if plan is None else {"KANYAN_CRASH": plan}
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.returncode) == (printed, status)
