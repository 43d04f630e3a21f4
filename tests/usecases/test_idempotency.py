"""One key, one effect, one answer (C2)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa

from gateway.errors import (
    CodeWrong,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    Overloaded,
    PluginUnavailable,
    TooFewInspectors,
    VisitAlreadyFiled,
    WrongState,
)
from gateway.store import ledger
from gateway.testkit.office import ADMIN, CASE_NO, INSPECTORS, PROVINCE, Office, new_key
from gateway.usecases.accept_case import ACCEPT_CASE
from gateway.usecases.file_visit import FILE_VISIT


async def test_the_same_key_gives_the_same_answer(office: Office) -> None:
    """Also after the state moved on: the first answer is told again, and nothing happens twice."""
    await office.sync_matter()
    await office.put_inspectors()
    accept_key, file_key = new_key(), new_key()
    accepted = await office.accept(key=accept_key)
    command = office.filing()
    filed = await office.do(FILE_VISIT, command, ADMIN, file_key)
    office.clock.set(filed.visit.starts_at)
    await office.confirm((await office.verify(filed.codes[0].url)).proof)
    before = office.counts()
    assert await office.accept(key=accept_key) == accepted
    assert accepted.created
    assert await office.do(FILE_VISIT, command, ADMIN, file_key) == filed
    assert filed.visit.state == "FILED"
    assert office.counts() == before


async def test_a_refusal_is_an_answer(office: Office) -> None:
    """A refused request stays refused under its key, with the same facts, though it would pass now."""
    await office.sync_matter()
    await office.put_inspector(INSPECTORS[0])
    await office.put_inspector(INSPECTORS[1], valid_to="2026-11-01", valid_from="2026-01-01")
    await office.accept()
    command = office.filing(inspector_ids=INSPECTORS[:1])
    key = new_key()
    with pytest.raises(TooFewInspectors) as first:
        await office.do(FILE_VISIT, command, ADMIN, key)
    before = office.counts()
    with pytest.raises(TooFewInspectors) as second:
        await office.do(FILE_VISIT, command, ADMIN, key)
    assert first.value.facts == second.value.facts == {"have": "1", "need": "2"}
    assert office.counts() == before


async def test_a_refused_confirm_stays_refused(office: Office) -> None:
    """A refusal found in the commit is stored like one found before it, and is counted once."""
    filed = await office.filed()
    proof = (await office.verify(filed.codes[0].url)).proof
    key = new_key()
    for _ in range(3):
        with pytest.raises(CodeWrong) as refused:
            await office.confirm(proof, code="000000", key=key)
        assert refused.value.facts == {"left": "4"}
    assert office.rows("visits")[0]["code_tries"] == 1


async def test_another_request_under_the_key_is_refused(office: Office) -> None:
    """Same key, other body: IDEMPOTENCY_KEY_REUSED, after a success as after a refusal."""
    await office.sync_matter()
    key = new_key()
    await office.accept(key=key)
    with pytest.raises(IdempotencyKeyReused):
        await office.accept("示例-2", key=key)
    await office.put_inspector(INSPECTORS[0])
    with pytest.raises(TooFewInspectors):
        await office.file(key=key, inspector_ids=INSPECTORS[:1])
    with pytest.raises(IdempotencyKeyReused):
        await office.file(key=key, inspector_ids=INSPECTORS[:1], purpose="别的")
    assert len(office.rows("cases")) == 1


async def test_keys_belong_to_caller_and_method(office: Office) -> None:
    """The same key of another caller, or for another method, is another key."""
    await office.sync_matter()
    key = new_key()
    assert (await office.accept(key=key)).created
    other = replace(PROVINCE, identity="spiffe://kanyan/province/other")
    assert (await office.do(ACCEPT_CASE, office.application("示例-2"), other, key)).created
    await office.put_inspector(INSPECTORS[0])
    with pytest.raises(TooFewInspectors):
        await office.file(key=key, inspector_ids=INSPECTORS[:1])


async def test_a_hundred_repeats_at_once_are_one_effect(office: Office) -> None:
    """All get the first answer, even those whose own check was refused because the first had succeeded meanwhile."""
    await office.sync_matter()
    await office.put_inspectors()
    key = new_key()
    accepted = await asyncio.gather(*(office.accept(key=key) for _ in range(100)))
    assert all(one == accepted[0] for one in accepted)
    assert accepted[0].created
    command = office.filing()
    filed = await asyncio.gather(*(office.do(FILE_VISIT, command, ADMIN, key) for _ in range(100)))
    assert all(one == filed[0] for one in filed)
    counts = office.counts()
    assert [counts[table] for table in ("cases", "visits", "mints", "outbox")] == [1, 1, 2, 3]
    assert len([row for row in office.rows("idempotency") if row["key"] == key]) == 2


async def test_a_repeat_overtaken_while_it_prepared(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repeat that is refused only because the first call succeeded gets the first call's answer."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept()
    key, command = new_key(), office.filing()
    filed = await office.do(FILE_VISIT, command, ADMIN, key)
    # Forget the answer for the moment of the first look, as if the first call were not yet committed.
    looked: list[str] = []
    original = ledger.settled

    def late(connection: sa.Connection, principal: str, method: str, key: str) -> ledger.Settled | None:
        looked.append(method)
        return None if len(looked) == 1 else original(connection, principal, method, key)

    monkeypatch.setattr(ledger, "settled", late)
    assert await office.do(FILE_VISIT, command, ADMIN, key) == filed
    assert len(looked) == 2
    with pytest.raises(VisitAlreadyFiled):
        await office.do(FILE_VISIT, command, ADMIN, new_key())


@pytest.mark.parametrize("error", [PluginUnavailable(plugin="x", why="忙"), Overloaded()])
async def test_what_may_succeed_later_is_not_stored(office: Office, error: Exception) -> None:
    """A retriable error leaves no record; the same key then succeeds (C9)."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept()
    key, before = new_key(), office.counts()
    original = office.plugins.matter

    def busy(_code: str) -> object:
        raise error

    office.plugins.matter = busy  # type: ignore[method-assign,assignment] # the fault of this test
    with pytest.raises(type(error)):
        await office.file(key=key)
    assert office.counts() == before
    office.plugins.matter = original  # type: ignore[method-assign] # back again
    assert (await office.file(key=key)).visit.state == "FILED"


@pytest.mark.parametrize("key", ["x", "x" * 15, "x" * 65, "x" * 15 + "\0", "x" * 15 + "\n", "键" * 16, " " * 16])
async def test_keys_have_a_form(office: Office, key: str) -> None:
    """Too short, too long or not printable: refused before anything is written."""
    await office.sync_matter()
    before = office.counts()
    with pytest.raises(IdempotencyKeyMissing):
        await office.accept(key=key)
    assert office.counts() == before


@pytest.mark.parametrize("length", [16, 64])
async def test_the_shortest_and_the_longest_key(office: Office, length: int) -> None:
    """Sixteen to sixty-four characters, both included."""
    await office.sync_matter()
    assert (await office.accept(key="k" * length)).created


async def test_the_same_refusal_under_another_key_is_decided_anew(office: Office) -> None:
    """A key stores one decision; another key asks again."""
    filed = await office.confirmed()
    with pytest.raises(WrongState):
        await office.submit(filed.visit.visit_no)
    await office.finish(filed.visit.visit_no)
    assert (await office.submit(filed.visit.visit_no)).result_state == "QUEUED"
    assert filed.visit.case_no == CASE_NO
