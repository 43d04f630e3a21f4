"""A wired office per test, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.testkit.office import Office, make_office


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str | None) -> str:
    """An SQLite file of this test, or the PostgreSQL database of this run."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kanyan.db'}"
    if postgres_url is None:
        pytest.skip("no postgres server answers")
    return postgres_url


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An empty office; see `gateway.testkit.office`."""
    made = make_office(database_url)
    yield made
    made.close()
