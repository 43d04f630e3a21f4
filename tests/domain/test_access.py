"""Who may do what: nothing unless it is said."""

from __future__ import annotations

import pytest

from gateway.domain.access import (
    COUNTY_WIDE,
    DEPARTMENTAL,
    SYSTEM,
    Principal,
    Role,
    reading,
    require_department,
    require_reach,
    roles_named,
    writing,
)
from gateway.errors import NotAllowed, NotFound
from gateway.testkit.office import DEPARTMENT, OTHER_DEPARTMENT


def someone(*roles: Role, department: str = "") -> Principal:
    """A caller with these roles."""
    return Principal("spiffe://kanyan/test/main", frozenset(roles), department)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_a_policy_admits_its_roles_only(role: Role) -> None:
    """Deny by default: a role not named is refused, one named is admitted."""
    for named in Role:
        policy = writing(named)
        if role is named:
            policy.admit(someone(role))
        else:
            with pytest.raises(NotAllowed):
                policy.admit(someone(role))


def test_nobody_without_roles_is_admitted() -> None:
    """A principal without roles may not even read what everybody may."""
    with pytest.raises(NotAllowed):
        reading(*Role).admit(someone())


def test_a_policy_without_roles_admits_our_own_timers_only() -> None:
    """An empty policy refuses every caller; SYSTEM is ourselves."""
    for role in set(Role) - {Role.SYSTEM}:
        with pytest.raises(NotAllowed):
            writing().admit(someone(role))
    writing().admit(SYSTEM)


@pytest.mark.parametrize("role", list(Role))
def test_reach_ends_at_the_department_or_the_county(role: Role) -> None:
    """County roles reach all, departmental roles their own, all others nothing; foreign objects say NOT_FOUND."""
    own, foreign = someone(role, department=DEPARTMENT), someone(role, department=OTHER_DEPARTMENT)
    for principal, reached in (
        (own, role in COUNTY_WIDE | DEPARTMENTAL),
        (foreign, role in COUNTY_WIDE),
        (someone(role), role in COUNTY_WIDE),
    ):
        if reached:
            require_reach(principal, DEPARTMENT, "办件")
        else:
            with pytest.raises(NotFound):
                require_reach(principal, DEPARTMENT, "办件")


@pytest.mark.parametrize("role", list(Role))
def test_only_the_department_itself_writes(role: Role) -> None:
    """Writing for a department needs a departmental role of that department (R11.1); the county may not."""
    if role in DEPARTMENTAL:
        require_department(someone(role, department=DEPARTMENT), DEPARTMENT)
    if role is not Role.SYSTEM:
        with pytest.raises(NotAllowed):
            require_department(someone(role, department=OTHER_DEPARTMENT), DEPARTMENT)


def test_reading_and_writing_declare_what_they_are() -> None:
    """Whatever writes needs a key and leaves an audit row; whatever reads needs neither."""
    write, read = writing(Role.PUBLIC), reading(Role.PUBLIC)
    assert (write.mutating, write.idempotency_key, write.audit) == (True, True, True)
    assert (read.mutating, read.idempotency_key, read.audit) == (False, False, False)


def test_unknown_role_names_are_errors() -> None:
    """A role nobody knows is never passed over."""
    assert roles_named(["public", "centre"]) == {Role.PUBLIC, Role.CENTRE}
    with pytest.raises(ValueError, match="mayor"):
        roles_named(["public", "mayor"])
