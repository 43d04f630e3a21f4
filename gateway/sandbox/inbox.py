"""Where the gateway hands things over and asks after them: takes once, answers the same receipt ever after."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.sandbox.faults import Faults, Step
from gateway.sandbox.store import Delivery, Store
from gateway.sandbox.wire import Unacceptable, refusal


@dataclass(frozen=True)
class Inbox:
    """POST `path` and GET `path`/{delivery_id}. `read` turns a request into a delivery or raises Unacceptable."""

    path: str
    channel: str
    store: Store
    faults: Faults
    read: Callable[[Request], Awaitable[Delivery]]

    def routes(self) -> list[Route]:
        """For the application."""
        return [
            Route(self.path, self._post, methods=["POST"]),
            Route(f"{self.path}/{{delivery_id}}", self._get, methods=["GET"]),
        ]

    async def _post(self, request: Request) -> Response:
        try:
            delivery = await self.read(request)
        except Unacceptable as error:
            # `error` is gone after this block; a fault still comes before any answer.
            answer = refusal(error)
            return await self.faults.apply(Step.DELIVER, request, lambda: _ready(answer))
        self.store.note_attempt(delivery)
        return await self.faults.apply(Step.DELIVER, request, lambda: self._take(delivery))

    async def _get(self, request: Request) -> Response:
        return await self.faults.apply(Step.QUERY, request, lambda: self._find(request.path_params["delivery_id"]))

    async def _take(self, delivery: Delivery) -> Response:
        receipt = self.store.take(delivery)
        return JSONResponse({"delivery_id": delivery.delivery_id, "receipt": receipt})

    async def _find(self, delivery_id: str) -> Response:
        receipt = self.store.receipt(self.channel, delivery_id)
        if receipt is None:
            return JSONResponse({"error": "no such delivery"}, 404)
        return JSONResponse({"delivery_id": delivery_id, "receipt": receipt})


async def _ready(answer: Response) -> Response:
    return answer
