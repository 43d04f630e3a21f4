"""How the server starts and stops: policies declared, port its own, health said, reflection only if asked for."""

from __future__ import annotations

import socket
from typing import Any, cast

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from gateway.api.v1 import policy_pb2
from gateway.errors import ConfigInvalid, PortInUse
from gateway.rpc.call import Wire
from gateway.rpc.callers import Callers
from gateway.rpc.server import SERVICERS, build_server, channel_arguments, declared_policy
from gateway.rpc.server import generic_handlers as handlers_of
from gateway.testkit.grpc_door import CALLERS, PROVINCE, STRANGER, Door, Pki, serving, settings_for
from gateway.usecases.runner import Runner

SERVING = health_pb2.HealthCheckResponse.SERVING
WIRE = Wire(cast("Runner", None), Callers(CALLERS), require_deadline=True)


def service(policy: policy_pb2.Policy | None) -> ServiceDescriptor:
    """A service with one RPC that declares this, in a pool of its own."""
    pool = descriptor_pool.DescriptorPool()
    file = descriptor_pb2.FileDescriptorProto(name="loose.proto", package="loose", syntax="proto3")
    file.message_type.add(name="Nothing")
    method = file.service.add(name="LooseService").method.add(
        name="DoIt", input_type=".loose.Nothing", output_type=".loose.Nothing"
    )
    if policy is not None:
        options: Any = method.options
        options.Extensions[policy_pb2.policy].CopyFrom(policy)
    pool.Add(file)
    return pool.FindServiceByName("loose.LooseService")


class LooseService:
    """The servicer of that service."""

    async def DoIt(self, request: Any, _call: object) -> Any:
        """Answer the question with itself."""
        return request


@pytest.mark.parametrize(
    "policy",
    [
        None,
        policy_pb2.Policy(),
        policy_pb2.Policy(roles=["platform"]),
        policy_pb2.Policy(call_class=policy_pb2.CALL_CLASS_BULK),
    ],
)
async def test_no_policy_no_start(policy: policy_pb2.Policy | None, pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    """An RPC that does not say who may call it keeps the whole server from starting, and is named."""
    loose = service(policy)
    monkeypatch.setitem(SERVICERS, loose, cast("Any", LooseService()))
    with pytest.raises(ConfigInvalid) as refused:
        build_server(settings_for(pki), WIRE)
    assert refused.value.facts["where"] == "loose.LooseService.DoIt"


def test_a_whole_policy_starts() -> None:
    """The same service with roles and a class is taken."""
    whole = policy_pb2.Policy(roles=["platform"], call_class=policy_pb2.CALL_CLASS_BULK)
    assert handlers_of(service(whole), LooseService(), WIRE) is not None
    assert declared_policy(service(whole).methods[0]) == whole


def test_health(busy_door: Door) -> None:
    """SERVING once it listens, for any caller of our authority."""
    for identity in (PROVINCE, STRANGER):
        stub = health_pb2_grpc.HealthStub(busy_door.caller(identity).channel)
        assert stub.Check(health_pb2.HealthCheckRequest(), timeout=5).status == SERVING


async def test_health_at_the_end(pki: Pki) -> None:
    """A balancer learns that we are going before we are gone."""
    server = build_server(settings_for(pki), WIRE)
    seen = []

    async def look() -> None:
        answer: Any = await server.health.Check(health_pb2.HealthCheckRequest(), cast("Any", None))
        seen.append(answer.status)

    await server.start()
    await look()
    await server.stop(0.0)
    await look()
    assert seen == [SERVING, health_pb2.HealthCheckResponse.NOT_SERVING]


def names_of(door: Door) -> set[str]:
    """The services that reflection lists."""
    stub = reflection_pb2_grpc.ServerReflectionStub(door.caller(PROVINCE).channel)
    question = reflection_pb2.ServerReflectionRequest(list_services="")
    answer: Any = next(stub.ServerReflectionInfo(iter([question]), timeout=5))
    return {service.name for service in answer.list_services_response.service}


def test_reflection_by_setting(pki: Pki, busy_door: Door) -> None:
    """Off, nothing is told; on, exactly what is served."""
    with pytest.raises(grpc.RpcError) as refused:
        names_of(busy_door)
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    with serving(cast("Runner", None), pki, reflection=True) as door:
        expected = {descriptor.full_name for descriptor in SERVICERS}
        assert names_of(door) == expected | {"grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}


async def test_an_occupied_port(pki: Pki) -> None:
    """Another listener's port is refused by name."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(PortInUse) as refused:
            build_server(settings_for(pki, address=address), WIRE)
    assert refused.value.facts == {"address": address}


async def test_two_servers_never_share(pki: Pki) -> None:
    """The kernel would deal connections out between them without a word."""
    first = build_server(settings_for(pki), WIRE)
    await first.start()
    with pytest.raises(PortInUse):
        build_server(settings_for(pki, address=f"127.0.0.1:{first.port}"), WIRE)
    await first.stop(0.0)
    again = build_server(settings_for(pki, address=f"127.0.0.1:{first.port}"), WIRE)
    assert again.port == first.port
    await again.stop(0.0)


@pytest.mark.parametrize("part", ["certificate", "key", "client_ca"])
async def test_broken_certificates(part: str, pki: Pki) -> None:
    """They are called what they are: grpc itself would say that the port is taken."""
    for broken in (b"", b"no PEM", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        changes: dict[str, Any] = {part: broken}
        with pytest.raises(ConfigInvalid):
            build_server(settings_for(pki, **changes), WIRE)


async def test_a_key_of_another_certificate(pki: Pki) -> None:
    """Certificate and key must be a pair."""
    with pytest.raises(ConfigInvalid, match="不是一对"):
        build_server(settings_for(pki, key=pki.clients[PROVINCE].key_pem), WIRE)


def test_limits(pki: Pki) -> None:
    """Every limit of reliability.md §3.8 is set."""
    arguments = dict(channel_arguments(settings_for(pki, max_message_bytes=1_048_576)))
    assert arguments == {
        "grpc.so_reuseport": 0,
        "grpc.max_receive_message_length": 1_048_576,
        "grpc.max_metadata_size": 8_192,
        "grpc.max_concurrent_streams": 100,
        "grpc.server_handshake_timeout_ms": 5_000,
        "grpc.max_connection_idle_ms": 300_000,
        "grpc.max_connection_age_ms": 1_800_000,
        "grpc.max_connection_age_grace_ms": 20_000,
        "grpc.keepalive_time_ms": 60_000,
        "grpc.keepalive_timeout_ms": 10_000,
        "grpc.http2.min_ping_interval_without_data_ms": 30_000,
        "grpc.http2.max_ping_strikes": 2,
    }
