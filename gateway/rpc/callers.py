"""Who is calling: the client certificate's identity, and the person a platform may speak for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gateway.domain.access import Principal, Role
from gateway.errors import FieldInvalid, NotAllowed, NotAuthenticated

PERSON, ROLES, DEPARTMENT = "kanyan-person", "kanyan-roles", "kanyan-department"
_PERSON_FORM = re.compile(r"[0-9A-Za-z._-]{1,64}")


@dataclass(frozen=True)
class Caller:
    """A machine caller of the configuration: its own roles, and the roles of persons it may speak for."""

    identity: str
    roles: frozenset[Role]
    speaks_for: frozenset[Role]


class Callers:
    """The machine callers this gateway knows; everybody else is refused."""

    def __init__(self, callers: Iterable[Caller]) -> None:
        self._callers = {caller.identity: caller for caller in callers}

    def principal(
        self, auth_context: Mapping[str, Sequence[bytes]], metadata: Iterable[tuple[str, str | bytes]]
    ) -> Principal:
        """The principal of one call.

        Metadata `kanyan-person`, `kanyan-roles` (comma-separated) and `kanyan-department` name a person; without them
        the platform speaks for itself. NotAuthenticated for an unknown certificate, NotAllowed for a role that the
        platform may not lend.
        """
        identities = [value.decode("ascii", "replace") for value in auth_context.get("peer_spiffe_id", ())]
        caller = self._callers.get(identities[0]) if len(identities) == 1 else None
        if caller is None:
            raise NotAuthenticated()
        named = _named(metadata)
        if not named:
            return Principal(caller.identity, caller.roles)
        return _person(caller, named)


def _named(metadata: Iterable[tuple[str, str | bytes]]) -> dict[str, str]:
    named: dict[str, str] = {}
    for key, value in metadata:
        if key in {PERSON, ROLES, DEPARTMENT}:
            if key in named or not isinstance(value, str):
                raise FieldInvalid(field=key, why="只能出现一次,且为文本")
            named[key] = value
    return named


def _person(caller: Caller, named: Mapping[str, str]) -> Principal:
    person = named.get(PERSON, "")
    if not _PERSON_FORM.fullmatch(person):
        raise FieldInvalid(field=PERSON, why="应为 1 至 64 个字母、数字、点、下划线或连字符")
    try:
        roles = frozenset(Role(name.strip()) for name in named.get(ROLES, "").split(","))
    except ValueError:
        raise FieldInvalid(field=ROLES, why="含有未知角色") from None
    if not roles <= caller.speaks_for:
        raise NotAllowed()
    return Principal(f"{caller.identity}/{person}", roles, named.get(DEPARTMENT, ""), person)
