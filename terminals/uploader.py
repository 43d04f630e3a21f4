"""Sends what the gateway has not answered yet, oldest first, with the key of the first attempt."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random

from gateway.errors import StorageUnavailable
from terminals.gateway_client import ReplyKind
from terminals.journal import Journal
from terminals.pipeline import Gateway, settled

log = logging.getLogger(__name__)

BATCH = 50
DEADLINE_S = 5.0
IDLE_S = 60.0
FIRST_RETRY_S, LAST_RETRY_S = 1.0, 60.0


class Uploader:
    """Empties the journal's pending rows whenever there is a reason to try."""

    def __init__(self, journal: Journal, gateway: Gateway) -> None:
        self._journal, self._gateway = journal, gateway
        self._offered, self._heard = asyncio.Event(), asyncio.Event()

    def offer(self) -> None:
        """A row waits to be sent; while the gateway is silent this changes nothing."""
        self._offered.set()

    def heard(self) -> None:
        """The gateway was just heard: what waits may go at once."""
        self._offered.set()
        self._heard.set()

    async def run(self) -> None:
        """Send until cancelled; full-jitter backoff from 1 to 60 s while it does not work."""
        failures = 0
        while True:
            self._offered.clear()
            self._heard.clear()
            failures = 0 if await self._try_drain() else failures + 1
            with contextlib.suppress(TimeoutError):
                if failures:
                    cap = min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** (failures - 1))
                    await asyncio.wait_for(self._heard.wait(), random.uniform(0, cap))  # noqa: S311 - jitter, not a secret
                else:
                    await asyncio.wait_for(self._offered.wait(), IDLE_S)

    async def _try_drain(self) -> bool:
        try:
            return await self.drain()
        except StorageUnavailable as error:
            log.error("pending scans not read: %s", error.english())
            return False

    async def drain(self) -> bool:
        """Send what is pending; True once nothing is left, False if it is to be tried again later."""
        while rows := await self._journal.pending(BATCH):
            faults = 0
            for scan in rows:
                reply = await self._gateway.verify(scan, DEADLINE_S)
                state = settled(reply.kind)
                if state is not None:
                    await self._journal.settle(scan.id, state, reply.code or reply.kind)
                elif reply.kind is ReplyKind.FAULT:
                    faults += 1
                    await self._journal.fault(scan.id, reply.code)
                else:
                    return False
            if faults:
                log.warning("the gateway stumbled over %d of %d scans", faults, len(rows))
                return False
        return True
