"""A database per test, on SQLite and on PostgreSQL, and a table to write into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.database.engine import open_reading, open_writing

NOTES = sa.Table("notes", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", sa.Text))


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str | None) -> str:
    """An SQLite file of this test, or the PostgreSQL database of this run."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kanyan.db'}"
    if postgres_url is None:
        pytest.skip("no postgres server answers")
    return postgres_url


@pytest.fixture
def writing(database_url: str) -> Iterator[sa.Engine]:
    """The writing engine."""
    engine = open_writing(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def reading(database_url: str, writing: sa.Engine) -> Iterator[sa.Engine]:
    """A reading engine of the same database."""
    engine = open_reading(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def notes(writing: sa.Engine) -> Iterator[sa.Table]:
    """A table with an id and a text, gone afterwards."""
    with writing.begin() as connection:
        NOTES.create(connection)
    yield NOTES
    with writing.begin() as connection:
        NOTES.drop(connection)
