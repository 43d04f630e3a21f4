"""The kiosk daemon: wires scanner, pipeline, journal, gateway and screen, and runs them until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

import grpc

from gateway.clock import Clock
from gateway.config.values import Address
from gateway.errors import ConfigInvalid
from terminals.framing import DropReason, Event, Frame
from terminals.gateway_client import GatewayClient, credentials
from terminals.journal import Journal
from terminals.outcome import Answer, Outcome
from terminals.pipeline import Pipeline, Reading, no_acknowledgement
from terminals.screen import Screen, bind, serving
from terminals.serial_port import SerialLine, close_port, open_port
from terminals.settings import KioskSettings, read_root_key
from terminals.trust_store import TrustStore
from terminals.uploader import Uploader

log = logging.getLogger(__name__)

T = TypeVar("T")
QUEUE_MAX = 8
Ready = Callable[[dict[str, object]], None]


class Intake:
    """Takes events off the line at once and hands readings to the pipeline one after the other."""

    def __init__(self, clock: Clock, screen: Screen) -> None:
        self._clock, self._screen = clock, screen
        self._queue: asyncio.Queue[Reading] = asyncio.Queue(QUEUE_MAX)
        self.dropped = 0

    def take(self, event: Event) -> None:
        """A frame is queued with its time; when the queue is full it is dropped, not kept for later."""
        if isinstance(event, Frame):
            reading = Reading(event.data, event.dirty, self._clock.now(), self._clock.monotonic())
            try:
                self._queue.put_nowait(reading)
            except asyncio.QueueFull:
                self.dropped += 1
                log.warning("scan dropped, %d are waiting (%d dropped so far)", QUEUE_MAX, self.dropped)
            return
        log.warning("bytes dropped: %s", event.why)
        if event.why is DropReason.TOO_LONG:
            self._screen.show(Answer(Outcome.REFUSED, "MALFORMED"))

    async def feed(self, pipeline: Pipeline) -> None:
        """Run the pipeline on what arrives, until cancelled."""
        while True:
            answer = await pipeline.handle(await self._queue.get())
            log.info("scan: %s %s", answer.outcome, answer.code)


async def run(settings: KioskSettings, *, clock: Clock, wait_device: bool, ready: Ready) -> None:
    """Run until SIGTERM or SIGINT. Raises what an operator must mend: settings, port, device."""
    stop = _stop_on_signals()
    async with contextlib.AsyncExitStack() as stack:
        trust = _trust(settings, clock)
        client = GatewayClient(str(settings.gateway.address), _credentials(settings))
        stack.push_async_callback(client.close)
        listener = bind(settings.screen.listen)
        stack.callback(listener.close)
        port = None if wait_device else open_port(settings.device, settings.baud)
        if port is not None:
            stack.callback(close_port, port)
        journal = await stack.enter_async_context(_journal(settings, clock))
        screen, up = Screen(settings.device), asyncio.Event()
        await stack.enter_async_context(serving(screen, listener))
        intake, uploader = Intake(clock, screen), Uploader(journal, client)
        pipeline = _pipeline(settings, clock, trust, journal, client, uploader, screen)
        on_link = _link(screen, up)
        line = SerialLine(settings.device, settings.baud, clock=clock, on_event=intake.take, on_link=on_link)
        work = await stack.enter_async_context(Work(stop))
        work.start(line.run(port))
        with contextlib.suppress(_Stopped):
            fresh = await work.wait_for(trust.refresh(client.trust_bundle))
            work.start(trust.keep_fresh(client.trust_bundle, fresh=fresh))
            work.start(intake.feed(pipeline))
            work.start(uploader.run())
            if not wait_device:
                await work.wait_for(up.wait())
            ready({"screen": _url(listener), "pid": os.getpid(), "device": settings.device})
            await work.wait_for(asyncio.Event().wait())


class _Stopped(Exception):
    """Told to stop."""


class Work:
    """The daemon's tasks: one that fails ends the daemon, and all end with it."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = asyncio.ensure_future(stop.wait())
        self._tasks: list[asyncio.Task[Any]] = []

    async def __aenter__(self) -> Work:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in (*self._tasks, self._stop):
            task.cancel()
        await asyncio.gather(*self._tasks, self._stop, return_exceptions=True)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something until the end."""
        self._tasks.append(asyncio.create_task(work))

    async def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of some work; raises if the daemon is to stop, or a task failed, before it is there."""
        awaited = asyncio.create_task(work)
        endless = list(self._tasks)
        self._tasks.append(awaited)
        await asyncio.wait([awaited, self._stop, *endless], return_when=asyncio.FIRST_COMPLETED)
        for task in endless:
            if task.done():
                task.result()
        if not awaited.done():
            raise _Stopped
        self._tasks.remove(awaited)
        return awaited.result()


def _pipeline(
    settings: KioskSettings,
    clock: Clock,
    trust: TrustStore,
    journal: Journal,
    client: GatewayClient,
    uploader: Uploader,
    screen: Screen,
) -> Pipeline:
    return Pipeline(
        clock=clock,
        trust=trust,
        journal=journal,
        acknowledge=no_acknowledgement,
        gateway=client,
        uploads=uploader,
        show=screen.show,
        deadline_s=settings.gateway.deadline_s,
    )


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _trust(settings: KioskSettings, clock: Clock) -> TrustStore:
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigInvalid(where="data_dir", why=f"无法建立目录 {settings.data_dir}。") from error
    trust = TrustStore(settings.data_dir / "trust-bundle", read_root_key(settings.root_key), clock)
    trust.load()
    return trust


def _credentials(settings: KioskSettings) -> grpc.ChannelCredentials:
    return credentials(settings.gateway.certificate, settings.gateway.key, settings.gateway.authority)


@contextlib.asynccontextmanager
async def _journal(settings: KioskSettings, clock: Clock) -> AsyncIterator[Journal]:
    journal = Journal(settings.data_dir / "journal.sqlite3", clock)
    await journal.open()
    try:
        yield journal
    finally:
        await journal.close()


def _link(screen: Screen, up: asyncio.Event) -> Callable[[bool], None]:
    def changed(state: bool) -> None:  # noqa: FBT001 - a callback of the serial line
        log.info("scanner %s", "connected" if state else "gone")
        screen.link(state)
        if state:
            up.set()

    return changed


def _url(listener: socket.socket) -> str:
    return f"http://{Address(*listener.getsockname()[:2])}"
