"""The migrations make exactly the schema the queries expect, and can go back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from gateway.database.migrate import SCRIPTS, current, downgrade, migrate
from gateway.store.tables import Moment, metadata


@pytest.fixture
def empty(writing: sa.Engine) -> Iterator[sa.Engine]:
    """A database without tables, before and after."""
    _drop_all(writing)
    yield writing
    _drop_all(writing)


def _drop_all(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        found = sa.MetaData()
        found.reflect(connection)
        found.drop_all(connection)


def _same_type(
    _context: object, _found: object, _column: object, _kind: object, wanted: sa.types.TypeEngine[object]
) -> bool | None:
    # A moment is stored as a whole number; that is what the migration says.
    return False if isinstance(wanted, Moment) else None


def _drift(engine: sa.Engine, wanted: sa.MetaData) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": _same_type, "compare_server_default": True}
        )
        return list(compare_metadata(context, wanted))


def _tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def test_upgrade_from_nothing_equals_the_tables(empty: sa.Engine) -> None:
    """After all migrations nothing differs from the tables the code uses."""
    head = ScriptDirectory(str(SCRIPTS)).get_current_head()
    assert migrate(empty) == head
    assert _tables(empty) == set(metadata.tables)
    assert _drift(empty, metadata) == []


def test_drift_is_noticed(empty: sa.Engine) -> None:
    """The comparison can fail: a column, an index and a length more are each reported."""
    migrate(empty)
    other = sa.MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        table.to_metadata(other)
    other.tables["cases"].append_column(sa.Column("extra", sa.Integer))
    sa.Index("ix_extra", other.tables["visits"].c.state)
    other.tables["parties"].c.name.type = sa.String(201)
    drift = str(_drift(empty, other))
    assert "add_column" in drift
    assert "add_index" in drift
    assert "modify_type" in drift


def test_migrating_twice_changes_nothing(empty: sa.Engine) -> None:
    """Every start migrates; a database that is up to date keeps its rows."""
    migrate(empty)
    counters = metadata.tables["counters"]
    with empty.begin() as connection:
        connection.execute(sa.insert(counters).values(name="x", value=7))
    migrate(empty)
    with empty.connect() as connection:
        assert connection.execute(sa.select(counters.c.value)).scalars().all() == [7]


def test_down_and_up_again(empty: sa.Engine) -> None:
    """Each migration can be undone, leaves nothing behind, and can be done again."""
    for revision in [script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()][::-1]:
        migrate(empty, revision)
        with empty.connect() as connection:
            assert current(connection) == revision
        downgrade(empty, "-1")
        migrate(empty, revision)
    downgrade(empty, "base")
    assert _tables(empty) == set()
    with empty.connect() as connection:
        assert current(connection) == ""
    migrate(empty)
    assert _drift(empty, metadata) == []


def test_one_application_one_live_visit(empty: sa.Engine) -> None:
    """The partial index that keeps R12.1 exists with its condition on both engines."""
    migrate(empty)
    index = next(i for i in sa.inspect(empty).get_indexes("visits") if i["name"] == "ux_visits_case_live")
    where = str(index["dialect_options"][f"{empty.dialect.name}_where"])
    assert index["unique"]
    assert all(state in where for state in ("REFUSED", "CANCELLED", "SUPERSEDED", "EXPIRED"))
