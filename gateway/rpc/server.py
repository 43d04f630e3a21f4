"""Builds the gRPC server from the descriptors: raw bytes in, policies declared or no start, limits set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import grpc
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from gateway.api.v1 import (
    case_service_pb2,
    operations_service_pb2,
    policy_pb2,
    registry_service_pb2,
    token_service_pb2,
    visit_service_pb2,
)
from gateway.errors import ConfigInvalid, PortInUse
from gateway.rpc.call import Handler, Wire
from gateway.rpc.case_service import CaseService
from gateway.rpc.operations_service import OperationsService
from gateway.rpc.registry_service import RegistryService
from gateway.rpc.token_service import TokenService
from gateway.rpc.visit_service import VisitService

SERVICERS = {
    case_service_pb2.DESCRIPTOR.services_by_name["CaseService"]: CaseService(),
    registry_service_pb2.DESCRIPTOR.services_by_name["RegistryService"]: RegistryService(),
    visit_service_pb2.DESCRIPTOR.services_by_name["VisitService"]: VisitService(),
    token_service_pb2.DESCRIPTOR.services_by_name["TokenService"]: TokenService(),
    operations_service_pb2.DESCRIPTOR.services_by_name["OperationsService"]: OperationsService(),
}


@dataclass(frozen=True)
class ServerSettings:
    """Where and how to listen; PEM bytes of the server's certificate, its key, and the authority of clients."""

    address: str
    certificate: bytes
    key: bytes
    client_ca: bytes
    max_message_bytes: int
    reflection: bool


def channel_arguments(settings: ServerSettings) -> list[tuple[str, int]]:
    """Limits on size, silence and age (reliability.md §3.8)."""
    return [
        # Two gateways on one port would share its connections without a word.
        ("grpc.so_reuseport", 0),
        ("grpc.max_receive_message_length", settings.max_message_bytes),
        ("grpc.max_metadata_size", 8 * 1024),
        ("grpc.max_concurrent_streams", 100),
        ("grpc.server_handshake_timeout_ms", 5_000),
        ("grpc.max_connection_idle_ms", 300_000),
        ("grpc.max_connection_age_ms", 1_800_000),
        ("grpc.max_connection_age_grace_ms", 20_000),
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.http2.min_ping_interval_without_data_ms", 30_000),
        ("grpc.http2.max_ping_strikes", 2),
    ]


@dataclass(frozen=True)
class Server:
    """A built server, the port it got, and its health."""

    grpc: grpc.aio.Server
    port: int
    health: health.aio.HealthServicer

    async def start(self) -> None:
        """Listen and say SERVING."""
        await self.grpc.start()
        await self.health.set("", health_pb2.HealthCheckResponse.SERVING)

    async def stop(self, grace_s: float) -> None:
        """Say NOT_SERVING, finish what is under way, end."""
        await self.health.enter_graceful_shutdown()
        await self.grpc.stop(grace_s)


def build_server(settings: ServerSettings, wire: Wire) -> Server:
    """Bind the port and register every RPC; PortInUse or ConfigInvalid say why it cannot be."""
    _check_certificates(settings)
    server = grpc.aio.server(options=channel_arguments(settings))
    names = []
    for descriptor, servicer in SERVICERS.items():
        names.append(descriptor.full_name)
        handlers = generic_handlers(descriptor, servicer, wire)
        server.add_generic_rpc_handlers((handlers,))
    status = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(status, server)
    if settings.reflection:
        reflection.enable_server_reflection([*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server)
    return Server(server, _bind(server, settings), status)


def generic_handlers(descriptor: ServiceDescriptor, servicer: object, wire: Wire) -> grpc.GenericRpcHandler:
    """Every RPC of a service as raw bytes; without (de)serialisers grpcio never answers with its own internals."""
    handlers: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
        method.name: grpc.unary_unary_rpc_method_handler(_handler(method, servicer, wire).serve)
        for method in descriptor.methods
    }
    return grpc.method_handlers_generic_handler(descriptor.full_name, handlers)


def declared_policy(method: MethodDescriptor) -> policy_pb2.Policy:
    """The policy an RPC declares; ConfigInvalid if it declares none, and then the server does not start (C7)."""
    options: Any = method.GetOptions()
    policy: policy_pb2.Policy = options.Extensions[policy_pb2.policy]
    if not policy.roles or not policy.call_class:
        raise ConfigInvalid(where=method.full_name, why="没有声明调用权限(policy)。")
    return policy


def _handler(method: MethodDescriptor, servicer: object, wire: Wire) -> Handler:
    policy = declared_policy(method)
    request = message_factory.GetMessageClass(method.input_type)
    return Handler(method.full_name, request, policy.mutating, getattr(servicer, method.name), wire)


def _check_certificates(settings: ServerSettings) -> None:
    """grpc would say of a broken file only that it cannot listen."""
    try:
        own = x509.load_pem_x509_certificates(settings.certificate)[0]
        x509.load_pem_x509_certificates(settings.client_ca)
        key = serialization.load_pem_private_key(settings.key, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ConfigInvalid(where="grpc", why="证书、私钥或客户端根证书不是 PEM 文件,或私钥有口令。") from None
    if own.public_key() != key.public_key():
        raise ConfigInvalid(where="grpc.certificate", why="与私钥不是一对。")


def _bind(server: grpc.aio.Server, settings: ServerSettings) -> int:
    credentials = grpc.ssl_server_credentials(
        [(settings.key, settings.certificate)], settings.client_ca, require_client_auth=True
    )
    try:
        port = server.add_secure_port(settings.address, credentials)
    except RuntimeError:
        port = 0
    if port == 0:
        raise PortInUse(address=settings.address)
    return port
