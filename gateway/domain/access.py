"""Who may do what: roles, principals and the reach of each over objects (domain.md §4, deny by default)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from gateway.errors import NotAllowed, NotFound


class Role(Enum):
    """What somebody is, whoever carries the call."""

    PLATFORM = "platform"
    TERMINAL = "terminal"
    INSPECTOR = "inspector"
    DEPT_ADMIN = "dept_admin"
    DEPT_HEAD = "dept_head"
    CENTRE = "centre"
    BUREAU = "bureau"
    OVERSIGHT = "oversight"
    LEADERSHIP = "leadership"
    DISCIPLINE = "discipline"
    PARTY = "party"
    PUBLIC = "public"
    OPERATOR = "operator"
    SYSTEM = "system"


COUNTY_WIDE = frozenset({Role.CENTRE, Role.BUREAU, Role.OVERSIGHT, Role.PLATFORM, Role.SYSTEM})
"""Roles whose reach over cases and visits is the whole county."""

DEPARTMENTAL = frozenset({Role.INSPECTOR, Role.DEPT_ADMIN, Role.DEPT_HEAD})
"""Roles whose reach ends at their department."""


@dataclass(frozen=True)
class Principal:
    """One caller: identity, roles, and the objects those roles reach.

    Attributes:
        identity: stable, never a name: a SPIFFE id, or `<spiffe id>/<person>` where a platform speaks for a person.
        roles: what the caller is.
        department: USCC of the department, for departmental roles.
        person: the inspector's number, or the party's tag, where a person is behind the call.
    """

    identity: str
    roles: frozenset[Role]
    department: str = ""
    person: str = ""

    def has(self, *roles: Role) -> bool:
        """Whether the caller has any of these roles."""
        return not self.roles.isdisjoint(roles)


SYSTEM = Principal("system", frozenset({Role.SYSTEM}))
PUBLIC = Principal("public", frozenset({Role.PUBLIC}))


@dataclass(frozen=True)
class Policy:
    """What one use case declares; the proto option of its RPC says the same, and a test compares them."""

    roles: frozenset[Role]
    mutating: bool
    idempotency_key: bool
    audit: bool

    def admit(self, principal: Principal) -> None:
        """Refuse with NotAllowed unless the principal has one of the roles. SYSTEM is our own timers."""
        if not principal.has(Role.SYSTEM, *self.roles):
            raise NotAllowed()


def writing(*roles: Role) -> Policy:
    """A policy that changes something: key required, audit row written."""
    return Policy(frozenset(roles), mutating=True, idempotency_key=True, audit=True)


def reading(*roles: Role) -> Policy:
    """A policy that only reads."""
    return Policy(frozenset(roles), mutating=False, idempotency_key=False, audit=False)


def require_reach(principal: Principal, department: str, what: str) -> None:
    """Refuse with NotFound (so that nothing is learned of foreign objects) outside the principal's reach."""
    if principal.has(*COUNTY_WIDE):
        return
    if principal.has(*DEPARTMENTAL) and principal.department == department:
        return
    raise NotFound(what=what)


def require_department(principal: Principal, department: str) -> None:
    """Refuse with NotAllowed unless the principal writes for its own department (R11.1)."""
    if not (principal.has(Role.SYSTEM) or (principal.has(*DEPARTMENTAL) and principal.department == department)):
        raise NotAllowed()


def roles_named(names: Iterable[str]) -> frozenset[Role]:
    """Roles by their names; ValueError for an unknown one."""
    return frozenset(Role(name) for name in names)
