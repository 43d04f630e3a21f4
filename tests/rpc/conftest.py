"""A real server with real certificates over an office."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from gateway.testkit.grpc_door import Door, Pki, Samples, new_pki, serving
from gateway.testkit.office import Office, make_office

# A busy machine is no failure of the rule under test.
settings.register_profile("rpc", deadline=None)
settings.load_profile("rpc")


@pytest.fixture(scope="session")
def pki() -> Pki:
    """Made once: keys take time."""
    return new_pki()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An empty office on SQLite; see `gateway.testkit.office`."""
    made = make_office(f"sqlite:///{tmp_path / 'kanyan.db'}")
    yield made
    made.close()


@pytest.fixture
def door(office: Office, pki: Pki) -> Iterator[Door]:
    """The door of an empty office."""
    with serving(office.runner, pki) as opened:
        yield opened


@pytest.fixture(scope="module")
def busy_door(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> Iterator[Door]:
    """The door of an office with one filed visit, for many calls that leave it as it is."""
    made = make_office(f"sqlite:///{tmp_path_factory.mktemp('busy') / 'kanyan.db'}")
    asyncio.run(_filed(made))
    with serving(made.runner, pki) as opened:
        yield opened
    made.close()


async def _filed(office: Office) -> None:
    await office.filed()


@pytest.fixture
def samples() -> Samples:
    """Requests of the office's own day."""
    return Samples(datetime(2026, 11, 23, 2, 30, tzinfo=UTC))
