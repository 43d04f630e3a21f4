"""Rules of the faults that can be switched on, over real connections."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

MESSAGE = {"delivery_id": "d-1", "phone": "19911110001", "text": "示例短信", "kind": "visit.filed"}


def fault(client: httpx.Client, **facts: Any) -> httpx.Response:
    """Switch a fault on."""
    return client.post("/_sandbox/faults", json=facts)


def received(client: httpx.Client) -> list[dict[str, Any]]:
    """What took effect."""
    found: list[dict[str, Any]] = client.get("/_sandbox/received").json()["received"]
    return found


def test_down_closes_before_acting(sms: httpx.Client) -> None:
    """Under `down` the connection ends without an answer and nothing took effect."""
    fault(sms, mode="down", times=1)
    with pytest.raises(httpx.TransportError):
        sms.post("/sms", json=MESSAGE)
    assert received(sms) == []
    assert sms.get("/sms/d-1").status_code == 404


def test_lost_answer_has_acted(sms: httpx.Client) -> None:
    """Under `lose_answer` the connection ends without an answer, but the message took effect once."""
    fault(sms, mode="lose_answer", times=1)
    with pytest.raises(httpx.TransportError):
        sms.post("/sms", json=MESSAGE)
    receipt = sms.get("/sms/d-1").json()["receipt"]
    assert sms.post("/sms", json=MESSAGE).json()["receipt"] == receipt
    (only,) = received(sms)
    assert (only["attempts"], only["effects"]) == (2, 1)


def test_lost_answer_spares_queries(sms: httpx.Client) -> None:
    """A query does not use up an answer that is to be lost for a delivery."""
    fault(sms, mode="lose_answer", times=1)
    assert sms.get("/sms/d-1").status_code == 404
    assert sms.get("/_sandbox/faults").json()["mode"] == "lose_answer"


def test_error500_answers_without_acting(sms: httpx.Client) -> None:
    """Under `error500` the answer is 500 and nothing took effect; the attempts still count."""
    fault(sms, mode="error500", times=2)
    assert [sms.post("/sms", json=MESSAGE).status_code for _ in range(3)] == [500, 500, 200]
    (only,) = received(sms)
    assert only["attempts"] == 3


def test_slow_waits_and_then_acts(sms: httpx.Client) -> None:
    """Under `slow` a caller that gives up early gets no answer, and the message takes effect all the same."""
    fault(sms, mode="slow", times=1, seconds=0.5)
    with pytest.raises(httpx.ReadTimeout):
        sms.post("/sms", json=MESSAGE, timeout=0.1)
    until = time.monotonic() + 20
    while sms.get("/sms/d-1").status_code != 200:
        assert time.monotonic() < until, "it never acted"


def test_down_without_times_lasts_until_ok(province: httpx.Client) -> None:
    """Without `times` a fault stays until it is changed, and it touches pulls, too."""
    fault(province, mode="down")
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            province.get("/api/catalogue")
    fault(province, mode="ok")
    assert province.get("/api/catalogue").status_code == 200


def test_fault_can_be_kept_to_one_step(province: httpx.Client) -> None:
    """With `on` a fault leaves the other requests alone."""
    fault(province, mode="error500", on="query")
    assert province.get("/api/catalogue").status_code == 200
    assert province.get("/api/results/d-1").status_code == 500


def test_fault_comes_before_a_refusal(sms: httpx.Client) -> None:
    """A system that is down does not refuse a bad message either."""
    fault(sms, mode="down", times=1)
    with pytest.raises(httpx.TransportError):
        sms.post("/sms", json={})
    assert sms.post("/sms", json={}).status_code == 422


def test_ports_fail_separately(province: httpx.Client, sms: httpx.Client) -> None:
    """A fault of the province leaves the SMS centre alone."""
    fault(province, mode="error500")
    assert sms.post("/sms", json=MESSAGE).status_code == 200


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"mode": "broken"},
        {"mode": ["down"]},
        {"mode": "down", "times": 0},
        {"mode": "down", "times": True},
        {"mode": "slow", "seconds": -1},
        {"mode": "slow", "seconds": "2"},
        {"mode": "slow", "seconds": 1e400},
        {"mode": "down", "on": "everything"},
        {"mode": "down", "on": []},
        {"mode": "down", "time": 1},
    ],
)
def test_bad_fault_is_refused(sms: httpx.Client, facts: dict[str, Any]) -> None:
    """A fault that cannot be read is answered 4xx with a reason, and none is switched on."""
    raw = repr(facts).replace("'", '"').replace("True", "true").replace("inf", "1e400")
    answer = sms.post("/_sandbox/faults", content=raw)
    assert answer.status_code == 422
    assert answer.json()["error"]
    assert sms.get("/_sandbox/faults").json()["mode"] == "ok"
