"""The one table from our errors to gRPC: status, machine-readable reason, Chinese sentence, when to retry."""

from __future__ import annotations

from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode

from gateway.errors import GatewayBug, GatewayError
from gateway.texts.errors_zh import sentence

DOMAIN = "kanyan"
DETAILS = "grpc-status-details-bin"
RETRY_S = 2
LONGEST_FACT = 200
"""Characters; clients take a few kilobytes of trailing metadata and lose the whole refusal beyond that."""


def code_of(error: GatewayError) -> StatusCode:
    """The gRPC status that the error's class names."""
    return StatusCode[error.status]


def line_of(error: GatewayError) -> str:
    """One English line, which grpc carries beside the details."""
    return type(error)(**_told(error)).english()


def details_of(error: GatewayError) -> bytes:
    """A `google.rpc.Status` with ErrorInfo, LocalizedMessage (zh-CN) and, where it helps, RetryInfo."""
    facts = _told(error)
    status = status_pb2.Status(code=code_of(error).value[0], message=line_of(error))
    parts = [
        error_details_pb2.ErrorInfo(reason=error.code, domain=DOMAIN, metadata=facts),
        error_details_pb2.LocalizedMessage(locale="zh-CN", message=sentence(error.code, facts)),
    ]
    if error.retryable:
        parts.append(error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=RETRY_S)))
    for part in parts:
        packed = any_pb2.Any()
        packed.Pack(part)
        status.details.append(packed)
    return bytes(status.SerializeToString())


def _told(error: GatewayError) -> dict[str, str]:
    """The facts a caller is told: short ones, and none of our own faults."""
    if error.code == GatewayBug.code:
        return {}
    return {name: value[:LONGEST_FACT] for name, value in error.facts.items()}
