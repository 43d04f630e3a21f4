"""Take a matter of the province's catalogue into the registry (R6.1); nobody creates one here."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain.access import Principal, Role, writing
from gateway.domain.codes import parse_uscc
from gateway.domain.model import Matter
from gateway.errors import FieldInvalid
from gateway.store import matters
from gateway.store.transaction import Transaction
from gateway.usecases.fields import text
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import UseCase

KINDS = frozenset({"勘查", "勘测", "验收", "检验", "检测", "检疫"})


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
    parse_uscc(matter.department)
    text(matter.task_code, "task_code", 36)
    text(matter.catalog_code, "catalog_code", 12)
    text(matter.name, "task_name", 200)
    text(matter.visit_basis, "visit_basis", 500)
    if not matter.kinds or not KINDS.issuperset(matter.kinds):
        raise FieldInvalid(field="kinds", why="须为勘查、勘测、验收、检验、检测、检疫中的一种或多种")
    if matter.promise_value < 1:
        raise FieldInvalid(field="promise_day", why="承诺时限至少为 1")
    return matter


def commit(_command: SyncMatter, matter: Matter, tx: Transaction, _tools: Tools) -> MatterSynced:
    """Store the version if it is new; older versions stay, open cases are pinned to theirs."""
    tx.object = matter.task_code
    return MatterSynced(matters.put(tx.connection, matter, tx.now))


SYNC_MATTER = UseCase("sync_matter", writing(Role.PLATFORM), MatterSynced, prepare, commit)
