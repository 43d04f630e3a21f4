"""Deliveries of an office, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from gateway.store import outbox
from gateway.testkit.deliveries import Deliveries
from gateway.testkit.office import Office


@pytest_asyncio.fixture
async def desk(office: Office) -> AsyncIterator[Deliveries]:
    """Its deliveries; whatever a test did, no row may be lost (C4)."""
    made = Deliveries(office)
    yield made
    made.runner.close()
    with office.tools.reading.connect() as connection:
        accepted, stored = outbox.balance(connection)
    assert accepted == stored
