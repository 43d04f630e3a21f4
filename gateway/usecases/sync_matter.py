"""Take a matter of the province's catalogue into the registry (R6.1); nobody creates one here."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.domain.access import Principal, Role, writing
from gateway.domain.codes import parse_uscc
from gateway.domain.model import Matter
from gateway.errors import FieldInvalid
from gateway.sdk.matter import Unit
from gateway.store import matters
from gateway.store.transaction import Transaction
from gateway.usecases.fields import text
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import UseCase

KINDS = frozenset({"勘查", "勘测", "验收", "检验", "检测", "检疫"})
UNITS = frozenset(unit.value for unit in Unit)
LONGEST_LIMIT = 3650
NEWEST_VERSION = 2**31 - 1


@dataclass(frozen=True)
class SyncMatter:
    """One version of a matter as published."""

    matter: Matter


@dataclass(frozen=True)
class MatterSynced:
    """Whether this version was new here."""

    created: bool


def prepare(command: SyncMatter, _principal: Principal, _tools: Tools) -> Matter:
    """Check what must not be wrong: codes, kinds, limits, and a cited basis for the visit itself."""
    matter = command.matter
    if not matter.kinds or not KINDS.issuperset(matter.kinds):
        raise FieldInvalid(field="kinds", why="须为勘查、勘测、验收、检验、检测、检疫中的一种或多种")
    if not 1 <= matter.version <= NEWEST_VERSION:
        raise FieldInvalid(field="task_version", why="应为正整数")
    _check_limits(matter)
    return replace(
        matter,
        department=parse_uscc(matter.department),
        department_name=text(matter.department_name, "dept_name", 100),
        task_code=text(matter.task_code, "task_code", 36),
        catalog_code=text(matter.catalog_code, "catalog_code", 12),
        name=text(matter.name, "task_name", 200),
        by_law=text(matter.by_law, "by_law", 500, required=False),
        visit_basis=text(matter.visit_basis, "visit_basis", 500),
    )


def _check_limits(matter: Matter) -> None:
    if not 1 <= matter.promise_value <= LONGEST_LIMIT:
        raise FieldInvalid(field="promise_day", why=f"承诺时限应为 1 至 {LONGEST_LIMIT}")
    if not 0 <= matter.anticipate_value <= LONGEST_LIMIT:
        raise FieldInvalid(field="anticipate_day", why=f"法定时限应为 0 至 {LONGEST_LIMIT}")
    if not UNITS.issuperset((matter.promise_unit, matter.anticipate_unit)):
        raise FieldInvalid(field="promise_type", why="时限的单位应为工作日或自然日")


def commit(_command: SyncMatter, matter: Matter, tx: Transaction, _tools: Tools) -> MatterSynced:
    """Store the version if it is new; older versions stay, open cases are pinned to theirs."""
    tx.object = matter.task_code
    return MatterSynced(matters.put(tx.connection, matter, tx.now))


SYNC_MATTER = UseCase("sync_matter", writing(Role.PLATFORM), MatterSynced, prepare, commit, pure=True)
