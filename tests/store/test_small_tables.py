"""Counters, cursors, bad records, moments and ids."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.store import pulls
from gateway.store.counters import take
from gateway.store.ids import new_id, new_task_id
from gateway.store.tables import Moment, metadata
from gateway.testkit.office import Office


async def test_counters_give_each_number_once(office: Office) -> None:
    """From one, without gap, each name by itself, however many ask at once."""
    numbers = await asyncio.gather(
        *(office.runner.system("take", lambda tx: take(tx.connection, "a")) for _ in range(50))
    )
    assert sorted(numbers) == list(range(1, 51))
    assert await office.runner.system("take", lambda tx: take(tx.connection, "b")) == 1


async def test_cursors_move_on(office: Office) -> None:
    """A source never read begins at the beginning; then where it was left."""

    def read() -> str:
        with office.tools.reading.connect() as connection:
            return pulls.cursor(connection, "province")

    assert read() == ""
    for to in ("10", "20"):
        await office.runner.system("pull", lambda tx, to=to: pulls.advance(tx, "province", to))  # type: ignore[misc] # a bound default
        assert read() == to


async def test_a_bad_record_is_kept_once(office: Office) -> None:
    """The same record read again is not another; long words are cut."""
    for why in ("第一次" * 200, "第二次"):
        await office.runner.system("pull", lambda tx, why=why: pulls.keep_bad(tx, "province", "长" * 200, why))  # type: ignore[misc] # a bound default
    (row,) = office.rows("bad_records")
    assert row["why"].startswith("第一次")
    assert (len(row["external_id"]), len(row["why"])) == (100, 300)


@settings(max_examples=200, deadline=None, database=None)
@given(
    st.datetimes(
        min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        max_value=datetime(2100, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-11, minutes=-30))]),
    )
)
def test_moments_survive_to_the_microsecond(moment: datetime) -> None:
    """An instant written in any zone is read as the same instant in UTC."""
    kind = Moment()
    stored = kind.process_bind_param(moment, None)
    read = kind.process_result_value(stored, None)
    assert read == moment
    assert read is not None
    assert read.utcoffset() == timedelta(0)


def test_a_moment_without_zone_is_an_error() -> None:
    """Nobody guesses where a naive time was meant."""
    with pytest.raises(TypeError):
        Moment().process_bind_param(datetime(2026, 1, 1), None)  # noqa: DTZ001 - what is refused


def test_ids_grow_with_time() -> None:
    """Later ids sort after earlier ones, fit their columns and do not repeat."""
    start = datetime(2026, 11, 23, tzinfo=UTC)
    ids = [new_id(start + timedelta(milliseconds=number)) for number in range(50)]
    assert ids == sorted(ids)
    assert {len(one) for one in ids} == {32}
    assert len({new_id(start) for _ in range(1000)}) == 1000
    tasks = [new_task_id(start + timedelta(milliseconds=number)) for number in range(50)]
    assert tasks == sorted(tasks)
    assert new_task_id(datetime(2200, 1, 1, tzinfo=UTC)) < 2**63


def test_every_table_has_a_key() -> None:
    """No table without a primary key."""
    assert all(table.primary_key.columns for table in metadata.sorted_tables)
