"""A whole gateway without its doors: database, writer, runner and tools, and the steps of a case as coroutines."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar, cast

import sqlalchemy as sa

from gateway.database.engine import open_reading, open_writing
from gateway.database.migrate import migrate
from gateway.database.writer import Writer
from gateway.domain.access import PUBLIC, Principal, Role
from gateway.domain.model import Matter
from gateway.domain.policy import PolicyProfile
from gateway.plugin_host.guard import forbid_calls
from gateway.plugin_host.host import PluginHost
from gateway.sdk.outcome import Done, Rejected
from gateway.store import outbox
from gateway.store.tables import metadata
from gateway.testkit.clock import FakeClock
from gateway.testkit.plugins import CATALOG_CODE, CHECKLIST, ScriptedHost
from gateway.trust.keys import KeyRecord, Keyring, SigningKey
from gateway.trust.suites import VECTOR_PRIVATE, VECTOR_PUBLIC, Ed25519
from gateway.usecases.accept_case import ACCEPT_CASE, AcceptCase, CaseAccepted
from gateway.usecases.confirm_visit import CONFIRM_VISIT, ConfirmVisit
from gateway.usecases.file_visit import FILE_VISIT, FileVisit, VisitFiled
from gateway.usecases.finish_visit import FINISH_VISIT, FinishVisit
from gateway.usecases.issue_token import ISSUE_TOKEN, IssueToken
from gateway.usecases.put_inspector import PUT_INSPECTOR, PutInspector
from gateway.usecases.refuse_visit import REFUSE_VISIT, RefusalReason, RefuseVisit
from gateway.usecases.runner import Runner
from gateway.usecases.settle_delivery import Ended, settle
from gateway.usecases.submit_result import SUBMIT_RESULT, GivenAnswer, ResultSubmitted, SubmitResult
from gateway.usecases.sync_matter import SYNC_MATTER, MatterSynced, SyncMatter
from gateway.usecases.tools import Routes, Tools
from gateway.usecases.use_case import UseCase
from gateway.usecases.verify_token import VERIFY_TOKEN, Verified, VerifyToken
from gateway.usecases.views import CodeView, VisitView

C = TypeVar("C")
P = TypeVar("P")
R = TypeVar("R")

DEPARTMENT = "11430922DEPT000088"
OTHER_DEPARTMENT = "11430922DEPT000163"
PARTY = "91430922MACTJ0017P"
CITIZEN_ID = "11010519491231002X"
CONTACT_NAME, CONTACT_PHONE, DEPT_PHONE = "示例联系人甲", "13800000001", "0737-0000001"
TASK_CODE = DEPARTMENT + "4" + CATALOG_CODE
CASE_NO = "示例-20261123-0001"
INSPECTORS = ("TJ-001", "TJ-002")
HELPER = "TJ-003"
ISSUER, URL_PREFIX = "ky.taojiang.example/test", "https://ky.taojiang.example/v/"
ONE_TIME_CODE = "123456"

MATTER = Matter(
    task_code=TASK_CODE,
    version=1,
    catalog_code=CATALOG_CODE,
    name="示例许可",
    department=DEPARTMENT,
    department_name="示例监管局",
    kinds=("勘查",),
    by_law="示例",
    visit_basis="示例",
    anticipate_value=20,
    anticipate_unit="working_day",
    promise_value=10,
    promise_unit="working_day",
)
PROFILE = PolicyProfile(
    profile="示例-测试",
    title="示例规则",
    valid_from=date(2026, 1, 1),
    valid_to=date(2027, 12, 31),
    min_inspectors=2,
    max_inspectors_single=2,
    window_max_hours=12,
    code_opens_minutes_before=30,
    code_closes_minutes_after=120,
    screen_code_seconds=120,
    paper_code_max_hours=8,
    one_time_code_tries=5,
    proof_minutes=15,
)
PROVINCE = Principal("spiffe://kanyan/province/main", frozenset({Role.PLATFORM}))
KIOSK = Principal("spiffe://kanyan/kiosk/hall-1", frozenset({Role.TERMINAL}))
ADMIN = Principal("spiffe://kanyan/taojiang-app/main/admin-1", frozenset({Role.DEPT_ADMIN}), DEPARTMENT, "admin-1")
APPLICANT = Principal("spiffe://kanyan/xiangyiban/main/p-1", frozenset({Role.PARTY}), person=PARTY)


def inspector(inspector_id: str, department: str = DEPARTMENT) -> Principal:
    """An inspector speaking through the county's app."""
    identity = f"spiffe://kanyan/taojiang-app/main/{inspector_id}"
    return Principal(identity, frozenset({Role.INSPECTOR}), department, inspector_id)


def new_key() -> str:
    """A fresh idempotency key."""
    return secrets.token_hex(16)


