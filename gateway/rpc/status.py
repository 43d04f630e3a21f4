"""The one table from our errors to gRPC: status, machine-readable reason, Chinese sentence, when to retry."""

from __future__ import annotations

from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode

from gateway.errors import GatewayError
from gateway.texts.errors_zh import sentence

DOMAIN = "kanyan"
DETAILS = "grpc-status-details-bin"
RETRY_S = 2


def code_of(error: GatewayError) -> StatusCode:
    """The gRPC status that the error's class names."""
    return StatusCode[error.status]


def details_of(error: GatewayError) -> bytes:
    """A `google.rpc.Status` with ErrorInfo, LocalizedMessage (zh-CN) and, where it helps, RetryInfo."""
    status = status_pb2.Status(code=code_of(error).value[0], message=error.english())
    parts = [
        error_details_pb2.ErrorInfo(reason=error.code, domain=DOMAIN, metadata=error.facts),
        error_details_pb2.LocalizedMessage(locale="zh-CN", message=sentence(error.code, error.facts)),
    ]
    if error.retryable:
        parts.append(error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=RETRY_S)))
    for part in parts:
        packed = any_pb2.Any()
        packed.Pack(part)
        status.details.append(packed)
    return bytes(status.SerializeToString())
