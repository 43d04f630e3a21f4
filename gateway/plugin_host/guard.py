"""Call plugin code without letting it hurt the host: time limit, bulkhead, breaker, contained failures."""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import walk_tb
from typing import Generic, NoReturn, TypeVar, cast

from gateway.clock import Clock
from gateway.errors import GatewayBug, PluginContractError, PluginSilent, PluginUnavailable
from gateway.plugin_host.breaker import Breaker
from gateway.sdk.context import HttpNoAnswer, HttpNotSent

T = TypeVar("T")
log = logging.getLogger(__name__)
_here = threading.local()
_HOST = Path(__file__).parent


class Advice(Exception):
    """A failure whose text is ours and holds no data of anybody, so that it may be shown."""


class WrongAnswer(Advice):
    """A plugin returned what its contract does not allow; the text says what was expected."""


@contextmanager
def forbid_calls() -> Iterator[None]:
    """While this thread is inside, a guard refuses to call (a commit touches the database only)."""
    before = getattr(_here, "forbidden", False)
    _here.forbidden = True
    try:
        yield
    finally:
        _here.forbidden = before


class _Call(Generic[T]):
    """One running call: the thread fills it, the caller waits for it."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.result: T | None = None
        self.error: BaseException | None = None


class Guard:
    """The one door to a plugin's code. Safe to use from many threads.

    Args:
        plugin_id: the plugin's id.
        owner: who is named in messages as the one to repair it.
        max_in_flight: calls at the same time; a thread that is stuck counts until it ends.
        clock: measures the breaker's pauses.
        root: folder of the plugin's package, to find the line inside it at which it failed.
    """

    def __init__(
        self, plugin_id: str, owner: str, max_in_flight: int, clock: Clock, *, root: Path | None = None
    ) -> None:
        self._plugin_id, self._owner, self._most, self._root = plugin_id, owner, max_in_flight, root
        self._clock = clock
        self._lock = threading.Lock()
        self._busy = 0
        self._breakers: dict[str, Breaker] = {}

    @property
    def busy(self) -> int:
        """Calls that have not ended, stuck ones included."""
        with self._lock:
            return self._busy

    def paused(self, operation: str) -> bool:
        """Is the breaker of this operation open?"""
        with self._lock:
            return self._breaker(operation).is_open

    def call(self, operation: str, work: Callable[[], T], timeout_s: float, expect: type | tuple[type, ...]) -> T:
        """Run `work` in a thread of its own and wait for it at most `timeout_s` seconds.

        Raises:
            PluginUnavailable: busy or paused by the breaker, or its other side could not be reached; nothing was sent.
            PluginSilent: no answer in time, from the plugin or from its other side; something may have been done.
            PluginContractError: it raised, or returned something else than `expect`.
            GatewayBug: called inside `forbid_calls()`.
        """
        if getattr(_here, "forbidden", False):
            raise GatewayBug(where="plugin call inside a commit", plugin=self._plugin_id, operation=operation)
        if timeout_s <= 0:
            self._unavailable(f"“{operation}”没有剩余时间")
        probe = self._admit(operation)
        call: _Call[T] = _Call()
        self._start(operation, call, work, probe=probe)
        try:
            answered = call.over.wait(timeout_s)
        except BaseException:
            self._abandon(operation, probe=probe)
            raise
        if not answered:
            self._settle(operation, good=False, probe=probe)
            raise PluginSilent(plugin=self._plugin_id, why=f"“{operation}”在 {timeout_s:g} 秒内没有答复")
        if isinstance(call.error, HttpNotSent | HttpNoAnswer):
            self._settle(operation, good=False, probe=probe)
            raise self._unreachable(operation, call.error)
        if isinstance(call.error, PluginContractError):
            # Our own check inside the call has said it already.
            self._settle(operation, good=False, probe=probe)
            raise call.error
        why = self._fault_of(operation, call, expect)
        self._settle(operation, good=not why, probe=probe)
        if why:
            raise PluginContractError(plugin=self._plugin_id, why=why)
        return cast("T", call.result)

    def _admit(self, operation: str) -> bool:
        with self._lock:
            if self._busy >= self._most:
                self._unavailable(f"正在处理的调用已有 {self._busy} 个,达到上限")
            admitted = self._breaker(operation).admit()
            if admitted is None:
                self._unavailable(f"“{operation}”连续出错,已暂停调用")
            self._busy += 1
            return admitted

    def _start(self, operation: str, call: _Call[T], work: Callable[[], T], *, probe: bool) -> None:
        # Daemon: a stuck plugin must not keep the process from ending.
        thread = threading.Thread(target=self._run, args=(call, work), name=f"plugin:{self._plugin_id}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            self._release()
            self._abandon(operation, probe=probe)
            self._unavailable("系统线程已用尽")

    def _run(self, call: _Call[T], work: Callable[[], T]) -> None:
        try:
            call.result = work()
        # A plugin may call sys.exit() or raise anything; it ends here.
        except BaseException as error:  # noqa: BLE001 - the edge to foreign code
            call.error = error
        finally:
            self._release()
            call.over.set()

    def _release(self) -> None:
        with self._lock:
            self._busy -= 1

    def _abandon(self, operation: str, *, probe: bool) -> None:
        with self._lock:
            self._breaker(operation).abandon(probe=probe)

    def _settle(self, operation: str, *, good: bool, probe: bool) -> None:
        with self._lock:
            breaker = self._breaker(operation)
            if breaker.settle(good=good, probe=probe):
                log.warning("plugin_paused plugin=%s operation=%s", self._plugin_id, operation)

    def _breaker(self, operation: str) -> Breaker:
        if operation not in self._breakers:
            self._breakers[operation] = Breaker(self._clock)
        return self._breakers[operation]

    def _fault_of(self, operation: str, call: _Call[T], expect: type | tuple[type, ...]) -> str:
        if call.error is not None:
            return self._raised(operation, call.error)
        if isinstance(call.result, expect):
            return ""
        if inspect.iscoroutine(call.result):
            call.result.close()
        kinds = expect if isinstance(expect, tuple) else (expect,)
        wanted = " 或 ".join(kind.__name__ for kind in kinds)
        got = type(call.result).__name__
        return f"负责人 {self._owner}:“{operation}”应返回 {wanted},却返回了 {got};请按接口说明修正后重新发布。"

    def _raised(self, operation: str, error: BaseException) -> str:
        where, kind = self._place(error), type(error).__name__
        log.warning("plugin_raised plugin=%s operation=%s error=%s at=%s", self._plugin_id, operation, kind, where)
        at = f"在 {where} " if where else ""
        if isinstance(error, Advice):
            return f"负责人 {self._owner}:“{operation}”{at}出错:{error}"
        return f"负责人 {self._owner}:“{operation}”{at}抛出 {kind};请检查这一行,修正后重新发布。"

    def _place(self, error: BaseException) -> str:
        """`file:line` of the innermost frame inside the plugin, or of the innermost that is not ours; else empty."""
        foreign, inside = "", ""
        for frame, line in walk_tb(error.__traceback__):
            file = Path(frame.f_code.co_filename)
            if self._root is not None and file.is_relative_to(self._root):
                inside = f"{file.relative_to(self._root.parent)}:{line}"
            elif not file.is_relative_to(_HOST):
                foreign = f"{file.name}:{line}"
        return inside or foreign

    def _unreachable(self, operation: str, error: BaseException) -> PluginUnavailable:
        kind = PluginUnavailable if isinstance(error, HttpNotSent) else PluginSilent
        what = "连不上对方系统" if kind is PluginUnavailable else "对方系统没有答复"
        return kind(plugin=self._plugin_id, why=f"“{operation}”{what}")

    def _unavailable(self, why: str) -> NoReturn:
        raise PluginUnavailable(plugin=self._plugin_id, why=why)
