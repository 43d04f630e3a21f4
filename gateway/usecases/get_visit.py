"""Read one visit."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.domain.access import Principal, Role, reading, require_reach
from gateway.store import visits
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import Query
from gateway.usecases.views import VisitView, visit_view

READERS = (Role.INSPECTOR, Role.DEPT_ADMIN, Role.DEPT_HEAD, Role.CENTRE, Role.BUREAU, Role.OVERSIGHT)


def run(visit_no: str, principal: Principal, connection: sa.Connection, _tools: Tools) -> VisitView:
    """The visit, if it is within the caller's reach."""
    visit = visits.by_number(connection, visit_no)
    require_reach(principal, visit.department, "勘验")
    return visit_view(visit)


GET_VISIT = Query("VisitService/GetVisit", reading(*READERS), run)
