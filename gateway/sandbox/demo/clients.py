"""The callers of the demonstration: the inspectors' app, the operator and the kiosk, over real mTLS channels."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

from gateway.api.v1 import (
    case_service_pb2_grpc,
    operations_service_pb2_grpc,
    registry_service_pb2_grpc,
    token_service_pb2_grpc,
    visit_service_pb2_grpc,
)

TIMEOUT_S = 10.0
Metadata = tuple[tuple[str, str], ...]


def new_key() -> str:
    """A fresh idempotency key."""
    return secrets.token_hex(16)


def speaking_for(person: str, role: str, department: str) -> Metadata:
    """The metadata with which a platform speaks for a person."""
    return (("kanyan-person", person), ("kanyan-roles", role), ("kanyan-department", department))


class Client:
    """One caller's stubs."""

    def __init__(self, channel: grpc.Channel) -> None:
        self.channel = channel
        self.cases: Any = case_service_pb2_grpc.CaseServiceStub(channel)
        self.registry: Any = registry_service_pb2_grpc.RegistryServiceStub(channel)
        self.visits: Any = visit_service_pb2_grpc.VisitServiceStub(channel)
        self.tokens: Any = token_service_pb2_grpc.TokenServiceStub(channel)
        self.operations: Any = operations_service_pb2_grpc.OperationsServiceStub(channel)


def call(method: Callable[..., Any], request: Any, metadata: Metadata = ()) -> Any:
    """One RPC with a deadline."""
    return method(request, timeout=TIMEOUT_S, metadata=metadata)


def refusal(method: Callable[..., Any], request: Any, metadata: Metadata = ()) -> tuple[str, str]:
    """The code and Chinese sentence with which an RPC is refused; empty if it was not."""
    try:
        call(method, request, metadata)
    except grpc.RpcError as error:
        return reason_of(error)
    return "", ""


def reason_of(error: grpc.RpcError) -> tuple[str, str]:
    """Reason and sentence from the details of a gRPC error."""
    trailers: dict[str, Any] = {item.key: item.value for item in error.trailing_metadata() or ()}
    status = status_pb2.Status.FromString(trailers.get("grpc-status-details-bin", b""))
    code, sentence = "", ""
    for detail in status.details:
        info, words = error_details_pb2.ErrorInfo(), error_details_pb2.LocalizedMessage()
        if detail.Unpack(info):
            code = info.reason
        elif detail.Unpack(words):
            sentence = words.message
    return code, sentence
