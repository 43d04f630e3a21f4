"""The one table from our errors to gRPC, for every class of the tree."""

from __future__ import annotations

import pytest
from google.rpc import status_pb2
from grpc import StatusCode

from gateway.errors import FieldInvalid, GatewayBug, GatewayError, PluginContractError, all_errors
from gateway.rpc.status import LONGEST_FACT, code_of, details_of, line_of

SOFT_LIMIT = 8 * 1024


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.code)
def test_every_error_has_a_status(kind: type[GatewayError]) -> None:
    """Each names a gRPC status that is an error, and three details at most."""
    error = kind(field="x")
    assert code_of(error) not in {StatusCode.OK, StatusCode.UNKNOWN}
    details = status_pb2.Status.FromString(details_of(error)).details
    assert len(details) == (3 if error.retryable else 2)
    assert (code_of(error) in {StatusCode.UNAVAILABLE, StatusCode.RESOURCE_EXHAUSTED}) <= error.retryable


def test_refusals_stay_small() -> None:
    """Clients take 8 KiB of trailing metadata: whatever was echoed, the refusal arrives."""
    error = FieldInvalid(field="x" * 100_000, why="长" * 100_000)
    assert len(details_of(error)) + len(line_of(error).encode()) * 3 < SOFT_LIMIT
    assert f"field={'x' * LONGEST_FACT}," in line_of(error)


def test_our_own_faults_tell_nothing() -> None:
    """Where, which plugin, which operation: for the log, not for the caller."""
    error = GatewayBug(where="plugin call inside a commit", plugin="canary-1")
    assert b"canary" not in details_of(error)
    assert b"inside a commit" not in details_of(error)
    assert line_of(error) == "Our fault"


def test_faults_of_plugins_name_their_owner() -> None:
    """Who must repair a plugin learns where: those sentences are made for it."""
    assert "plugin=demo" in line_of(PluginContractError(plugin="demo", why="负责人 示例股"))
