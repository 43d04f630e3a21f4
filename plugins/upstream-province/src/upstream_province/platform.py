"""The platform as an upstream: hand over, ask after, fetch what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from gateway.sdk import (
    BadRecord,
    Done,
    Event,
    HttpNoAnswer,
    HttpNotSent,
    Message,
    Outcome,
    Page,
    PluginContext,
    Rejected,
    Retry,
    Uncertain,
    outcome_of_asking,
    outcome_of_sending,
)
from upstream_province.cursor import CASES, CATALOGUE, Cursor
from upstream_province.fields import Unmappable, to_platform
from upstream_province.records import READERS, Unreadable, external_id

RESULTS_PATH, EVENTS_PATH = "/api/results", "/api/events"
RESULT_KINDS = frozenset({"result.submitted"})
"""These go to the platform as results; every other kind is an event."""


class Province:
    """`gateway.sdk.Upstream` for the platform at `base_url`."""

    name = "province"

    def deliver(self, message: Message, context: PluginContext) -> Outcome:
        """POST one message; the platform de-duplicates on X-Delivery-Id."""
        try:
            mapped = to_platform(message)
        except Unmappable as problem:
            return Rejected(str(problem))
        if mapped.left_out:
            context.log.warning("fields_left_out", kind=message.kind, fields=", ".join(mapped.left_out))
        path = RESULTS_PATH if message.kind in RESULT_KINDS else EVENTS_PATH
        headers = {"X-Delivery-Id": message.delivery_id}
        try:
            reply = context.http.post(_url(context, path), json=mapped.body, headers=headers)
        except HttpNotSent as error:
            return Retry(str(error))
        except HttpNoAnswer as error:
            return Uncertain(str(error))
        return outcome_of_sending(reply)

    def query(self, delivery_id: str, context: PluginContext) -> Outcome:
        """Does the platform have it, as a result or as an event? Retry only where it says no to both."""
        outcomes: list[Outcome] = []
        for path in (RESULTS_PATH, EVENTS_PATH):
            outcome = self._ask(f"{path}/{quote(delivery_id, safe='')}", context)
            if isinstance(outcome, Done):
                return outcome
            outcomes.append(outcome)
        return next((one for one in outcomes if isinstance(one, Uncertain)), outcomes[0])

    def pull(self, cursor: str, context: PluginContext) -> Page:
        """The next page: the catalogue until it has nothing new, then cases, so that no case precedes its matter.

        Raises HttpNotSent or HttpNoAnswer where the platform gave no readable page; the cursor stays as it was.
        """
        here = Cursor.read(cursor)
        if here is None:
            context.log.warning("cursor_unreadable_starting_over")
            here = Cursor()
        matters, there = self._page(CATALOGUE, here, context)
        something = bool(matters.events or matters.bad)
        if there != here and (something or matters.more):
            return replace(matters, more=True)
        if something:
            context.log.warning("cursor_does_not_move", part=CATALOGUE)
        # A cursor may move over nothing, for example where it is a time: it is carried along.
        cases, _ = self._page(CASES, there, context)
        return cases

    def _ask(self, path: str, context: PluginContext) -> Outcome:
        try:
            return outcome_of_asking(context.http.get(_url(context, path)))
        except (HttpNotSent, HttpNoAnswer) as error:
            return Uncertain(str(error))

    def _page(self, part: str, here: Cursor, context: PluginContext) -> tuple[Page, Cursor]:
        reply = context.http.get(_url(context, f"/api/{part}"), params={"cursor": here.of(part)})
        items, cursor, more = _page_parts(part, reply.status, reply.body)
        events: list[Event] = []
        bad: list[BadRecord] = []
        for number, item in enumerate(items):
            try:
                events.append(READERS[part](item))
            except Unreadable as problem:
                bad.append(BadRecord(external_id(item) or f"{part}:{here.of(part)}#{number}", str(problem)))
        there = here.moved(part, cursor)
        # A platform that says "more" and stays where it is would be asked for ever.
        return Page(tuple(events), there.write(), more=more and there != here, bad=tuple(bad)), there


def _page_parts(part: str, status: int, body: Any) -> tuple[list[Any], str, bool]:
    if status != 200:
        raise HttpNoAnswer(f"{part}: answered {status}")
    page = body if isinstance(body, Mapping) else {}
    items, cursor, more = page.get("items"), page.get("cursor"), page.get("more")
    if not isinstance(items, list) or not isinstance(cursor, str) or not isinstance(more, bool):
        raise HttpNoAnswer(f"{part}: the answer is no page of items, cursor and more")
    return items, cursor, more


def _url(context: PluginContext, path: str) -> str:
    return str(context.config["base_url"]).rstrip("/") + path
