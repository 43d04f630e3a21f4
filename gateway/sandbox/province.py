"""The simulated provincial platform: its catalogue, its accepted cases, and where it takes results and events."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.sandbox import catalogue
from gateway.sandbox.faults import Faults, Step
from gateway.sandbox.inbox import Inbox
from gateway.sandbox.store import Delivery, Store
from gateway.sandbox.wire import JsonObject, Unacceptable, delivery_id, read_object

PAGE_SIZE = 50
RESULTS, EVENTS = "results", "events"
# 1 通过, 2 整改, 3 不通过: ours, the platform's real codes are not public.
SCENE_RESULTS = frozenset({"1", "2", "3"})


@dataclass(frozen=True)
class Province:
    """The platform's own paths under /api. A cursor is the number of the last record seen, as text."""

    store: Store
    faults: Faults

    def routes(self) -> list[Route]:
        """For the application."""
        results = Inbox("/api/results", RESULTS, self.store, self.faults, read_result)
        events = Inbox("/api/events", EVENTS, self.store, self.faults, read_event)
        return [
            Route("/api/catalogue", self._catalogue, methods=["GET"]),
            Route("/api/cases", self._cases, methods=["GET"]),
            *results.routes(),
            *events.routes(),
        ]

    async def _catalogue(self, request: Request) -> Response:
        cursor = _cursor(request)
        records = [(number, matter) for number, matter in enumerate(catalogue.MATTERS, 1) if number > cursor]
        return await self.faults.apply(Step.PULL, request, lambda: _page(records, cursor))

    async def _cases(self, request: Request) -> Response:
        cursor = _cursor(request)
        records = [(case.number, case.record) for case in self.store.cases_after(cursor)]
        return await self.faults.apply(Step.PULL, request, lambda: _page(records, cursor))


async def read_result(request: Request) -> Delivery:
    """A result of a visit with its report; Unacceptable says what is wrong with it."""
    body = await read_object(request)
    case_no = body.text("case_no", longest=64)
    body.text("scene_no", longest=64)
    if body.text("scene_result") not in SCENE_RESULTS:
        raise Unacceptable(422, "scene_result: one of 1, 2, 3")
    _moment(body, "scene_time")
    files = _attachments(body)
    report = body.fields.get("report_sha256")
    if report and report not in {file["file_sha256"] for file in files}:
        raise Unacceptable(422, "report_sha256: no attachment has this digest")
    kept = {**body.fields, "attachments": files}
    return Delivery(RESULTS, _header_id(request), "result", case_no, kept, body.digest)


async def read_event(request: Request) -> Delivery:
    """Any other message: `event_kind`, and the case or the visit it is about."""
    body = await read_object(request)
    kind = body.text("event_kind", longest=64)
    subject = body.text("case_no" if "case_no" in body.fields else "scene_no", longest=64)
    kept = {**body.fields, "attachments": _attachments(body)}
    return Delivery(EVENTS, _header_id(request), kind, subject, kept, body.digest)


def _header_id(request: Request) -> str:
    return delivery_id(request.headers.get("x-delivery-id", ""))


def _cursor(request: Request) -> int:
    text = request.query_params.get("cursor", "") or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise Unacceptable(400, "cursor: not one of ours")
    return int(text)


async def _page(records: Sequence[tuple[int, Mapping[str, Any]]], cursor: int) -> Response:
    shown = records[:PAGE_SIZE]
    last = shown[-1][0] if shown else cursor
    items = [dict(record) for _, record in shown]
    return JSONResponse({"items": items, "cursor": str(last), "more": len(records) > len(shown)})


def _moment(body: JsonObject, name: str) -> None:
    try:
        moment = datetime.fromisoformat(body.text(name))
    except ValueError as error:
        raise Unacceptable(422, f"{name}: not RFC 3339") from error
    if moment.tzinfo is None:
        raise Unacceptable(422, f"{name}: no offset from UTC")


def _attachments(body: JsonObject) -> list[dict[str, Any]]:
    """The files without their content: name, type, size, digest."""
    files = body.fields.get("attachments", [])
    if not isinstance(files, list):
        raise Unacceptable(422, "attachments: a list is required")
    return [_attachment(number, file) for number, file in enumerate(files)]


def _attachment(number: int, file: object) -> dict[str, Any]:
    where = f"attachments[{number}]"
    if not isinstance(file, dict):
        raise Unacceptable(422, f"{where}: an object is required")
    names = ("file_name", "file_type", "file_content", "file_sha256")
    if not all(isinstance(file.get(name), str) and file[name] for name in names):
        raise Unacceptable(422, f"{where}: {', '.join(names)} are required")
    try:
        content = base64.b64decode(file["file_content"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unacceptable(422, f"{where}: file_content is not base64") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != file["file_sha256"]:
        raise Unacceptable(422, f"{where}: file_sha256 does not fit file_content")
    kept = {"file_name": file["file_name"], "file_type": file["file_type"]}
    return {**kept, "file_size": len(content), "file_sha256": digest}
