"""Starts the programs of the demonstration as processes of their own, and ends them again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from gateway.errors import Unavailable

T = TypeVar("T")
TICK_S = 0.05


def wait_for(what: str, probe: Callable[[], T | None], seconds: float = 15.0) -> T:
    """Ask until there is an answer; Unavailable(what=…) when it takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = probe()
        if answer is not None:
            return answer
        time.sleep(TICK_S)
    raise Unavailable(what=what, waited_s=seconds)


@dataclass
class Processes:
    """The children, in the order in which they were started. Their log lines go to files in `folder`."""

    folder: Path
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(
        self, name: str, module: str, words: Sequence[str], env: Mapping[str, str] | None = None
    ) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
        """Start `python -m module words… --ready-file F`; returns the process and what its ready file says."""
        ready = self.folder / f"{name}.ready.json"
        ready.unlink(missing_ok=True)
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *words, "--ready-file", str(ready)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
                # Ctrl-C is for us; we end the children ourselves, in order.
                start_new_session=True,
            )
        self._running.append(process)

        def answer() -> dict[str, Any] | None:
            if process.poll() is not None:
                tail = (self.folder / f"{name}.log").read_text("utf-8", "replace")[-500:]
                raise Unavailable(process=name, exit_code=process.returncode, said=tail)
            return json.loads(ready.read_bytes()) if ready.exists() else None

        return process, wait_for(f"{name} ready", answer, 20.0)

    def stop(self) -> None:
        """End them, last started first: politely, then not."""
        for process in reversed(self._running):
            if process.stdin is not None:
                process.stdin.close()
            process.terminate()
        for process in reversed(self._running):
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()
