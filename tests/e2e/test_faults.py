"""The outside world is down, slow, confused, or loses its answer: each notice still arrives exactly once (C5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from gateway.api.v1 import operations_service_pb2
from gateway.sandbox.demo.clients import call
from gateway.sandbox.demo.processes import wait_for
from gateway.sandbox.demo.stage import OPERATOR, PROVINCE
from gateway.sandbox.site import Site, a_site, case_request, wait_for_matters

FAULTS: dict[str, dict[str, Any]] = {
    "down": {"mode": "down", "times": 2},
    "error500": {"mode": "error500", "times": 2},
    "lose_answer": {"mode": "lose_answer", "times": 1},
    "slow": {"mode": "slow", "times": 1, "seconds": 2},
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One gateway for all faults; it waits at most half a second between tries."""
    with a_site(tmp_path_factory.mktemp("faults")) as site:
        site.settings["delivery"] = {"first_retry_seconds": 0.2, "max_retry_seconds": 0.5}
        site.start()
        wait_for_matters(site)
        yield site


@pytest.mark.parametrize("fault", FAULTS)
def test_a_notice_arrives_once_whatever_the_sms_centre_does(running: Site, fault: str) -> None:
    """Acting and answering are two things; the gateway asks before it sends again."""
    httpx.post(f"{running.stage.sms}/_sandbox/faults", json={**FAULTS[fault], "on": "deliver"}).raise_for_status()
    case_no = f"FAULT-{fault}"

    with running.client(PROVINCE) as province:
        call(province.cases.AcceptCase, case_request(case_no))

    question = operations_service_pb2.ListDeliveriesRequest(subject=case_no)
    with running.client(OPERATOR) as operator:

        def settled() -> Any | None:
            (delivery,) = call(operator.operations.ListDeliveries, question).deliveries
            return delivery if delivery.state != "pending" else None

        delivery = wait_for("delivery", settled, 20)
    received = [one for one in running.sms("notice.case_accepted") if one["delivery_id"] == delivery.delivery_id]
    assert delivery.state == "delivered"
    assert [one["effects"] for one in received] == [1]
    assert delivery.attempts > 1 or fault == "slow"


def test_an_unreachable_province_is_waited_for(running: Site) -> None:
    """What could not be connected to was not sent: it is tried again, and then arrives in order."""
    httpx.post(
        f"{running.stage.province}/_sandbox/faults", json={"mode": "down", "times": 3, "on": "pull"}
    ).raise_for_status()
    case = httpx.post(f"{running.stage.province}/_sandbox/accept-case", json={}).json()

    assert running.stop() == 0
    running.settings["pull"] = {"every_seconds": 0.2}
    running.start()

    question = operations_service_pb2.ListDeliveriesRequest(subject=case["case_no"])
    with running.client(OPERATOR) as operator:
        found = wait_for("pulled", lambda: call(operator.operations.ListDeliveries, question).deliveries or None, 20)
    assert [one.kind for one in found] == ["notice.case_accepted"]
