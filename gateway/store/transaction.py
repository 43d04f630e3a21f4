"""What a commit is handed: the connection, the moment, who acts, and what it reports for the audit row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

import sqlalchemy as sa

from gateway.domain.access import Principal


@dataclass
class Transaction:
    """One piece of work inside the writer's transaction.

    Attributes:
        connection: the writer's.
        now: the moment of the commit; nothing in it reads a clock.
        principal: who acts.
        message_id: id of the accepted message; outbox rows name it.
        object: what it is about, for the audit row: a case number, visit number, inspector number.
        changes: `[object, from, to]` of every state that moved.
        on_refusal: done instead of everything else when the commit refuses (a wrong code must be counted).
    """

    connection: sa.Connection
    now: datetime
    principal: Principal
    message_id: str
    object: str = ""
    changes: list[list[str]] = field(default_factory=list)
    on_refusal: list[Callable[[], None]] = field(default_factory=list)

    def moved(self, kind: str, before: Enum, after: Enum) -> None:
        """Note a state that changed, for the audit row."""
        self.changes.append([kind, str(before.value), str(after.value)])
