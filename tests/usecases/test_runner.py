"""Deadlines and broken databases: too late is not lost, and trouble is told as trouble."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.domain.access import Principal, Role
from gateway.errors import FieldInvalid, NotAllowed, NotFound, Overloaded, StorageUnavailable, TooLate, VisitNotFiled
from gateway.testkit.office import ADMIN, CASE_NO, OTHER_DEPARTMENT, PROVINCE, Office, inspector, new_key
from gateway.usecases.accept_case import ACCEPT_CASE
from gateway.usecases.get_case import GET_CASE
from gateway.usecases.get_checklist import GET_CHECKLIST
from gateway.usecases.get_report import GET_REPORT
from gateway.usecases.get_visit import GET_VISIT
from gateway.usecases.list_deliveries import LIST_DELIVERIES, ListDeliveries
from gateway.usecases.use_case import Query

PATIENCE = 20.0
OPERATOR = Principal("spiffe://kanyan/operator/main", frozenset({Role.OPERATOR}))


class Held:
    """A piece of work that keeps the writer until it is let go."""

    def __init__(self, submit: Callable[[Any], Future[Any]]) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.answer = submit(self._work)

    def _work(self, _connection: sa.Connection) -> None:
        self.begun.set()
        assert self.go.wait(PATIENCE)

    async def begins(self) -> None:
        """Wait until the writer is held."""
        assert await asyncio.to_thread(self.begun.wait, PATIENCE)

    async def ends(self) -> None:
        """Let the writer go and wait for it."""
        self.go.set()
        await asyncio.wrap_future(self.answer)


async def test_too_late_before_its_turn_leaves_nothing(office: Office) -> None:
    """A caller whose time ran out while it waited is told so, and its work is not done behind its back."""
    await office.sync_matter()
    held = Held(office.writer.submit)
    await held.begins()
    key = new_key()
    with pytest.raises(TooLate):
        await office.runner.do(ACCEPT_CASE, office.application(), PROVINCE, key, timeout_s=0.05)
    await held.ends()
    await office.runner.system("turn", lambda _tx: None)
    assert office.rows("cases") == []
    assert (await office.accept(key=key)).created


async def test_too_late_during_its_turn_is_settled_by_the_key(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller whose time ran out while the commit was under way asks again with its key, and gets the first answer."""
    await office.sync_matter()
    first = Held(office.writer.submit)
    await first.begins()
    submit, queued = office.writer.submit, asyncio.Event()

    def tell(work: Any) -> Future[Any]:
        answer = submit(work)
        queued.set()
        return answer

    monkeypatch.setattr(office.writer, "submit", tell)
    key = new_key()
    asking = asyncio.create_task(office.runner.do(ACCEPT_CASE, office.application(), PROVINCE, key, timeout_s=0.3))
    await queued.wait()
    # In the same batch, behind the request: its work is done, its commit is not.
    second = Held(submit)
    await first.ends()
    await second.begins()
    with pytest.raises(TooLate):
        await asking
    assert office.rows("cases") == []
    await second.ends()
    assert len(office.rows("cases")) == 1
    assert (await office.accept(key=key)).created
    assert office.counts()["messages"] == 2


async def test_a_full_queue_refuses_before_anything_happens(office: Office) -> None:
    """OVERLOADED is said at once and stores nothing."""
    await office.sync_matter()
    held = Held(office.writer.submit)
    await held.begins()
    last = _flood(office)
    with pytest.raises(Overloaded):
        await office.accept()
    await held.ends()
    await asyncio.wrap_future(last)
    assert office.rows("cases") == []


def _flood(office: Office) -> Future[None]:
    """Fill the queue; the future of the last piece that found a place."""
    last: Future[None] = Future()
    with suppress(Overloaded):
        while True:
            last = office.writer.submit(lambda _connection: None)
    return last


async def test_an_unreadable_database_is_unavailable(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read that fails, in a query or before a commit, is STORAGE_UNAVAILABLE, never a traceback (C9)."""
    broken = sa.create_engine("sqlite:////nowhere/at/all/kanyan.db")
    object.__setattr__(office.tools, "reading", broken)
    with pytest.raises(StorageUnavailable):
        await office.runner.ask(GET_CASE, CASE_NO, PROVINCE)
    with pytest.raises(StorageUnavailable):
        await office.accept()


async def test_a_stopped_writer_is_unavailable(office: Office) -> None:
    """While the gateway shuts down nobody is told OK."""
    await office.sync_matter()
    office.writer.stop()
    with pytest.raises(StorageUnavailable):
        await office.accept()


async def test_foreign_objects_are_not_found(office: Office) -> None:
    """Reading ends at the caller's reach; what lies outside is said not to exist (design.md §4)."""
    filed = await office.filed()
    other = Principal(ADMIN.identity, ADMIN.roles, OTHER_DEPARTMENT)
    queries: list[tuple[Query[str, Any], str]] = [
        (GET_CASE, CASE_NO),
        (GET_VISIT, filed.visit.visit_no),
        (GET_REPORT, filed.visit.visit_no),
        (GET_CHECKLIST, filed.visit.visit_no),
    ]
    for query, what in queries:
        with pytest.raises(NotFound):
            await office.runner.ask(query, what, other)
    assert (await office.runner.ask(GET_VISIT, filed.visit.visit_no, inspector("TJ-001"))).state == "FILED"
    with pytest.raises(NotFound):
        await office.runner.ask(GET_REPORT, filed.visit.visit_no, ADMIN)
    with pytest.raises(VisitNotFiled):
        await office.runner.ask(GET_VISIT, "nothing", ADMIN)
    with pytest.raises(NotAllowed):
        await office.runner.ask(GET_VISIT, filed.visit.visit_no, OPERATOR)


async def test_what_no_database_stores_is_refused(office: Office) -> None:
    """NUL and half characters in a question are the caller's mistake on both engines."""
    for text in ("a\0b", "\ud800"):
        with pytest.raises(FieldInvalid):
            await office.runner.ask(GET_CASE, text, PROVINCE)


async def test_deliveries_are_listed_without_content(office: Office) -> None:
    """Newest first, by subject, at most as many as asked; a limit outside 0 to 500 is refused."""
    await office.reported()
    everything = await office.runner.ask(LIST_DELIVERIES, ListDeliveries(), OPERATOR)
    assert {one.kind for one in everything} == {
        "notice.case_accepted",
        "notice.visit_filed",
        "visit.filed",
        "result.submitted",
    }
    assert everything[0].kind == "result.submitted"
    of_case = await office.runner.ask(LIST_DELIVERIES, ListDeliveries(CASE_NO, 2), OPERATOR)
    assert [one.subject for one in of_case] == [CASE_NO] * 2
    for limit in (-1, 501):
        with pytest.raises(FieldInvalid):
            await office.runner.ask(LIST_DELIVERIES, ListDeliveries(limit=limit), OPERATOR)
