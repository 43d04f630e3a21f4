"""The screen: a loopback page that follows the kiosk's state over server-sent events."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from gateway.config.values import Address
from gateway.errors import PortInUse, SerialNotFound
from terminals.outcome import Answer, Outcome
from terminals.screen_view import View, answer_view, idle_view

STATIC = Path(__file__).parent / "static"
FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/screen.js": ("screen.js", "text/javascript; charset=utf-8"),
    "/screen.css": ("screen.css", "text/css; charset=utf-8"),
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
BEAT_S = 1.0
LONG_S, SHORT_S = 15.0, 5.0
"""How long an answer stays: someone reads who came, or only that it did not work."""


class Screen:
    """What is on the screen now. Lives in one event loop."""

    def __init__(self, device: str, *, long_s: float = LONG_S, short_s: float = SHORT_S) -> None:
        self._device, self._long_s, self._short_s = device, long_s, short_s
        self._answer: Answer | None = None
        self._link_up = False
        self._seq = 0
        self._closed = False
        self._changed = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    def show(self, answer: Answer) -> None:
        """Put an answer on the screen; it clears by itself."""
        long = answer.outcome in (Outcome.ACCEPTED, Outcome.PROVISIONAL)
        self._set(answer)
        self._timer = asyncio.get_running_loop().call_later(self._long_s if long else self._short_s, self._set, None)

    def link(self, up: bool) -> None:  # noqa: FBT001 - a callback of the serial line
        """The scanner is there, or gone."""
        self._link_up = up
        self._notify()

    def snapshot(self) -> View:
        """The whole state; `seq` grows with every change."""
        answer = self._answer
        if answer is None and not self._link_up:
            answer = Answer(Outcome.OUT_OF_SERVICE, SerialNotFound.code, {"device": self._device})
        return {"seq": self._seq, "scanner": self._link_up, **(answer_view(answer) if answer else idle_view())}

    async def events(self) -> AsyncIterator[str]:
        """Server-sent events: the snapshot, then every change, and a beat each second between."""
        shown = -1
        while not self._closed:
            if shown != self._seq:
                shown = self._seq
                yield f"id: {shown}\nevent: state\ndata: {json.dumps(self.snapshot(), ensure_ascii=False)}\n\n"
            else:
                yield "event: beat\ndata: {}\n\n"
            if shown == self._seq:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), BEAT_S)

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        self._set(None)

    def _set(self, answer: Answer | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._answer = answer
        self._notify()

    def _notify(self) -> None:
        self._seq += 1
        self._changed.set()
        self._changed = asyncio.Event()


def screen_app(screen: Screen) -> Starlette:
    """The page, its files, `/events` and `/state`; only for a browser on this machine."""

    async def file(request: Request) -> Response:
        name, kind = FILES[request.url.path]
        return Response((STATIC / name).read_bytes(), media_type=kind, headers=HEADERS)

    async def events(_: Request) -> Response:
        return StreamingResponse(screen.events(), media_type="text/event-stream", headers=HEADERS)

    async def state(_: Request) -> Response:
        return JSONResponse(screen.snapshot(), headers=HEADERS)

    # A page elsewhere must not reach us by pointing its own name at 127.0.0.1.
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])
    routes = [Route(path, file) for path in FILES]
    return Starlette(routes=[*routes, Route("/events", events), Route("/state", state)], middleware=[hosts])


def bind(address: Address) -> socket.socket:
    """A listening socket for the screen; PortInUse if the address cannot be had."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
        listener.listen(16)
    except OSError as error:
        listener.close()
        raise PortInUse(address=address) from error
    return listener


class _Server(uvicorn.Server):
    """A uvicorn server that leaves signals to the daemon."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Take none."""
        yield


@contextlib.asynccontextmanager
async def serving(screen: Screen, listener: socket.socket) -> AsyncIterator[None]:
    """Serve the screen on a bound socket for the length of the block."""
    config = uvicorn.Config(
        screen_app(screen),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        screen.close()
        server.should_exit = True
        await task
