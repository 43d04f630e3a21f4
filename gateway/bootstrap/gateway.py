"""One gateway process: builds everything from the settings, starts it in order, stops it in reverse."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
import structlog
import uvicorn

from gateway.bootstrap.certificates import init_folder
from gateway.bootstrap.key_files import Keys, load_keys
from gateway.clock import Clock
from gateway.config.policy import load_profile
from gateway.config.secret import revealed
from gateway.config.settings import Settings
from gateway.config.values import Address
from gateway.database.engine import FileLock, open_reading, open_writing
from gateway.database.migrate import migrate
from gateway.database.writer import Writer
from gateway.delivery.backoff import Backoff
from gateway.delivery.puller import Puller
from gateway.delivery.relay import Relay, RelaySettings
from gateway.errors import ConfigNotFound, PortInUse, StorageUnavailable
from gateway.plugin_host.guard import forbid_calls
from gateway.plugin_host.host import PluginHost, State
from gateway.rpc.call import Wire
from gateway.rpc.callers import Caller, Callers
from gateway.rpc.server import Server, ServerSettings, build_server
from gateway.store import outbox
from gateway.trust.keys import Keyring
from gateway.trust.picture import smallest_version
from gateway.usecases.runner import Runner
from gateway.usecases.tools import Routes, Tools
from gateway.web.app import build_app
from gateway.web.server import server_config

log = structlog.get_logger(__name__)
DEVELOPMENT_DAYS = 90


@dataclass(frozen=True)
class Addresses:
    """Where a running gateway can be reached."""

    grpc: str
    web: str


@asynccontextmanager
async def running(settings: Settings, clock: Clock, *, no_plugins: bool = False) -> AsyncIterator[Addresses]:
    """A gateway that serves while the context is open. Every failure to start is a GatewayError that says why."""
    async with AsyncExitStack() as stack:
        smallest_version(settings.url_prefix)
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = load_keys(settings.data_dir / "keys", settings.issuer, clock, _given_secret(settings))
        plugins = PluginHost.load(_allowed(settings), clock, base=settings.path.parent, no_plugins=no_plugins)
        stack.callback(plugins.close)
        for plugin in plugins.plugins:
            if plugin.state not in {State.READY, State.NOT_ALLOWED}:
                log.error("plugin_not_loaded", plugin=plugin.id, state=plugin.state.value, why=plugin.problem)
        runner = _runner(settings, clock, keys, plugins, stack)
        stack.callback(runner.close)
        grpc = build_server(_server_settings(settings, clock), _wire(settings, runner))
        web_socket = _listen(settings.web.listen)
        stack.callback(web_socket.close)
        await _start_delivery(settings, runner, stack)
        await _start_web(runner, web_socket, stack)
        await grpc.start()
        stack.push_async_callback(grpc.stop, 5.0)
        addresses = _addresses(settings, grpc, web_socket)
        log.info("ready", grpc=addresses.grpc, web=addresses.web)
        yield addresses
        log.info("stopping")


def _given_secret(settings: Settings) -> str | None:
    return None if settings.keys.secret is None else str(revealed(settings.keys.secret))


def _allowed(settings: Settings) -> dict[str, dict[str, object]]:
    return {name: settings.plugin_settings(name) for name in settings.plugins}


def open_database(settings: Settings, stack: AsyncExitStack) -> tuple[sa.Engine, sa.Engine]:
    """The writing and the reading engine of a database at the present schema, closed by the stack."""
    url = settings.database_url()
    lock = FileLock(url)
    stack.callback(lock.release)
    writing, reading = open_writing(url), open_reading(url)
    stack.callback(writing.dispose)
    stack.callback(reading.dispose)
    try:
        revision = migrate(writing)
    except sa.exc.OperationalError as error:
        log.error("database_unreachable", kind=type(error.orig).__name__)
        raise StorageUnavailable() from None
    log.info("database", revision=revision)
    return writing, reading


def _runner(settings: Settings, clock: Clock, keys: Keys, plugins: PluginHost, stack: AsyncExitStack) -> Runner:
    writing, reading = open_database(settings, stack)
    writer = Writer(writing, fence=forbid_calls)
    writer.start()
    stack.callback(writer.stop)
    tools = Tools(
        clock=clock,
        reading=reading,
        plugins=plugins,
        profiles=tuple(load_profile(path) for path in settings.policy),
        signing_key=keys.signing,
        keyring=Keyring((keys.signing.record,)),
        root_private=keys.root_private,
        secret=keys.secret,
        issuer=settings.issuer,
        url_prefix=settings.url_prefix,
        report_phone=settings.report_phone,
        routes=Routes(
            settings.routes.upstream,
            settings.routes.notifier,
            settings.delivery.result_ttl_hours,
            settings.delivery.notice_ttl_hours,
        ),
    )
    return Runner(tools, writer)


def _wire(settings: Settings, runner: Runner) -> Wire:
    callers = (Caller(c.identity, frozenset(c.roles), frozenset(c.speaks_for)) for c in settings.callers)
    return Wire(runner, Callers(callers), settings.grpc.require_deadline)


def _server_settings(settings: Settings, clock: Clock) -> ServerSettings:
    grpc = settings.grpc
    certificate, key, authority = grpc.certificate, grpc.key, grpc.client_ca
    if certificate is None or key is None or authority is None:
        folder = settings.data_dir / "pki"
        init_folder(folder, clock.now(), DEVELOPMENT_DAYS, [caller.identity for caller in settings.callers])
        certificate, key, authority = folder / "server.pem", folder / "server.key", folder / "ca.pem"
    return ServerSettings(
        str(grpc.listen), _bytes(certificate), _bytes(key), _bytes(authority), grpc.max_message_kib * 1024,
        grpc.reflection,
    )  # fmt: skip


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigNotFound(path=path, why=error.strerror) from None


async def _start_delivery(settings: Settings, runner: Runner, stack: AsyncExitStack) -> None:
    delivery = settings.delivery
    if settings.database.url == "sqlite":
        # The file lock says that nobody else can hold these leases: they are left over from a crash.
        await runner.system("release_leases", outbox.release_leases)
    relay = Relay(
        runner,
        RelaySettings(
            owner=f"{socket.gethostname()}:{os.getpid()}",
            workers=delivery.workers,
            lease=timedelta(seconds=delivery.lease_seconds),
            poll_s=delivery.poll_seconds,
            backoff=Backoff(delivery.first_retry_seconds, delivery.max_retry_seconds),
        ),
    )
    runner.after_commit(relay.wake)
    puller = Puller(runner, settings.routes.upstream, settings.pull.every_seconds)
    carrying, pulling = asyncio.create_task(relay.run()), asyncio.create_task(puller.run())

    async def stop() -> None:
        puller.stop()
        await relay.stop()
        await asyncio.gather(carrying, pulling)

    stack.push_async_callback(stop)


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
    except OSError:
        listener.close()
        raise PortInUse(address=address) from None
    return listener


async def _start_web(runner: Runner, listener: socket.socket, stack: AsyncExitStack) -> None:
    server = _WebServer(server_config(build_app(runner)))
    serving = asyncio.create_task(server.serve([listener]))

    async def stop() -> None:
        server.should_exit = True
        await serving

    stack.push_async_callback(stop)


class _WebServer(uvicorn.Server):
    """Leaves signals alone: the process ends in its own order."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


def _addresses(settings: Settings, grpc: Server, web_socket: socket.socket) -> Addresses:
    host, port = web_socket.getsockname()[:2]
    return Addresses(str(Address(settings.grpc.listen.host, grpc.port)), f"http://{Address(host, port)}")
