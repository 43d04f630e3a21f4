"""The simulated SMS centre: takes short messages and keeps them for whoever plays the telephone."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.routing import Route

from gateway.sandbox.faults import Faults
from gateway.sandbox.inbox import Inbox
from gateway.sandbox.store import Delivery, Store
from gateway.sandbox.wire import Unacceptable, delivery_id, read_object

SMS = "sms"
LONGEST_TEXT = 1000
_PHONE = re.compile(r"\+?[0-9][0-9-]{4,19}")


def routes(store: Store, faults: Faults) -> list[Route]:
    """POST /sms and GET /sms/{delivery_id}."""
    return Inbox("/sms", SMS, store, faults, read_sms).routes()


async def read_sms(request: Request) -> Delivery:
    """`{"delivery_id", "phone", "text", "kind"}`; Unacceptable says which of them is wrong."""
    body = await read_object(request)
    identity = delivery_id(body.text("delivery_id"))
    phone = body.text("phone")
    if not _PHONE.fullmatch(phone):
        raise Unacceptable(422, "phone: not a telephone number")
    body.text("text", longest=LONGEST_TEXT)
    return Delivery(SMS, identity, body.text("kind", longest=64), phone, body.fields, body.digest)
