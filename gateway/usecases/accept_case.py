"""Accept an application from the provincial platform (R6.2) and tell the department (R6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.database.crashpoints import crashpoint
from gateway.domain.access import Principal, Role, writing
from gateway.domain.codes import parse_citizen_id, parse_uscc
from gateway.errors import Conflict, FieldInvalid
from gateway.store import cases, matters, outbox
from gateway.store.transaction import Transaction
from gateway.texts import notices_zh
from gateway.trust.one_time_code import keyed_hash
from gateway.usecases.canonical import fingerprint
from gateway.usecases.fields import phone, text
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import UseCase
from gateway.usecases.views import CaseView, case_view


@dataclass(frozen=True)
class AcceptCase:
    """What the platform says. Exactly one of `uscc` and `citizen_id` is given."""

    case_no: str
    task_code: str
    accepted_at: datetime
    party_name: str
    uscc: str
    citizen_id: str
    contact_name: str
    contact_phone: str
    address: str
    dept_phone: str


@dataclass(frozen=True)
class CaseAccepted:
    """The case as stored, and whether this call created it."""

    case: CaseView
    created: bool


def prepare(command: AcceptCase, _principal: Principal, tools: Tools) -> cases.NewCase:
    """Check every field and find the matter; MatterNotFiled if the province never published it (R4.1)."""
    if bool(command.uscc) == bool(command.citizen_id):
        raise FieldInvalid(field="party", why="统一社会信用代码和公民身份号码须且只须填一项")
    if command.accepted_at.tzinfo is None:
        raise FieldInvalid(field="accepted_at", why="时间应带时区")
    citizen_id = parse_citizen_id(command.citizen_id) if command.citizen_id else ""
    with tools.reading.connect() as connection:
        matter = matters.current(connection, text(command.task_code, "task_code", 36))
    return cases.NewCase(
        case_no=text(command.case_no, "case_no", 64),
        matter=matter,
        party_name=text(command.party_name, "party.name", 200),
        uscc=parse_uscc(command.uscc) if command.uscc else "",
        citizen_hash=keyed_hash(tools.secret, "citizen_id", citizen_id) if citizen_id else b"",
        citizen_last4=citizen_id[-4:],
        contact_name=text(command.contact_name, "party.contact_name", 60),
        contact_phone=phone(command.contact_phone, "party.contact_phone"),
        address=text(command.address, "party.address", 300),
        dept_phone=phone(command.dept_phone, "dept_phone"),
        accepted_at=command.accepted_at,
        fingerprint=fingerprint(command, tools.secret),
    )


def commit(command: AcceptCase, new: cases.NewCase, tx: Transaction, tools: Tools) -> CaseAccepted:
    """One case per number: the same content again changes nothing, other content is a conflict."""
    tx.object = new.case_no
    known = cases.fingerprint(tx.connection, new.case_no)
    if known is not None and known != new.fingerprint:
        raise Conflict(what="办件")
    if known is None:
        cases.add(tx, new)
        crashpoint("accept.stored")
        outbox.put(tx, _notice(new, tools))
        crashpoint("accept.queued")
    return CaseAccepted(case_view(cases.get(tx.connection, new.case_no)), known is None)


def _notice(new: cases.NewCase, tools: Tools) -> outbox.Draft:
    matter = new.matter
    words = notices_zh.CASE_ACCEPTED.format(
        matter=matter.name,
        tail=new.case_no[-4:],
        limit=f"{matter.promise_value}{notices_zh.UNITS[matter.promise_unit]}",
    )
    return outbox.Draft(
        destination=tools.routes.notifier,
        subject=new.case_no,
        kind="notice.case_accepted",
        body={"phone": new.dept_phone, "text": words},
        time_to_live=timedelta(hours=tools.routes.notice_ttl_hours),
    )


ACCEPT_CASE = UseCase("CaseService/AcceptCase", writing(Role.PLATFORM), CaseAccepted, prepare, commit)
