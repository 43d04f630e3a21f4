"""The trust bundle this kiosk verifies by: fetched hourly, kept on disk, never rolled back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

from gateway.clock import Clock
from gateway.errors import BundleStale, GatewayError
from gateway.trust.bundle import CLOCK_TOLERANCE, TrustBundle, read_bundle
from terminals.files import write_atomically

log = logging.getLogger(__name__)

REFRESH_S = 3600.0
FIRST_RETRY_S, LAST_RETRY_S = 1.0, 60.0


class TrustStore:
    """The newest bundle that was good; `path` is where it outlives a restart."""

    def __init__(self, path: Path, root_public: bytes, clock: Clock) -> None:
        self._path, self._root, self._clock = path, root_public, clock
        self._wanted = asyncio.Event()
        self.newest: TrustBundle | None = None

    def load(self) -> None:
        """Take the bundle of the last run, if it is still good."""
        try:
            self.newest = read_bundle(self._path.read_bytes(), self._root, self._clock.now())
        except FileNotFoundError:
            log.info("no trust bundle on disk yet")
        except OSError as error:
            log.error("trust bundle on disk not read: %s", error)
        except GatewayError as error:
            log.warning("trust bundle on disk: %s", error.english())

    def accept(self, data: bytes) -> None:
        """Take a bundle the gateway sent; BundleStale if it is forged, too old or older than ours."""
        last = self.newest.version if self.newest else 0
        bundle = read_bundle(data, self._root, self._clock.now(), last_version=last)
        write_atomically(self._path, data)
        self.newest = bundle

    def current(self) -> TrustBundle:
        """The bundle to verify by now; BundleStale if there is none, or this moment lies outside its life."""
        if self.newest is None:
            raise BundleStale(why="本机还没有取得核验资料")
        if self._clock.now() > self.newest.not_after:
            raise BundleStale(why="本机的核验资料已过有效期")
        if self._clock.now() < self.newest.issued_at - CLOCK_TOLERANCE:
            raise BundleStale(why="本机时钟早于资料的签发时间")
        return self.newest

    def want(self) -> None:
        """Ask for a fresh bundle soon: a code named something we do not know."""
        self._wanted.set()

    async def refresh(self, fetch: Callable[[], Awaitable[bytes]]) -> bool:
        """Fetch once; a failure is logged and leaves the old bundle in place."""
        try:
            self.accept(await fetch())
        except GatewayError as error:
            log.warning("trust bundle not refreshed: %s", error.english())
            return False
        except OSError as error:
            log.error("trust bundle not written: %s", error)
            return False
        return True

    async def keep_fresh(self, fetch: Callable[[], Awaitable[bytes]], *, fresh: bool) -> None:
        """Refresh hourly, or after 1 to 60 s of full-jitter backoff while that fails; `fresh` if one just succeeded."""
        failures = 0 if fresh else 1
        while True:
            await self._pause(failures)
            failures = 0 if await self.refresh(fetch) else failures + 1

    async def _pause(self, failures: int) -> None:
        if failures:
            # While fetching fails, wanting it more does not help.
            await asyncio.sleep(random.uniform(0, min(LAST_RETRY_S, FIRST_RETRY_S * 2**failures)))  # noqa: S311 - jitter, not a secret
            return
        self._wanted.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wanted.wait(), REFRESH_S)
