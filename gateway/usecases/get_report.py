"""Read the Word report of a visit."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.domain.access import Principal, reading, require_reach
from gateway.sdk.upstream import Attachment
from gateway.store import results, visits
from gateway.usecases.get_visit import READERS
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import Query


def run(visit_no: str, principal: Principal, connection: sa.Connection, _tools: Tools) -> Attachment:
    """The report, if the visit is within the caller's reach; NotFound while there is none."""
    visit = visits.by_number(connection, visit_no)
    require_reach(principal, visit.department, "勘验")
    return results.report_of(connection, visit.task_id)


GET_REPORT = Query("VisitService/GetReport", reading(*READERS), run)
