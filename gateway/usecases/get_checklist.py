"""Read the checklist of a visit's matter."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.domain.access import Principal, Role, reading, require_reach
from gateway.sdk.matter import Checklist
from gateway.store import visits
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import Query


def run(visit_no: str, principal: Principal, connection: sa.Connection, tools: Tools) -> Checklist:
    """The checklist as the matter's plugin has it now."""
    visit = visits.by_number(connection, visit_no)
    require_reach(principal, visit.department, "勘验")
    return tools.plugins.matter(visit.case.matter.catalog_code).checklist


GET_CHECKLIST = Query("VisitService/GetChecklist", reading(Role.INSPECTOR, Role.DEPT_ADMIN, Role.DEPT_HEAD), run)
