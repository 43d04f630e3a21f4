"""The gRPC door over an office, with real certificates, and callers who read its refusals to the last detail."""

from __future__ import annotations

import asyncio
import queue
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

import grpc
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from gateway.api.v1 import policy_pb2
from gateway.clock import SystemClock
from gateway.domain.access import Role
from gateway.errors import all_errors
from gateway.rpc.call import Wire
from gateway.rpc.callers import Caller, Callers
from gateway.rpc.server import SERVICERS, ServerSettings, build_server
from gateway.testkit.office import CASE_NO, DEPARTMENT, PARTY, TASK_CODE, new_key
from gateway.trust.pki import Certificate, issue, new_authority
from gateway.usecases.runner import Runner

PROVINCE, KIOSK = "spiffe://kanyan/province/main", "spiffe://kanyan/kiosk/hall-1"
APP, PHONE, ANYBODY = (
    "spiffe://kanyan/taojiang-app/main",
    "spiffe://kanyan/xiangyiban/main",
    "spiffe://kanyan/test/any",
)
STRANGER = "spiffe://kanyan/stranger/main"
CALLERS = (
    Caller(PROVINCE, frozenset({Role.PLATFORM}), frozenset()),
    Caller(KIOSK, frozenset({Role.TERMINAL}), frozenset()),
    Caller(APP, frozenset(), frozenset({Role.INSPECTOR, Role.DEPT_ADMIN, Role.DEPT_HEAD})),
    Caller(PHONE, frozenset(), frozenset({Role.PARTY})),
    Caller(ANYBODY, frozenset(), frozenset(Role) - {Role.SYSTEM}),
)
RPCS: dict[str, MethodDescriptor] = {
    f"{service.name}/{method.name}": method for service in SERVICERS for method in service.methods
}
RETRYABLE = {error.code for error in all_errors() if error.retryable}
WAIT_S = 10.0


@dataclass(frozen=True)
class Refusal:
    """What a caller was told instead of an answer."""

    status: grpc.StatusCode
    line: str
    reason: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    chinese: str = ""


def refusal_of(error: grpc.RpcError) -> Refusal:
    """A refusal of ours, checked: reason, domain, Chinese sentence, and when to retry exactly where retrying helps."""
    call = cast("grpc.Call", error)
    trailing = dict(call.trailing_metadata() or ())
    if "grpc-status-details-bin" not in trailing:
        raise Bare(call.code(), call.details())
    status = status_pb2.Status.FromString(cast("bytes", trailing["grpc-status-details-bin"]))
    _must(status.code == call.code().value[0], "the status stands in the details", status.code)
    _must(status.message == call.details(), "the line stands in the details", status.message)
    parts: dict[str, Message] = {}
    for packed in status.details:
        kind = getattr(error_details_pb2, packed.type_url.rpartition(".")[2])
        parts[kind.__name__] = kind.FromString(packed.value)
    info, words = cast("Any", parts.pop("ErrorInfo")), cast("Any", parts.pop("LocalizedMessage"))
    _must(info.domain == "kanyan", "the domain is kanyan", info.domain)
    _must(words.locale == "zh-CN", "the sentence is Chinese", words.locale)
    _must(re.search(r"[\u4e00-\u9fff].*。", words.message), "the sentence is Chinese", words.message)
    _must(list(parts) == (["RetryInfo"] if info.reason in RETRYABLE else []), "RetryInfo where it helps", list(parts))
    _must(all(cast("Any", part).retry_delay.seconds > 0 for part in parts.values()), "a delay above zero", "")
    return Refusal(call.code(), call.details() or "", info.reason, dict(info.metadata), words.message)


def _must(holds: object, rule: str, got: object) -> None:
    if not holds:
        raise AssertionError(f"{rule}: {got!r}")


class Bare(Exception):
    """A failure that grpc itself answered, without our details: status and line."""

    @property
    def status(self) -> grpc.StatusCode:
        """The status."""
        return cast("grpc.StatusCode", self.args[0])


class Refused(Exception):
    """Raised by `Line.call` where the server refused."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True)
class Line:
    """An open channel of one caller, perhaps speaking for a person."""

    channel: grpc.Channel
    metadata: tuple[tuple[str, str], ...] = ()

    def speaking(self, person: str, role: str, department: str = DEPARTMENT) -> Line:
        """The same channel, speaking for a person."""
        named = (("kanyan-person", person), ("kanyan-roles", role), ("kanyan-department", department))
        return replace(self, metadata=named)

    def send(self, rpc: str, raw: bytes, timeout: float | None = WAIT_S) -> bytes:
        """Bytes to bytes; Refused with what the server said."""
        call: Any = self.channel.unary_unary(f"/gateway.api.v1.{rpc}")
        try:
            return cast("bytes", call(raw, timeout=timeout, metadata=self.metadata))
        except grpc.RpcError as error:
            raise Refused(refusal_of(error)) from None

    def call(self, rpc: str, request: Message, timeout: float | None = WAIT_S) -> Any:
        """A message for a message."""
        answer = self.send(rpc, request.SerializeToString(), timeout)
        return message_factory.GetMessageClass(RPCS[rpc].output_type).FromString(answer)

    def refused(self, rpc: str, request: Message | bytes, timeout: float | None = WAIT_S) -> Refusal:
        """Call, and be refused."""
        raw = request if isinstance(request, bytes) else request.SerializeToString()
        try:
            self.send(rpc, raw, timeout)
        except Refused as refused:
            return refused.refusal
        raise AssertionError(f"{rpc} was answered")

    def outcome(self, rpc: str, request: Message | bytes) -> Refusal | None:
        """Call; the refusal, if it is one."""
        try:
            self.send(rpc, request if isinstance(request, bytes) else request.SerializeToString())
        except Refused as refused:
            return refused.refusal
        return None

    def unheard(self) -> grpc.StatusCode:
        """The status where the connection itself does not come about."""
        try:
            self.send("CaseService/GetCase", b"")
        except Bare as failed:
            return failed.status
        return grpc.StatusCode.OK


@dataclass
class Pki:
    """One authority, the server's certificate and one per client."""

    authority: Certificate
    server: Certificate
    clients: dict[str, Certificate]


