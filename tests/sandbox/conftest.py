"""Both simulated systems on loopback, empty for each test."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from gateway.sandbox.server import Addresses, in_thread
from gateway.testkit.clock import FakeClock


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """Where the sandbox of this module listens; the clock stands at 2026-11-23 09:30 in Beijing."""
    with in_thread(tmp_path_factory.mktemp("sandbox"), FakeClock()) as found:
        yield found


@pytest.fixture
def province(addresses: Addresses) -> Iterator[httpx.Client]:
    """A client of the provincial platform."""
    with httpx.Client(base_url=addresses.province, trust_env=False, timeout=10) as client:
        client.post("/_sandbox/reset").raise_for_status()
        yield client


@pytest.fixture
def sms(addresses: Addresses) -> Iterator[httpx.Client]:
    """A client of the SMS centre."""
    with httpx.Client(base_url=addresses.sms, trust_env=False, timeout=10) as client:
        client.post("/_sandbox/reset").raise_for_status()
        yield client
