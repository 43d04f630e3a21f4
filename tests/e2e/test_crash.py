"""SIGKILL between acceptance and delivery: nothing acknowledged is lost, nothing is doubled (C1, C2, C4, C5)."""

from __future__ import annotations

import shutil
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest

from gateway.sandbox.demo.clients import call
from gateway.sandbox.demo.processes import wait_for
from gateway.sandbox.demo.stage import APP, PROVINCE
from gateway.sandbox.site import INSPECTOR, Site, a_site, case_request, result_request, to_finished, wait_for_matters

ACCEPTANCE = (
    "usecase.prepared",
    "accept.stored",
    "accept.queued",
    "writer.before_commit:3",
    "writer.after_commit:3",
    "usecase.committed",
    "relay.leased",
    "relay.before_send",
    "relay.sent",
    "relay.answered",
    "relay.settled",
)
RESULT = ("result.stored", "usecase.committed", "relay.before_send", "relay.sent", "relay.answered", "relay.settled")


@pytest.fixture(scope="module")
def with_matters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a gateway that knows the catalogue and no case."""
    folder = tmp_path_factory.mktemp("matters")
    with a_site(folder) as site:
        site.start()
        wait_for_matters(site)
        assert site.stop() == 0
    return site.data


@pytest.fixture(scope="module")
def with_finished_visit(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The data folder of a gateway with one finished visit, and the visit's number; everything so far is delivered."""
    folder = tmp_path_factory.mktemp("finished")
    with a_site(folder) as site:
        site.start()
        wait_for_matters(site)
        visit_no = to_finished(site)
        wait_for("deliveries", lambda: True if not pending(site) else None)
        assert site.stop() == 0
    return site.data, visit_no


@pytest.mark.parametrize("point", ACCEPTANCE)
def test_kill_between_acceptance_and_notice(site: Site, with_matters: Path, point: str) -> None:
    """Whenever the gateway dies, an acknowledged case is there afterwards and its unit gets exactly one SMS."""
    shutil.copytree(with_matters, site.data)
    request = case_request(key="k" * 32)

    acknowledged = run_until_killed(site, point, PROVINCE, lambda c: call(c.cases.AcceptCase, request))

    stored = rows(site, "SELECT case_no FROM cases")
    assert not acknowledged or stored == [("EXAMPLE-0001",)]
    site.start()
    with site.client(PROVINCE) as province:
        reply = call(province.cases.AcceptCase, request)
    assert reply.case.case_no == "EXAMPLE-0001"
    wait_for("notice", lambda: True if not pending(site) and site.sms("notice.case_accepted") else None)
    notices = site.sms("notice.case_accepted")
    # One attempt, too: after a crash the gateway asks before it sends again.
    assert [(one["effects"], one["attempts"]) for one in notices] == [(1, 1)]
    assert rows(site, "SELECT count(*) FROM cases") == [(1,)]
    assert rows(site, "SELECT count(*) FROM messages WHERE method = 'CaseService/AcceptCase'") == [(1,)]
    assert rows(site, "SELECT count(*) FROM audit WHERE method = 'CaseService/AcceptCase'") == [(1,)]
    check_balance(site)


@pytest.mark.parametrize("point", RESULT)
def test_kill_between_result_and_acknowledgement(site: Site, with_finished_visit: tuple[Path, str], point: str) -> None:
    """Whenever the gateway dies, a submitted result reaches the province exactly once and ends acknowledged."""
    data, visit_no = with_finished_visit
    shutil.copytree(data, site.data)
    site.start()
    request = result_request(site, visit_no)
    assert site.stop() == 0

    run_until_killed(site, point, APP, lambda c: call(c.visits.SubmitResult, request, INSPECTOR))

    site.start()
    with site.client(APP) as app:
        reply = call(app.visits.SubmitResult, request, INSPECTOR)
    wait_for("acknowledged", lambda: True if not pending(site) else None)
    received = site.results()
    assert [(one["effects"], one["attempts"]) for one in received] == [(1, 1)]
    assert received[0]["body"]["report_sha256"] == reply.report_sha256
    assert rows(site, "SELECT state FROM results") == [("ACKNOWLEDGED",)]
    assert rows(site, "SELECT state FROM cases") == [("DELIVERED",)]
    check_balance(site)


def run_until_killed(site: Site, point: str, identity: str, act: Callable[[Any], Any]) -> bool:
    """Start with a crash point, act, and see the process die of SIGKILL; returns whether the act was acknowledged."""
    site.start({"KANYAN_CRASH": point})
    answer = None
    with site.client(identity) as client:
        try:
            act(client)
        except grpc.RpcError as error:
            answer = error.code()
    assert answer in {None, grpc.StatusCode.UNAVAILABLE}
    assert site.process is not None
    assert site.process.wait(15) == -signal.SIGKILL
    return answer is None


def rows(site: Site, query: str) -> list[tuple[Any, ...]]:
    """What the database holds, read over a connection of our own."""
    connection = sqlite3.connect(site.data / "kanyan.db")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def pending(site: Site) -> int:
    """Deliveries that have not ended."""
    return int(rows(site, "SELECT count(*) FROM outbox WHERE state <> 'delivered'")[0][0])


def check_balance(site: Site) -> None:
    """Every number a stream gave out has its row, and the file is sound."""
    assert rows(site, "SELECT sum(next_seq) FROM streams") == rows(site, "SELECT count(*) FROM outbox")
    assert rows(site, "PRAGMA integrity_check") == [("ok",)]
