"""Both simulated systems in one process on two loopback ports, with what they received kept on disk."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from gateway.clock import Clock, SystemClock
from gateway.errors import ConfigInvalid, PortInUse, StorageUnavailable
from gateway.sandbox import sms_centre
from gateway.sandbox.control import Control
from gateway.sandbox.faults import Faults
from gateway.sandbox.province import Province
from gateway.sandbox.store import Store
from gateway.sandbox.wire import HangUpProtocol, Unacceptable, on_gateway_error, on_http_error, on_unacceptable

LOOPBACK = "127.0.0.1"
GRACE_S = 1


@dataclass(frozen=True)
class Addresses:
    """Where the two listen, as `http://127.0.0.1:PORT`."""

    province: str
    sms: str

    def facts(self) -> dict[str, str | int]:
        """What stands in the ready file."""
        return {"province": self.province, "sms": self.sms, "pid": os.getpid()}


class Sandbox:
    """Both systems, listening from the moment this exists; `run` answers until `stop`."""

    def __init__(self, province_port: int, sms_port: int, data_dir: Path, clock: Clock) -> None:
        """Port 0 takes a free one. Raises PortInUse, DataDirInUse, ConfigInvalid or ConfigNotFound."""
        with contextlib.ExitStack() as undo:
            self._sockets = [_listen(province_port, undo), _listen(sms_port, undo)]
            self._stores = [
                _opened(Store(data_dir / "province.jsonl", clock, receipt_prefix="SLT"), undo),
                _opened(Store(data_dir / "sms.jsonl", clock, receipt_prefix="SMS"), undo),
            ]
            undo.pop_all()
        self._servers = [_Server(app) for app in (_province(self._stores[0]), _sms(self._stores[1]))]
        self.addresses = Addresses(*(f"http://{LOOPBACK}:{sock.getsockname()[1]}" for sock in self._sockets))

    def run(self) -> None:
        """Answer until stopped."""
        asyncio.run(self._serve())

    def stop(self) -> None:
        """End `run` soon; from any thread or a signal handler."""
        for server in self._servers:
            server.should_exit = True

    def close(self) -> None:
        """Give back ports and files."""
        for sock in self._sockets:
            sock.close()
        for store in self._stores:
            store.close()

    async def _serve(self) -> None:
        pairs = zip(self._servers, self._sockets, strict=True)
        await asyncio.gather(*(server.serve([sock]) for server, sock in pairs))


def serve(
    province_port: int,
    sms_port: int,
    data_dir: Path,
    ready_file: Path | None = None,
    on_ready: Callable[[Addresses], None] = lambda _: None,
) -> None:
    """Run until SIGTERM or SIGINT, from the main thread. The ready file is there only while both ports listen."""
    sandbox = Sandbox(province_port, sms_port, data_dir, SystemClock())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sandbox.stop())
    with contextlib.closing(sandbox), _ready_file(ready_file, sandbox.addresses):
        on_ready(sandbox.addresses)
        sandbox.run()


@contextmanager
def in_thread(data_dir: Path, clock: Clock | None = None) -> Iterator[Addresses]:
    """Both systems in a thread of this process, on free ports, for tests and the demo."""
    with contextlib.closing(Sandbox(0, 0, data_dir, clock or SystemClock())) as sandbox:
        thread = threading.Thread(target=sandbox.run, name="sandbox")
        thread.start()
        try:
            yield sandbox.addresses
        finally:
            sandbox.stop()
            thread.join()


class _Server(uvicorn.Server):
    def __init__(self, app: Starlette) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=HangUpProtocol,
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave signals to `serve`: uvicorn would raise them again at the end, and the exit code would not be 0."""
        yield


def _province(store: Store) -> Starlette:
    faults = Faults()
    return _app([*Province(store, faults).routes(), *Control(store, faults, cases=store).routes()])


def _sms(store: Store) -> Starlette:
    faults = Faults()
    return _app([*sms_centre.routes(store, faults), *Control(store, faults, cases=None).routes()])


def _app(routes: list[Route]) -> Starlette:
    handlers = {
        Unacceptable: on_unacceptable,
        HTTPException: on_http_error,
        StorageUnavailable: on_gateway_error,
    }
    return Starlette(routes=routes, exception_handlers=handlers)


def _listen(port: int, undo: contextlib.ExitStack) -> socket.socket:
    sock = undo.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((LOOPBACK, port))
        # Listening now, not only binding, is what makes a second process fail.
        sock.listen()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(address=f"{LOOPBACK}:{port}") from error
        raise ConfigInvalid(where=f"{LOOPBACK}:{port}", why=error.strerror) from error
    return sock


def _opened(store: Store, undo: contextlib.ExitStack) -> Store:
    undo.callback(store.close)
    return store


@contextmanager
def _ready_file(path: Path | None, addresses: Addresses) -> Iterator[None]:
    if path is None:
        yield
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        draft.write_text(json.dumps(addresses.facts()) + "\n", encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise ConfigInvalid(where=path, why=error.strerror) from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
