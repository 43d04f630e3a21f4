"""Reads what is new from a platform, page by page; the cursor moves only after every event of a page is durable."""

from __future__ import annotations

import asyncio
from typing import cast

import structlog
from pydantic import ValidationError

from gateway.delivery.foreign_text import storable
from gateway.domain.access import Principal, Role
from gateway.domain.model import Matter
from gateway.errors import FieldInvalid, GatewayBug, GatewayError
from gateway.sdk.upstream import BadRecord, CaseAccepted, Event, MatterPublished
from gateway.store import pulls
from gateway.store.ids import new_id
from gateway.store.transaction import Transaction
from gateway.usecases.accept_case import ACCEPT_CASE, AcceptCase
from gateway.usecases.canonical import adapter
from gateway.usecases.runner import Runner
from gateway.usecases.sync_matter import SYNC_MATTER, SyncMatter

log = structlog.get_logger(__name__)


class Puller:
    """Pulls one upstream every `every_s` seconds, and at once while there is more."""

    def __init__(self, runner: Runner, upstream: str, every_s: float) -> None:
        self._runner = runner
        self._upstream = upstream
        self._every_s = every_s
        self._principal = Principal(f"upstream/{upstream}", frozenset({Role.PLATFORM}))
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Work until `stop`; a platform that is down is asked again next time."""
        while not self._stop.is_set():
            more = False
            try:
                more = await self.pull_page()
            except GatewayError as error:
                log.warning("pull_failed", upstream=self._upstream, code=error.code, facts=error.facts)
            except Exception as error:
                log.error("pull_failed", upstream=self._upstream, code=GatewayBug.code, exc_info=error)
            if more:
                continue
            try:
                async with asyncio.timeout(self._every_s):
                    await self._stop.wait()
            except TimeoutError:
                continue

    def stop(self) -> None:
        """Finish the page under way and end."""
        self._stop.set()

    async def pull_page(self) -> bool:
        """One page; true if the platform has more and moved on. What it sends that breaks a rule is kept for a person.

        Fails, and leaves the cursor, where the same page may do better later: nothing of it is passed over.
        """
        tools = self._runner.tools
        cursor = await asyncio.to_thread(self._cursor)
        page = await asyncio.to_thread(lambda: tools.plugins.upstream(self._upstream).pull(cursor))
        bad = list(page.bad)
        for event in page.events:
            try:
                await self._take(_read(event))
            except GatewayError as error:
                if error.retryable or isinstance(error, GatewayBug):
                    raise
                bad.append(BadRecord(_external_id(event), f"{error.code}: {error.english()}"))
                log.warning("record_refused", upstream=self._upstream, code=error.code)
        moved = page.cursor != cursor
        if moved or bad:
            await self._runner.system("pull", lambda tx: self._finish(tx, page.cursor, bad))
        # A platform that says "more" and stays where it is would be asked for ever.
        return page.more and moved

    def _cursor(self) -> str:
        with self._runner.tools.reading.connect() as connection:
            return pulls.cursor(connection, self._upstream)

    def _finish(self, tx: Transaction, cursor: str, bad: list[BadRecord]) -> None:
        for record in bad:
            pulls.keep_bad(tx, self._upstream, storable(record.external_id), storable(record.why))
        pulls.advance(tx, self._upstream, cursor)

    async def _take(self, event: Event) -> None:
        # A fresh key each time: both use cases are idempotent on the platform's own number.
        key = new_id(self._runner.tools.clock.now())
        if isinstance(event, MatterPublished):
            await self._runner.do(SYNC_MATTER, SyncMatter(_matter(event)), self._principal, key)
        else:
            await self._runner.do(ACCEPT_CASE, _case(event), self._principal, key)


def _read(event: Event) -> Event:
    """The event with every field of its type, which plugins are not held to; FieldInvalid names one that is not."""
    try:
        return cast("Event", adapter(type(event)).validate_python(vars(event)))
    except ValidationError as error:
        raise FieldInvalid(field=error.errors()[0]["loc"][0], why="类型不对") from None


def _external_id(event: Event) -> str:
    return event.task_code if isinstance(event, MatterPublished) else event.case_no


def _matter(event: MatterPublished) -> Matter:
    return Matter(
        task_code=event.task_code,
        version=event.task_version,
        catalog_code=event.catalog_code,
        name=event.task_name,
        department=event.dept_code,
        department_name=event.dept_name,
        kinds=event.kinds,
        by_law=event.by_law,
        visit_basis=event.visit_basis,
        anticipate_value=event.anticipate_day,
        anticipate_unit=event.anticipate_type,
        promise_value=event.promise_day,
        promise_unit=event.promise_type,
    )


def _case(event: CaseAccepted) -> AcceptCase:
    return AcceptCase(
        case_no=event.case_no,
        task_code=event.task_code,
        accepted_at=event.accepted_at,
        party_name=event.party_name,
        uscc=event.party_uscc,
        citizen_id=event.party_citizen_id,
        contact_name=event.contact_name,
        contact_phone=event.contact_phone,
        address=event.address,
        dept_phone=event.dept_phone,
    )
