"""List the persons of one department."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.domain.access import Principal, Role, reading, require_reach
from gateway.store import inspectors
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import Query
from gateway.usecases.views import PersonView, person_view


def run(department: str, principal: Principal, connection: sa.Connection, _tools: Tools) -> tuple[PersonView, ...]:
    """The persons by number; an empty department means the caller's own."""
    wanted = department or principal.department
    require_reach(principal, wanted, "部门")
    return tuple(person_view(person) for person in inspectors.of_department(connection, wanted))


LIST_INSPECTORS = Query(
    "RegistryService/ListInspectors",
    reading(Role.INSPECTOR, Role.DEPT_ADMIN, Role.DEPT_HEAD, Role.CENTRE, Role.BUREAU, Role.OVERSIGHT),
    run,
)
