"""Named points at which a test may have the process killed, as a power cut would."""

from __future__ import annotations

import os
import signal
import threading

_VARIABLE = "KANYAN_CRASH"


class _Plan:
    """Which point kills, and at which passing of it; read once from the environment."""

    def __init__(self, text: str) -> None:
        self.point, _, times = text.partition(":")
        self.left = int(times or 1)
        self.lock = threading.Lock()


_plan = _Plan(os.environ[_VARIABLE]) if os.environ.get(_VARIABLE) else None


def crashpoint(name: str) -> None:
    """Do nothing, unless `KANYAN_CRASH=name[:n]` is set: then SIGKILL ourselves at the n-th passing."""
    if _plan is None or _plan.point != name:
        return
    with _plan.lock:
        _plan.left -= 1
        if _plan.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