@dataclass
class Office:
    """Everything wired, and the steps of a case. Every step takes a fresh key unless it is given one."""

    tools: Tools
    writer: Writer
    runner: Runner
    clock: FakeClock
    plugins: ScriptedHost
    root_public: bytes
    _engines: Sequence[sa.Engine] = field(repr=False)

    def close(self) -> None:
        """Finish what waits and let go of the database."""
        self.writer.stop()
        for engine in self._engines:
            engine.dispose()

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table as stored."""
        with self.tools.reading.connect() as connection:
            return [dict(row) for row in connection.execute(sa.select(metadata.tables[table])).mappings()]

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        with self.tools.reading.connect() as connection:
            query = sa.select(sa.func.count())
            return {
                name: connection.execute(query.select_from(table)).scalar_one()
                for name, table in metadata.tables.items()
            }

    async def do(self, use_case: UseCase[C, P, R], command: C, principal: Principal, key: str = "") -> R:
        """Run a use case."""
        return await self.runner.do(use_case, command, principal, key or new_key())

    async def sync_matter(self, matter: Matter = MATTER) -> MatterSynced:
        """The province publishes a matter."""
        return await self.do(SYNC_MATTER, SyncMatter(matter), PROVINCE)

    async def put_inspectors(self) -> None:
        """Two inspectors and a helper of the department."""
        for inspector_id, helper in ((INSPECTORS[0], False), (INSPECTORS[1], False), (HELPER, True)):
            await self.put_inspector(inspector_id, helper=helper)

    async def put_inspector(self, inspector_id: str, *, helper: bool = False, **changes: Any) -> None:
        """One person of the department."""
        certificate = "" if helper else f"43092200{inspector_id[-3:]}"
        given: dict[str, Any] = {
            "inspector_id": inspector_id,
            "name": f"示例人员{inspector_id[-3:]}",
            "department": DEPARTMENT,
            "certificate_no": certificate,
            "valid_from": "" if helper else "2024-01-01",
            "valid_to": "" if helper else "2028-12-31",
            "helper": helper,
        }
        command = PutInspector(**(given | changes))
        admin = Principal(ADMIN.identity, ADMIN.roles, command.department, ADMIN.person)
        await self.do(PUT_INSPECTOR, command, admin)

    def application(self, case_no: str = CASE_NO, **changes: Any) -> AcceptCase:
        """What the province says of an application."""
        command = AcceptCase(
            case_no=case_no,
            task_code=TASK_CODE,
            accepted_at=datetime(2026, 11, 20, 8, 0, tzinfo=UTC),
            party_name="示例餐饮有限公司",
            uscc=PARTY,
            citizen_id="",
            contact_name=CONTACT_NAME,
            contact_phone=CONTACT_PHONE,
            address="桃花江镇示例路 1 号",
            dept_phone=DEPT_PHONE,
        )
        return AcceptCase(**(vars(command) | changes))

    async def accept(self, case_no: str = CASE_NO, key: str = "", **changes: Any) -> CaseAccepted:
        """The province tells of an application."""
        return await self.do(ACCEPT_CASE, self.application(case_no, **changes), PROVINCE, key)

    def filing(self, case_no: str = CASE_NO, **changes: Any) -> FileVisit:
        """Both inspectors, from an hour after now for three hours."""
        starts_at = self.clock.now() + timedelta(hours=1)
        command = FileVisit(case_no, INSPECTORS, starts_at, starts_at + timedelta(hours=3), "核对经营场所")
        return FileVisit(**(vars(command) | changes))

    async def file(self, case_no: str = CASE_NO, key: str = "", **changes: Any) -> VisitFiled:
        """The department files the visit."""
        return await self.do(FILE_VISIT, self.filing(case_no, **changes), ADMIN, key)

    async def filed(self, case_no: str = CASE_NO) -> VisitFiled:
        """An empty database to a filed visit, and the clock to its beginning."""
        await self.sync_matter()
        await self.put_inspectors()
        await self.accept(case_no)
        filed = await self.file(case_no)
        self.clock.set(filed.visit.starts_at)
        return filed

    async def issue(self, visit_no: str, inspector_id: str = INSPECTORS[0], key: str = "") -> CodeView:
        """An inspector shows a code."""
        return await self.do(ISSUE_TOKEN, IssueToken(visit_no), inspector(inspector_id), key)

    async def verify(
        self, text: str, *, principal: Principal = PUBLIC, key: str = "", scanned_at: datetime | None = None
    ) -> Verified:
        """Somebody scans a code."""
        return await self.do(VERIFY_TOKEN, VerifyToken(text, scanned_at=scanned_at), principal, key)

    async def confirm(
        self,
        proof: str,
        *,
        present: Sequence[str] = INSPECTORS,
        code: str = ONE_TIME_CODE,
        principal: Principal = PUBLIC,
        key: str = "",
    ) -> VisitView:
        """The applicant confirms, with the code of the notice."""
        return await self.do(CONFIRM_VISIT, ConfirmVisit(proof, tuple(present), code), principal, key)

    async def refuse(self, proof: str, reason: RefusalReason = RefusalReason.TIME, remark: str = "") -> VisitView:
        """The applicant refuses."""
        return await self.do(REFUSE_VISIT, RefuseVisit(proof, reason, remark), PUBLIC)

    async def confirmed(self, case_no: str = CASE_NO) -> VisitFiled:
        """An empty database to a confirmed visit."""
        filed = await self.filed(case_no)
        shown = await self.issue(filed.visit.visit_no)
        await self.confirm((await self.verify(shown.url)).proof)
        return filed

    async def finish(self, visit_no: str, key: str = "") -> VisitView:
        """The inspectors leave."""
        return await self.do(FINISH_VISIT, FinishVisit(visit_no), inspector(INSPECTORS[0]), key)

    def answers(self, **marks: str) -> tuple[GivenAnswer, ...]:
        """All items pass, unless `A1="fail"` says otherwise."""
        given = {item.code: marks.get(item.code, "pass") for item in CHECKLIST.items}
        return tuple(GivenAnswer(code, mark, "见记录" if mark == "fail" else "") for code, mark in given.items())

    async def submit(self, visit_no: str, key: str = "", **changes: Any) -> ResultSubmitted:
        """The department submits what was found."""
        command = SubmitResult(visit_no, CHECKLIST.version, self.answers(), "同意")
        return await self.do(SUBMIT_RESULT, SubmitResult(**(vars(command) | changes)), ADMIN, key)

    async def reported(self, case_no: str = CASE_NO) -> VisitFiled:
        """An empty database to a queued result."""
        filed = await self.confirmed(case_no)
        await self.finish(filed.visit.visit_no)
        await self.submit(filed.visit.visit_no)
        return filed

    async def lease(self, limit: int = 10, owner: str = "tester") -> list[outbox.Leased]:
        """Take the heads of all due streams for 15 seconds."""
        until = self.clock.now() + timedelta(seconds=15)
        return list(await self.runner.system("lease", lambda tx: outbox.lease(tx, owner, until, limit)))

    async def settle(self, held: outbox.Leased, outcome: Done | Rejected, *, out_of_time: bool = False) -> bool:
        """End a delivery."""
        return await self.runner.system("settle", lambda tx: settle(tx, Ended(held, outcome, out_of_time)))

    async def deliver_all(self, outcomes: Mapping[str, Done | Rejected] | None = None) -> list[str]:
        """Settle until nothing is due: by kind as given, else Done. Returns the kinds in their order."""
        kinds = []
        while held := await self.lease():
            for one in held:
                await self.settle(one, (outcomes or {}).get(one.kind, Done("R-1")))
                kinds.append(one.kind)
        return kinds


def make_office(
    database_url: str,
    clock: FakeClock | None = None,
    fence: Callable[[], AbstractContextManager[None]] = forbid_calls,
) -> Office:
    """Open, migrate and EMPTY the database, and wire everything around it. The one-time code is always 123456."""
    clock = clock or FakeClock()
    writing, reading = open_writing(database_url), open_reading(database_url)
    migrate(writing)
    _empty(writing)
    month = timedelta(days=31)
    record = KeyRecord(7, "ed25519", VECTOR_PUBLIC, clock.now() - month, clock.now() + month, ISSUER)
    plugins, root = ScriptedHost(clock), Ed25519()
    root_private = root.generate()
    tools = Tools(
        clock=clock,
        reading=reading,
        plugins=cast("PluginHost", plugins),
        profiles=(PROFILE,),
        signing_key=SigningKey(record, VECTOR_PRIVATE),
        keyring=Keyring((record,)),
        root_private=root_private,
        secret=b"a secret for tests, 32 bytes long",
        issuer=ISSUER,
        url_prefix=URL_PREFIX,
        report_phone="0737-0000000",
        routes=Routes("province", "sms", result_ttl_hours=72, notice_ttl_hours=24),
        randbelow=lambda most: int(ONE_TIME_CODE) % most,
    )
    writer = Writer(writing, fence=fence)
    writer.start()
    return Office(tools, writer, Runner(tools, writer), clock, plugins, root.public(root_private), (writing, reading))


def _empty(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            names = ", ".join(table.name for table in metadata.sorted_tables)
            connection.execute(sa.text(f"TRUNCATE {names}"))
            return
        for table in reversed(metadata.sorted_tables):
            connection.execute(sa.delete(table))
