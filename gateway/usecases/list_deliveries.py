"""List outward messages with their states, never their content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from gateway.domain.access import Principal, Role, reading
from gateway.errors import FieldInvalid
from gateway.store import outbox
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import Query

DEFAULT, MOST = 100, 500


@dataclass(frozen=True)
class ListDeliveries:
    """Only of this subject if given; at most `limit`, 0 means 100."""

    subject: str = ""
    limit: int = 0


@dataclass(frozen=True)
class DeliveryView:
    """One outward message."""

    delivery_id: str
    destination: str
    subject: str
    kind: str
    state: str
    attempts: int
    last_problem: str
    next_at: datetime


def run(
    command: ListDeliveries, _principal: Principal, connection: sa.Connection, _tools: Tools
) -> tuple[DeliveryView, ...]:
    """Newest first."""
    if not 0 <= command.limit <= MOST:
        raise FieldInvalid(field="limit", why=f"应为 0 至 {MOST}")
    rows = outbox.listed(connection, command.subject, command.limit or DEFAULT)
    return tuple(DeliveryView(**row) for row in rows)


LIST_DELIVERIES = Query("OperationsService/ListDeliveries", reading(Role.OPERATOR), run)
