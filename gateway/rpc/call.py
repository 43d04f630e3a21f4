"""One call from bytes to bytes: decode, deadline, principal, use case, answer or refusal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from google.protobuf.message import DecodeError, Message
from google.protobuf.unknown_fields import UnknownFieldSet
from grpc import StatusCode
from grpc.aio import ServicerContext

from gateway.domain.access import Principal
from gateway.errors import (
    DeadlineMissing,
    FieldInvalid,
    GatewayBug,
    GatewayError,
    MalformedMessage,
    TooLate,
    UnknownFields,
)
from gateway.rpc.callers import Callers
from gateway.rpc.status import DETAILS, code_of, details_of, line_of
from gateway.usecases.runner import Runner
from gateway.usecases.use_case import Query, UseCase

C = TypeVar("C")
P = TypeVar("P")
R = TypeVar("R")
log = structlog.get_logger(__name__)

LONGEST_S = 10.0
SHORTEST_S = 0.05
MOST_ELEMENTS = 1_000
"""Of one repeated field."""


@dataclass(frozen=True)
class Call:
    """What a servicer method needs beside the request."""

    runner: Runner
    principal: Principal
    timeout_s: float

    async def do(self, use_case: UseCase[C, P, R], command: C, key: str) -> R:
        """Run a use case as the caller, within the caller's deadline."""
        return await self.runner.do(use_case, command, self.principal, key, self.timeout_s)

    async def ask(self, query: Query[C, R], command: C) -> R:
        """Run a query as the caller, within the caller's deadline."""
        try:
            async with asyncio.timeout(self.timeout_s):
                return await self.runner.ask(query, command, self.principal)
        except TimeoutError:
            raise TooLate() from None


Method = Callable[[Any, Call], Awaitable[Message]]


@dataclass(frozen=True)
class Wire:
    """What all calls share."""

    runner: Runner
    callers: Callers
    require_deadline: bool


@dataclass(frozen=True)
class Handler:
    """One RPC: how its bytes become a request, and who answers it."""

    name: str
    request: type[Message]
    mutating: bool
    method: Method
    wire: Wire

    async def serve(self, raw: bytes, context: ServicerContext[Any, Any]) -> bytes:
        """Answer, or abort with code, reason and sentence; never with internals."""
        try:
            answer = bytes((await self._answer(raw, context)).SerializeToString())
        except GatewayError as error:
            await self._abort(context, error)
        except Exception:  # the edge of the process: whatever it was, the caller learns only that it was our fault
            log.exception("call_failed", method=self.name)
            await self._abort(context, GatewayBug())
        return answer

    async def _answer(self, raw: bytes, context: ServicerContext[Any, Any]) -> Message:
        timeout_s = self._time_left(context)
        principal = self.wire.callers.principal(
            {key: list(values) for key, values in context.auth_context().items()},
            context.invocation_metadata() or (),
        )
        request = self._decode(raw)
        return await self.method(request, Call(self.wire.runner, principal, timeout_s))

    def _decode(self, raw: bytes) -> Message:
        request = self.request()
        try:
            request.ParseFromString(raw)
        except DecodeError:
            raise MalformedMessage() from None
        _check_counts(request)
        if self.mutating and (unknown := sorted(_unknown(request))):
            raise UnknownFields(fields=",".join(unknown[:10]))
        return request

    def _time_left(self, context: ServicerContext[Any, Any]) -> float:
        left = context.time_remaining()
        # grpc.aio answers a huge number for a call without a deadline.
        if left is None or left > 10 * 365 * 86_400:
            if self.wire.require_deadline:
                raise DeadlineMissing()
            return LONGEST_S
        if left < SHORTEST_S:
            raise TooLate()
        return min(left, LONGEST_S)

    async def _abort(self, context: ServicerContext[Any, Any], error: GatewayError) -> None:
        if code_of(error) is StatusCode.INTERNAL:
            log.error("our_fault", method=self.name, code=error.code, facts=error.facts)
        else:
            log.info("refused", method=self.name, code=error.code)
        await context.abort(code_of(error), line_of(error), ((DETAILS, details_of(error)),))


def _check_counts(message: Message) -> None:
    """Two bytes on the wire can be an element that costs us a hundred; nobody needs so many (FieldInvalid)."""
    for descriptor, value in message.ListFields():
        if descriptor.is_repeated and len(value) > MOST_ELEMENTS:
            raise FieldInvalid(field=descriptor.name, why=f"最多 {MOST_ELEMENTS} 项")
        if descriptor.message_type is not None:
            for inner in value if descriptor.is_repeated else [value]:
                _check_counts(inner)


def _unknown(message: Message) -> set[str]:
    """Where in a message there are fields this version does not know."""
    strange = UnknownFieldSet(message)
    found = {f"#{strange[place].field_number}" for place in range(len(strange))}
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        inner = value if descriptor.is_repeated else [value]
        found |= {f"{descriptor.name}.{name}" for one in inner for name in _unknown(one)}
    return found
