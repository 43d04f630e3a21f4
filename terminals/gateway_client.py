"""The gateway as the kiosk sees it: one mTLS channel, and every answer sorted by what the kiosk must do next."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import grpc
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from gateway.api.v1 import token_service_pb2, token_service_pb2_grpc, visit_service_pb2
from gateway.clock import beijing
from gateway.errors import ConfigInvalid, ConfigNotFound, Unavailable
from terminals.journal import Scan
from terminals.outcome import Person, VisitCard

log = logging.getLogger(__name__)

DETAILS = "grpc-status-details-bin"
BUNDLE_DEADLINE_S = 5.0
OPTIONS = (
    # The default cap is two minutes; people are standing at the kiosk (kiosk.md §3.4).
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2000),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.enable_http_proxy", 0),
)

Code = grpc.StatusCode
LATER = {Code.UNAVAILABLE, Code.DEADLINE_EXCEEDED, Code.RESOURCE_EXHAUSTED, Code.ABORTED, Code.CANCELLED}
DEAD = {Code.INVALID_ARGUMENT, Code.PERMISSION_DENIED, Code.ALREADY_EXISTS, Code.UNIMPLEMENTED, Code.OUT_OF_RANGE}
REFUSED = {Code.FAILED_PRECONDITION, Code.NOT_FOUND}


class ReplyKind(StrEnum):
    """What the kiosk does with an answer of the gateway."""

    VERIFIED = "verified"
    """The gateway recorded the scan and vouches for the code."""
    REFUSED = "refused"
    """The gateway recorded the scan and refuses the code."""
    LATER = "later"
    """No answer now; the same row is sent again."""
    LOCKED_OUT = "locked_out"
    """The gateway does not know this kiosk; every row would fare the same."""
    DEAD = "dead"
    """This row will never be taken."""
    FAULT = "fault"
    """The gateway stumbled over this row; others may pass."""


@dataclass(frozen=True)
class Reply:
    """An answer: `code` is the gateway's error code, `text` its Chinese sentence, `visit` comes with VERIFIED."""

    kind: ReplyKind
    code: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    visit: VisitCard | None = None


class GatewayClient:
    """Calls over one channel that reconnects by itself."""

    def __init__(self, address: str, credentials: grpc.ChannelCredentials) -> None:
        self._channel = grpc.aio.secure_channel(address, credentials, options=OPTIONS)
        self._tokens = token_service_pb2_grpc.TokenServiceStub(self._channel)

    async def verify(self, scan: Scan, deadline_s: float) -> Reply:
        """Have the gateway verify a journalled scan. Every repeat is the same message, byte for byte."""
        request = token_service_pb2.VerifyTokenRequest(idempotency_key=scan.id, text=scan.text)
        request.scanned_at.FromDatetime(scan.read_at)
        try:
            response = await self._tokens.VerifyToken(request, timeout=deadline_s)
        except grpc.aio.AioRpcError as error:
            return reply_of(error)
        return Reply(ReplyKind.VERIFIED, visit=card(response.visit))

    async def trust_bundle(self) -> bytes:
        """The signed bundle; Unavailable if the gateway does not give it now."""
        request = token_service_pb2.GetTrustBundleRequest()
        try:
            response = await self._tokens.GetTrustBundle(request, timeout=BUNDLE_DEADLINE_S)
        except grpc.aio.AioRpcError as error:
            raise Unavailable(status=error.code().name) from error
        return bytes(response.bundle)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()


def credentials(certificate: Path, key: Path, authority: Path) -> grpc.ChannelCredentials:
    """Our certificate and key, and the authority the gateway's certificate must come from.

    ConfigNotFound if a file cannot be read, ConfigInvalid if it is not PEM or the key is not the certificate's: gRPC
    itself would only ever say that the gateway is unavailable.
    """
    root, own_key, own = (read_bytes(path) for path in (authority, key, certificate))
    for path, content in ((authority, root), (certificate, own)):
        try:
            loaded = x509.load_pem_x509_certificate(content)
        except ValueError:
            raise ConfigInvalid(where=f"{path}:", why="不是 PEM 格式的证书。") from None
    try:
        private = load_pem_private_key(own_key, None)
    except (ValueError, TypeError):
        raise ConfigInvalid(where=f"{key}:", why="不是未加密的 PEM 私钥。") from None
    if private.public_key() != loaded.public_key():
        raise ConfigInvalid(where=f"{key}:", why=f"与证书 {certificate} 不是一对。")
    return grpc.ssl_channel_credentials(root, own_key, own)


def read_bytes(path: Path) -> bytes:
    """The content of a file the settings name; ConfigNotFound if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigNotFound(path=path, why=error.strerror or "读取失败") from error


def reply_of(error: grpc.aio.AioRpcError) -> Reply:
    """Sort a failed call by its status, with the reason from its details."""
    code, facts, text = details_of(error)
    return Reply(_kind(error.code()), code or error.code().name, facts, text)


def _kind(status: grpc.StatusCode) -> ReplyKind:
    for kind, statuses in ((ReplyKind.LATER, LATER), (ReplyKind.DEAD, DEAD), (ReplyKind.REFUSED, REFUSED)):
        if status in statuses:
            return kind
    return ReplyKind.LOCKED_OUT if status is Code.UNAUTHENTICATED else ReplyKind.FAULT


def details_of(error: grpc.aio.AioRpcError) -> tuple[str, dict[str, str], str]:
    """Code, facts and zh-CN sentence of `grpc-status-details-bin`; empty where it is absent or unreadable."""
    info, message = error_details_pb2.ErrorInfo(), error_details_pb2.LocalizedMessage()
    try:
        for detail in _status(error).details:
            # Unpack takes only the kind it is given.
            detail.Unpack(info)
            detail.Unpack(message)
    except DecodeError as damage:
        log.warning("error details unreadable: %s", damage)
    return info.reason, dict(info.metadata), message.message if message.locale == "zh-CN" else ""


def _status(error: grpc.aio.AioRpcError) -> status_pb2.Status:
    for name, value in error.trailing_metadata() or ():
        if name == DETAILS and isinstance(value, bytes):
            return status_pb2.Status.FromString(value)
    return status_pb2.Status()


def card(visit: visit_service_pb2.Visit) -> VisitCard:
    """What the screen shows of a visit; the party's name and address stay with the gateway."""
    people = tuple(Person(p.name, p.certificate_no, p.helper) for p in visit.inspectors)
    return VisitCard(visit.visit_no, people, visit.matter_name, visit.department_name, _window(visit))


def _window(visit: visit_service_pb2.Visit) -> str:
    start: datetime = visit.starts_at.ToDatetime(tzinfo=UTC)
    end: datetime = visit.ends_at.ToDatetime(tzinfo=UTC)
    return f"{beijing(start)} 至 {beijing(end)}"
