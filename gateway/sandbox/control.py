"""The operator's side of a simulated system, under /_sandbox/: new cases, what was received, faults, reset."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.sandbox.catalogue import accepted_case
from gateway.sandbox.faults import Fault, Faults, parse_fault
from gateway.sandbox.store import Store
from gateway.sandbox.wire import Unacceptable, read_object


@dataclass(frozen=True)
class Control:
    """Never under faults. `cases` is the store of the province, or None where there are no cases (SMS centre)."""

    store: Store
    faults: Faults
    cases: Store | None

    def routes(self) -> list[Route]:
        """For the application."""
        return [
            Route("/_sandbox/accept-case", self._accept_case, methods=["POST"]),
            Route("/_sandbox/received", self._received, methods=["GET"]),
            Route("/_sandbox/faults", self._faults, methods=["GET", "POST"]),
            Route("/_sandbox/reset", self._reset, methods=["POST"]),
        ]

    async def _accept_case(self, request: Request) -> Response:
        overrides = (await read_object(request)).fields
        if self.cases is None:
            raise Unacceptable(404, "cases are accepted by the province, not by the SMS centre")
        record = accepted_case(self.cases.next_number(), self.cases.now_text(), overrides)
        return JSONResponse(dict(self.cases.add_case(record).record), 201)

    async def _received(self, _request: Request) -> Response:
        return JSONResponse({"received": self.store.received()})

    async def _faults(self, request: Request) -> Response:
        if request.method == "POST":
            self.faults.now = parse_fault(await read_object(request))
        return JSONResponse(self.faults.now.facts())

    async def _reset(self, _request: Request) -> Response:
        self.store.reset()
        self.faults.now = Fault()
        return JSONResponse({"ok": True})
