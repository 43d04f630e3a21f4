"""Our own faults: the caller learns that it was our fault and nothing else, and the next caller is served."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import grpc
import pytest
from structlog.testing import capture_logs

from gateway.api.v1 import case_service_pb2 as pb
from gateway.errors import GatewayBug, Overloaded, StorageUnavailable
from gateway.rpc.call import Call
from gateway.rpc.server import SERVICERS
from gateway.testkit.grpc_door import PROVINCE, Door, Pki, Refusal, serving
from gateway.usecases.runner import Runner

CANARY = "canary-7f3a"
GET = "CaseService/GetCase"
FAULTS: dict[str, Exception] = {
    "value": ValueError(CANARY),
    "key": KeyError(CANARY),
    "bug": GatewayBug(where=CANARY),
    "group": ExceptionGroup(CANARY, [ValueError(CANARY)]),
    "recursion": RecursionError(CANARY),
    "late": TimeoutError(CANARY),
    "rpc": grpc.RpcError(CANARY),
}


class Broken:
    """A servicer that fails in the way its request names."""

    async def GetCase(self, request: pb.GetCaseRequest, _call: Call) -> Any:
        """Fail, answer what is no message, or answer."""
        if request.case_no == "none":
            return None
        if request.case_no == "overloaded":
            raise Overloaded()
        if request.case_no == "storage":
            raise StorageUnavailable()
        if request.case_no in FAULTS:
            raise FAULTS[request.case_no]
        return pb.GetCaseResponse(case=pb.Case(case_no=request.case_no))

    async def AcceptCase(self, _request: pb.AcceptCaseRequest, _call: Call) -> Any:
        """Not asked here."""
        raise NotImplementedError


@pytest.fixture
def broken_door(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """A door behind which the case service is broken."""
    service = next(one for one in SERVICERS if one.name == "CaseService")
    monkeypatch.setitem(SERVICERS, service, cast("Any", Broken()))
    with serving(cast("Runner", None), pki) as opened:
        yield opened


@pytest.mark.parametrize("fault", [*FAULTS, "none"])
def test_whatever_breaks(fault: str, broken_door: Door) -> None:
    """INTERNAL in fixed words; the log knows the method; the server goes on."""
    line = broken_door.caller(PROVINCE)
    with capture_logs() as logs:
        refusal = line.refused(GET, pb.GetCaseRequest(case_no=fault))
    chinese = "系统内部错误。请稍后再试,并把时间和操作告诉系统管理员。"
    assert refusal == Refusal(grpc.StatusCode.INTERNAL, "Our fault", "INTERNAL", {}, chinese)
    assert {entry["method"] for entry in logs} == {"gateway.api.v1.CaseService.GetCase"}
    assert any(entry["log_level"] == "error" for entry in logs)
    assert line.call(GET, pb.GetCaseRequest(case_no="1")).case.case_no == "1"


@pytest.mark.parametrize(
    ("trouble", "status"),
    [("overloaded", grpc.StatusCode.RESOURCE_EXHAUSTED), ("storage", grpc.StatusCode.UNAVAILABLE)],
)
def test_what_passes(trouble: str, status: grpc.StatusCode, broken_door: Door) -> None:
    """What may succeed later says so and when (the retry delay is checked for every refusal of these tests)."""
    refusal = broken_door.caller(PROVINCE).refused(GET, pb.GetCaseRequest(case_no=trouble))
    assert refusal.status is status


def test_an_unknown_method(broken_door: Door) -> None:
    """What does not exist is UNIMPLEMENTED, also to a caller we know."""
    call: Any = broken_door.caller(PROVINCE).channel.unary_unary("/gateway.api.v1.CaseService/DropCases")
    with pytest.raises(grpc.RpcError) as refused:
        call(b"", timeout=5)
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
