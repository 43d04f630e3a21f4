"""A gateway as a process of its own beside the simulated world, for rehearsals that kill, stop and start it."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.api.v1 import case_service_pb2, registry_service_pb2, token_service_pb2, visit_service_pb2
from gateway.sandbox.catalogue import MATTERS
from gateway.sandbox.demo.clients import Client, call, new_key, speaking_for
from gateway.sandbox.demo.processes import Processes, wait_for
from gateway.sandbox.demo.stage import APP, OPERATOR, POLICY, PROVINCE, Stage, gateway_settings, visit_window
from gateway.sandbox.server import in_thread

DEPARTMENT = "11430922DEPT000088"
ADMIN = speaking_for("admin-1", "dept_admin", DEPARTMENT)
INSPECTOR = speaking_for("TJ-001", "inspector", DEPARTMENT)
PEOPLE = ("TJ-001", "TJ-002")


@dataclass
class Site:
    """A folder with a gateway's configuration and data, and the simulated world beside it."""

    stage: Stage
    settings: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """The gateway's data folder."""
        return self.stage.run_folder / "gateway"

    def start(self, env: Mapping[str, str] | None = None) -> None:
        """Start the gateway and wait until it is ready."""
        folder = self.stage.run_folder
        (folder / "policy.yaml").write_text(yaml.safe_dump(POLICY, allow_unicode=True), encoding="utf-8")
        config = folder / "gateway.yaml"
        settings = {**gateway_settings(self.stage), **self.settings}
        config.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
        words = ["serve", "--config", str(config)]
        self.process, ready = self.stage.processes.start("gateway", "gateway", words, env)
        self.stage.grpc_address, self.stage.web = ready["grpc"], ready["web"]

    def stop(self) -> int:
        """End the gateway politely; returns its exit code."""
        if self.process is None:
            raise RuntimeError("no gateway runs")
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)

    @contextmanager
    def client(self, identity: str) -> Iterator[Client]:
        """One caller's stubs."""
        channel = self.stage.channel(identity)
        try:
            yield Client(channel)
        finally:
            channel.close()

    def sms(self, kind: str) -> list[dict[str, Any]]:
        """What the SMS centre received of a kind."""
        return [one for one in self.stage.received(self.stage.sms) if one["kind"] == kind]

    def results(self) -> list[dict[str, Any]]:
        """The results the province received."""
        return [one for one in self.stage.received(self.stage.province) if one["kind"] == "result"]


@contextmanager
def a_site(folder: Path) -> Iterator[Site]:
    """A site with a fresh simulated world; everything ends with the context."""
    (folder / "run").mkdir(parents=True, exist_ok=True)
    stage = Stage(folder, Processes(folder / "run"))
    with in_thread(folder / "sandbox") as world:
        stage.province, stage.sms = world.province, world.sms
        try:
            yield Site(stage, {"pull": {"every_seconds": 3600}})
        finally:
            stage.processes.stop()


def case_request(case_no: str = "EXAMPLE-0001", key: str = "") -> case_service_pb2.AcceptCaseRequest:
    """An accepted application of the first 示例 matter."""
    return case_service_pb2.AcceptCaseRequest(
        idempotency_key=key or new_key(),
        case_no=case_no,
        task_code=str(MATTERS[0]["task_code"]),
        accepted_at=Timestamp(seconds=int(datetime.now(UTC).timestamp()) - 60),
        party=case_service_pb2.Party(
            name="桃江示例竹制品有限公司",
            uscc="91430922MACTJ0017P",
            contact_name="示例联系人",
            contact_phone="13800000001",
            address="桃花江镇示例路 1 号",
        ),
        dept_phone="0737-0000001",
    )


def wait_for_matters(site: Site) -> None:
    """Until the registry has the catalogue."""
    with site.client(OPERATOR) as client:
        question = registry_service_pb2.ListMattersRequest()
        wait_for("matters", lambda: call(client.registry.ListMatters, question).matters or None)


def to_finished(site: Site, case_no: str = "EXAMPLE-0001") -> str:
    """Bring a case to a finished visit; returns the visit's number."""
    with site.client(PROVINCE) as province:
        call(province.cases.AcceptCase, case_request(case_no))
    with site.client(APP) as app:
        for inspector_id in PEOPLE:
            person = registry_service_pb2.Inspector(
                inspector_id=inspector_id,
                name=f"示例{inspector_id}",
                department=DEPARTMENT,
                certificate_no=f"4309{inspector_id[-3:]}00",
                valid_from="2026-01-01",
                valid_to="2036-12-31",
            )
            request = registry_service_pb2.PutInspectorRequest(idempotency_key=new_key(), inspector=person)
            call(app.registry.PutInspector, request, ADMIN)
        return _visit(site, app, case_no)


def _visit(site: Site, app: Client, case_no: str) -> str:
    starts_at, ends_at = visit_window(datetime.now(UTC))
    filed = call(
        app.visits.FileVisit,
        visit_service_pb2.FileVisitRequest(
            idempotency_key=new_key(),
            case_no=case_no,
            inspector_ids=PEOPLE,
            starts_at=Timestamp(seconds=int(starts_at.timestamp())),
            ends_at=Timestamp(seconds=int(ends_at.timestamp())),
            purpose="示例",
        ),
        INSPECTOR,
    )
    notice = wait_for("notice", lambda: site.sms("notice.visit_filed") or None)[0]["body"]["text"]
    code = notice.split("验证码 ")[1][:6]
    kiosk = "spiffe://kanyan/kiosk/hall-1"
    with site.client(kiosk) as terminal:
        verify = token_service_pb2.VerifyTokenRequest(idempotency_key=new_key(), text=filed.codes[0].url)
        proof = call(terminal.tokens.VerifyToken, verify).proof
        confirm = token_service_pb2.ConfirmVisitRequest(
            idempotency_key=new_key(), proof=proof, present=PEOPLE, one_time_code=code
        )
        call(terminal.tokens.ConfirmVisit, confirm)
    visit_no = str(filed.visit.visit_no)
    finish = visit_service_pb2.FinishVisitRequest(idempotency_key=new_key(), visit_no=visit_no)
    call(app.visits.FinishVisit, finish, INSPECTOR)
    return visit_no


def result_request(site: Site, visit_no: str) -> visit_service_pb2.SubmitResultRequest:
    """All items in order."""
    with site.client(APP) as app:
        question = visit_service_pb2.GetChecklistRequest(visit_no=visit_no)
        checklist = call(app.visits.GetChecklist, question, INSPECTOR)
    answers = [visit_service_pb2.Answer(item=item.code, mark="pass") for item in checklist.items]
    return visit_service_pb2.SubmitResultRequest(
        idempotency_key=new_key(), visit_no=visit_no, checklist_version=checklist.version, answers=answers
    )
