"""Insert or change: the same on both engines."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.database.dialect import upsert


def test_a_new_row_is_inserted_and_returned(writing: sa.Engine, notes: sa.Table) -> None:
    """Where there was nothing the values stand."""
    with writing.begin() as connection:
        row = upsert(connection, notes, {"id": 1, "text": "a"}, ("id",), {"text": "b"}, returning=[notes.c.text])
        assert row is not None
        assert row.text == "a"


def test_a_known_row_is_changed_and_returned(writing: sa.Engine, notes: sa.Table) -> None:
    """Where there was a row the change applies to it, and may speak of the old value."""
    with writing.begin() as connection:
        upsert(connection, notes, {"id": 1, "text": "a"}, ("id",), None)
        change = {"text": notes.c.text + "!"}
        row = upsert(connection, notes, {"id": 1, "text": "x"}, ("id",), change, returning=[notes.c.text])
        assert row is not None
        assert row.text == "a!"


def test_nothing_is_done_where_nothing_is_to_change(writing: sa.Engine, notes: sa.Table) -> None:
    """Without a change a known row stays and nothing is returned; a new one is inserted and returned."""
    with writing.begin() as connection:
        first = upsert(connection, notes, {"id": 1, "text": "a"}, ("id",), None, returning=[notes.c.id])
        second = upsert(connection, notes, {"id": 1, "text": "b"}, ("id",), None, returning=[notes.c.id])
        assert first is not None
        assert second is None
        assert connection.execute(sa.select(notes.c.text)).scalars().all() == ["a"]


def test_nothing_asked_nothing_answered(writing: sa.Engine, notes: sa.Table) -> None:
    """Without `returning` the answer is None either way."""
    with writing.begin() as connection:
        assert upsert(connection, notes, {"id": 1, "text": "a"}, ("id",), {"text": "b"}) is None
        assert upsert(connection, notes, {"id": 1, "text": "a"}, ("id",), {"text": "b"}) is None
        assert connection.execute(sa.select(notes.c.text)).scalars().all() == ["b"]