def new_pki() -> Pki:
    """Certificates valid today: TLS reads the machine's clock, whatever the office's says."""
    now = SystemClock().now()
    authority = new_authority("示例测试根", now, 30)
    server = issue(authority, now, 30, dns=("localhost",), ips=("127.0.0.1",), server=True)
    names = (*(caller.identity for caller in CALLERS), STRANGER)
    return Pki(authority, server, {name: issue(authority, now, 30, spiffe_id=name) for name in names})


@dataclass
class Door:
    """A served office and the lines to it; every line is closed with it."""

    port: int
    pki: Pki
    open: list[grpc.Channel] = field(default_factory=list)
    lines: dict[str, Line] = field(default_factory=dict)

    def line(self, certificate: Certificate | None) -> Line:
        """A new connection with this client certificate."""
        chain = (None, None) if certificate is None else (certificate.key_pem, certificate.certificate_pem)
        credentials = grpc.ssl_channel_credentials(self.pki.authority.certificate_pem, *chain)
        options = (
            ("grpc.use_local_subchannel_pool", 1),
            ("grpc.max_metadata_size", 8192),
            ("grpc.enable_retries", 0),
        )
        channel = grpc.secure_channel(f"127.0.0.1:{self.port}", credentials, options)
        self.open.append(channel)
        return Line(channel)

    def caller(self, identity: str) -> Line:
        """A caller with its good certificate, on its one channel."""
        if identity not in self.lines:
            self.lines[identity] = self.line(self.pki.clients[identity])
        return self.lines[identity]

    def anybody(self, role: str, person: str = "TJ-001", department: str = DEPARTMENT) -> Line:
        """Whoever has this role."""
        return self.caller(ANYBODY).speaking(person, role, department)


def settings_for(pki: Pki, **changes: Any) -> ServerSettings:
    """A free loopback port, 64 KiB messages, no reflection."""
    server, authority = pki.server, pki.authority
    settings = ServerSettings(
        "127.0.0.1:0", server.certificate_pem, server.key_pem, authority.certificate_pem, 65_536, reflection=False
    )
    return replace(settings, **changes)


@contextmanager
def serving(runner: Runner, pki: Pki, *, require_deadline: bool = True, **changes: Any) -> Iterator[Door]:
    """The gRPC door over a runner, in a thread with a loop of its own."""
    told: queue.SimpleQueue[tuple[int, Callable[[], None]] | BaseException] = queue.SimpleQueue()

    async def serve() -> None:
        server = build_server(settings_for(pki, **changes), Wire(runner, Callers(CALLERS), require_deadline))
        await server.start()
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        told.put((server.port, lambda: cast("None", loop.call_soon_threadsafe(over.set))))
        await over.wait()
        await server.stop(1.0)

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:  # noqa: BLE001 - told to the test
            told.put(error)

    thread = threading.Thread(target=run, name="grpc-door")
    thread.start()
    started = told.get()
    if isinstance(started, BaseException):
        thread.join()
        raise started
    door = Door(started[0], pki)
    try:
        yield door
    finally:
        for channel in door.open:
            channel.close()
        started[1]()
        thread.join()


@dataclass(frozen=True)
class Samples:
    """Requests that look right, made from the descriptors."""

    now: datetime
    visit_no: str = "TJKY-430922-20261123-0001"

    def request(self, rpc: str) -> Any:
        """A whole request, every field filled; each call has a fresh key."""
        return self._message(RPCS[rpc].input_type)

    def _message(self, descriptor: Descriptor) -> Any:
        message: Any = message_factory.GetMessageClass(descriptor)()
        if descriptor.full_name == "google.protobuf.Timestamp":
            message.FromDatetime((self.now + timedelta(hours=1)).replace(tzinfo=None))
            return message
        for part in descriptor.fields:
            self._fill(message, part)
        return message

    def _fill(self, message: Any, part: FieldDescriptor) -> None:
        if part.message_type is not None:
            inner = self._message(part.message_type)
            if part.is_repeated:
                getattr(message, part.name).append(inner)
            else:
                getattr(message, part.name).CopyFrom(inner)
        elif part.is_repeated:
            getattr(message, part.name).append("TJ-001")
        elif part.type == FieldDescriptor.TYPE_STRING:
            setattr(message, part.name, self._text(part.name))
        elif part.type in {FieldDescriptor.TYPE_ENUM, FieldDescriptor.TYPE_UINT32}:
            setattr(message, part.name, 1)

    def _text(self, name: str) -> str:
        known = {
            "idempotency_key": new_key(),
            "case_no": CASE_NO,
            "visit_no": self.visit_no,
            "task_code": TASK_CODE,
            "uscc": PARTY,
            "citizen_id": "",
            "department": DEPARTMENT,
            "party_uscc": PARTY,
            "contact_phone": "13800000001",
            "dept_phone": "0737-0000001",
            "certificate_no": "43092200999",
            "valid_from": "2026-01-01",
            "valid_to": "2027-12-31",
            "inspector_id": "TJ-009",
            "mark": "pass",
            "subject": "",
        }
        return known.get(name, "示例")


def policy_of(rpc: str) -> policy_pb2.Policy:
    """What the proto declares."""
    options: Any = RPCS[rpc].GetOptions()
    return cast("policy_pb2.Policy", options.Extensions[policy_pb2.policy])
