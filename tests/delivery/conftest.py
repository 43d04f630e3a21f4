"""Deliveries of an office, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.store import outbox
from gateway.testkit.deliveries import Deliveries
from gateway.testkit.office import Office, make_office


@pytest.fixture(params=["sqlite", "postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str | None) -> Iterator[Office]:
    """An empty office; see `gateway.testkit.office`."""
    url = f"sqlite:///{tmp_path / 'kanyan.db'}"
    if request.param == "postgres":
        if postgres_url is None:
            pytest.skip("no postgres server answers")
        url = postgres_url
    made = make_office(url)
    yield made
    made.close()


@pytest_asyncio.fixture
async def desk(office: Office) -> AsyncIterator[Deliveries]:
    """Its deliveries; whatever a test did, no row may be lost (C4)."""
    made = Deliveries(office)
    yield made
    made.runner.close()
    with office.tools.reading.connect() as connection:
        accepted, stored = outbox.balance(connection)
    assert accepted == stored
