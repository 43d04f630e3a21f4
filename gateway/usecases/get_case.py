"""Read one case."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.domain.access import Principal, Role, reading, require_reach
from gateway.store import cases
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import Query
from gateway.usecases.views import CaseView, case_view


def run(case_no: str, principal: Principal, connection: sa.Connection, _tools: Tools) -> CaseView:
    """The case, if it is within the caller's reach."""
    case = cases.get(connection, case_no)
    require_reach(principal, case.department, "办件")
    return case_view(case)


GET_CASE = Query(
    "CaseService/GetCase",
    reading(
        Role.PLATFORM,
        Role.INSPECTOR,
        Role.DEPT_ADMIN,
        Role.DEPT_HEAD,
        Role.CENTRE,
        Role.BUREAU,
        Role.OVERSIGHT,
    ),
    run,
)
