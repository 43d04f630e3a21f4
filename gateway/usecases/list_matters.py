"""List the matters on file."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.domain.access import Principal, Role, reading
from gateway.domain.model import Matter
from gateway.store import matters
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import Query


def run(_command: None, _principal: Principal, connection: sa.Connection, _tools: Tools) -> tuple[Matter, ...]:
    """The newest version of every matter, by code."""
    return tuple(matters.listed(connection))


LIST_MATTERS = Query(
    "RegistryService/ListMatters",
    reading(Role.INSPECTOR, Role.DEPT_ADMIN, Role.DEPT_HEAD, Role.CENTRE, Role.BUREAU, Role.OVERSIGHT),
    run,
)
