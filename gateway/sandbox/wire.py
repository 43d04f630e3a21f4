"""Reading what comes in and answering it, and breaking a connection off on purpose."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.errors import GatewayError

BODY_CAP = 32 * 1024 * 1024
_DELIVERY_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class Unacceptable(Exception):
    """The request cannot be taken as it is: an HTTP status and the reason to answer with."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class JsonObject:
    """A JSON object that came in, and SHA-256 of its canonical form."""

    fields: dict[str, Any]
    digest: str

    def text(self, name: str, *, longest: int = 512) -> str:
        """A required, non-empty text field; Unacceptable 422 otherwise."""
        value = self.fields.get(name)
        if not isinstance(value, str) or not value.strip():
            raise Unacceptable(422, f"{name}: a non-empty text is required")
        if len(value) > longest:
            raise Unacceptable(422, f"{name}: longer than {longest} characters")
        return value


async def read_object(request: Request) -> JsonObject:
    """The body as a JSON object. Unacceptable 400 for what is none, 413 for what is too long."""
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > BODY_CAP:
            raise Unacceptable(413, f"the body is longer than {BODY_CAP} bytes")
    try:
        fields = json.loads(raw or b"{}", parse_constant=_no_constant)
        # A lone surrogate passes json.loads and would fail every later encoding: it fails here.
        canonical = json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Unacceptable(400, "the body is not JSON in UTF-8") from error
    if not isinstance(fields, dict):
        raise Unacceptable(400, "the body is not a JSON object")
    return JsonObject(fields, hashlib.sha256(canonical).hexdigest())


def delivery_id(text: str) -> str:
    """A delivery id in its form; Unacceptable 422 otherwise."""
    if not _DELIVERY_ID.fullmatch(text):
        raise Unacceptable(422, "the delivery id must be 1 to 128 letters, digits or . _ : -")
    return text


def refusal(error: Unacceptable) -> Response:
    """The answer for something unacceptable."""
    return JSONResponse({"error": error.reason}, error.status)


async def on_unacceptable(_request: Request, error: Exception) -> Response:
    """Starlette's handler for Unacceptable."""
    return refusal(error) if isinstance(error, Unacceptable) else JSONResponse({"error": "internal"}, 500)


async def on_http_error(_request: Request, error: Exception) -> Response:
    """Starlette's handler for unknown paths and methods."""
    status, reason = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "internal")
    return JSONResponse({"error": reason}, status)


async def on_gateway_error(_request: Request, error: Exception) -> Response:
    """Starlette's handler for a journal that cannot be written."""
    reason = error.english() if isinstance(error, GatewayError) else "internal"
    return JSONResponse({"error": reason}, 503)


class HangUpProtocol(H11Protocol):
    """HTTP/1.1 that lets the application drop the connection: `request.state.transport`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Remember the connection for the requests that come over it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


async def hang_up(request: Request) -> Response:
    """Close the connection without an answer; what is returned reaches nobody."""
    request.state.transport.abort()
    while (await request.receive())["type"] != "http.disconnect":
        pass
    return Response()


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
