"""Rules of the trust store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import BundleStale, Unavailable
from gateway.testkit.clock import FakeClock
from terminals.trust_store import TrustStore


def test_restart_offline(tmp_path: Path, office: Any, trust: TrustStore, clock: FakeClock) -> None:
    """The bundle of the last run serves after a restart without a network."""
    again = TrustStore(tmp_path / "bundle", office.root_public, clock)
    again.load()
    assert again.current() == trust.current()


def test_nothing_yet(tmp_path: Path, office: Any, clock: FakeClock) -> None:
    """Without a bundle there is nothing to verify by."""
    store = TrustStore(tmp_path / "none", office.root_public, clock)
    store.load()
    with pytest.raises(BundleStale):
        store.current()


def test_time_runs_out(trust: TrustStore, clock: FakeClock) -> None:
    """A bundle past its time verifies nothing, however long the kiosk has been running."""
    clock.advance(timedelta(hours=72))
    trust.current()
    clock.advance(timedelta(seconds=1))
    with pytest.raises(BundleStale):
        trust.current()


def test_clock_of_a_dead_battery(trust: TrustStore, clock: FakeClock) -> None:
    """A clock before the bundle's issue is wrong, and nothing is verified by it."""
    clock.set(clock.now().replace(year=1970))
    with pytest.raises(BundleStale):
        trust.current()


def test_stale_file(tmp_path: Path, office: Any, trust: TrustStore, clock: FakeClock) -> None:
    """A bundle that ran out while the kiosk was off is not taken from the disk."""
    clock.advance(timedelta(hours=73))
    again = TrustStore(tmp_path / "bundle", office.root_public, clock)
    again.load()
    assert trust.newest is not None
    assert again.newest is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda office: office.bundle(1),
        lambda office: office.bundle(3).replace(b'"version":3', b'"version":4'),
        lambda office: type(office)(office.now).bundle(3),
        lambda _: b"",
    ],
    ids=["rollback", "tampered", "other root", "empty"],
)
async def test_bad_bundle_keeps_the_old(
    tmp_path: Path, office: Any, clock: FakeClock, spoil: Callable[[Any], bytes]
) -> None:
    """A forged or older bundle changes neither memory nor disk."""
    store = TrustStore(tmp_path / "bundle", office.root_public, clock)
    store.accept(office.bundle(2))

    async def fetch() -> bytes:
        return spoil(office)

    assert await store.refresh(fetch) is False
    assert store.current().version == 2
    assert (tmp_path / "bundle").read_bytes() == office.bundle(2)


async def test_refresh(trust: TrustStore, office: Any) -> None:
    """A newer bundle replaces the old; the same one again is no error; silence keeps the old."""

    async def newer() -> bytes:
        return bytes(office.bundle(2))

    async def silence() -> bytes:
        raise Unavailable

    assert await trust.refresh(newer) is True
    assert await trust.refresh(newer) is True
    assert await trust.refresh(silence) is False
    assert trust.current().version == 2
