"""The guard: time limit, bulkhead, breaker and contained failures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from gateway.errors import GatewayBug, PluginContractError, PluginSilent, PluginUnavailable
from gateway.plugin_host.guard import Guard, WrongAnswer, forbid_calls
from gateway.sdk.context import HttpNoAnswer, HttpNotSent
from gateway.testkit.clock import FakeClock

SHORT, LONG = 0.05, 10.0


@pytest.fixture
def clock() -> FakeClock:
    """A clock under the test's hand."""
    return FakeClock()


@pytest.fixture
def guard(clock: FakeClock) -> Guard:
    """A guard for at most two calls at the same time."""
    return Guard("sms-example", "示例股", 2, clock)


class Stuck:
    """Work that ends only when told; `ended` is set when its thread is done with it."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.thread: threading.Thread | None = None

    def __call__(self) -> str:
        self.thread = threading.current_thread()
        self.begun.set()
        assert self.go.wait(LONG)
        return "late"

    def finish(self) -> None:
        """Let it end and wait until its thread has."""
        self.go.set()
        if self.thread is not None:
            self.thread.join(LONG)


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    """Work that hangs until the test is over."""
    work = Stuck()
    yield work
    work.finish()


def fail() -> str:
    """Raise with personal data in the text."""
    raise KeyError("张三 13800000000")


def break_it(guard: Guard, times: int = 5, operation: str = "send") -> None:
    """That many faults in a row."""
    for _ in range(times):
        with pytest.raises(PluginContractError):
            guard.call(operation, fail, LONG, str)


def test_an_answer_comes_back(guard: Guard) -> None:
    """The result of the work is the result of the call, made in another thread."""
    assert guard.call("send", lambda: threading.current_thread().name, LONG, str) == "plugin:sms-example"
    assert guard.busy == 0


def test_no_answer_in_time_is_told_as_silence(guard: Guard, stuck: Stuck) -> None:
    """The caller goes on; what the plugin did is not known."""
    with pytest.raises(PluginSilent) as caught:
        guard.call("send", stuck, SHORT, str)

    assert caught.value.retryable
    assert caught.value.facts["plugin"] == "sms-example"


def test_a_stuck_thread_counts_until_it_ends(guard: Guard, stuck: Stuck) -> None:
    """Two stuck calls fill the bulkhead; the third is refused without running; an ended one frees its place."""
    other = Stuck()
    for work in (stuck, other):
        with pytest.raises(PluginSilent):
            guard.call("send", work, SHORT, str)
    ran: list[int] = []

    with pytest.raises(PluginUnavailable) as caught:
        guard.call("send", lambda: ran.append(1), LONG, object)

    assert not isinstance(caught.value, PluginSilent)
    assert (guard.busy, ran) == (2, [])
    other.finish()
    assert guard.call("send", lambda: "free", LONG, str) == "free"


@pytest.mark.parametrize("error", [RuntimeError, SystemExit, KeyboardInterrupt, GeneratorExit, MemoryError])
def test_whatever_is_raised_ends_in_the_plugin(guard: Guard, error: type[BaseException]) -> None:
    """sys.exit() in a plugin is a contract error, not the end of the gateway."""

    def work() -> str:
        raise error

    with pytest.raises(PluginContractError) as caught:
        guard.call("send", work, LONG, str)

    assert error.__name__ in caught.value.facts["why"]


def test_a_failure_names_place_owner_and_type_but_no_text(guard: Guard) -> None:
    """Exception texts may hold names and numbers of persons; file, line and type do not."""
    with pytest.raises(PluginContractError) as caught:
        guard.call("send", fail, LONG, str)

    why = caught.value.facts["why"]
    line = fail.__code__.co_firstlineno + 2
    assert f"test_guard.py:{line}" in why
    assert "示例股" in why
    assert "KeyError" in why
    assert "张三" not in str(caught.value)
    assert "138" not in why
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_our_own_advice_is_passed_on(guard: Guard) -> None:
    """What the host itself found wrong is said in its own words."""

    def work() -> str:
        raise WrongAnswer("应返回 Verdict")

    with pytest.raises(PluginContractError, match="应返回 Verdict"):
        guard.call("judge", work, LONG, str)


def test_our_own_check_inside_a_call_keeps_its_sentence(guard: Guard) -> None:
    """A template that cannot be filled is found inside the call; the author reads what is wrong with it."""

    def work() -> str:
        raise PluginContractError(plugin="sms-example", why="模板中的占位符“x”没有值")

    with pytest.raises(PluginContractError) as caught:
        guard.call("report_fields", work, LONG, str)
    assert caught.value.facts["why"] == "模板中的占位符“x”没有值"


@pytest.mark.parametrize(
    ("error", "told"), [(HttpNotSent("refused"), PluginUnavailable), (HttpNoAnswer("closed"), PluginSilent)]
)
def test_an_outage_of_the_other_side_is_not_the_plugins_fault(
    guard: Guard, error: Exception, told: type[PluginUnavailable]
) -> None:
    """A plugin may let go of a connection error; nobody is sent to look for a bug in it."""

    def work() -> str:
        raise error

    with pytest.raises(PluginUnavailable) as caught:
        guard.call("pull", work, LONG, str)
    assert type(caught.value) is told


def test_a_wrong_type_is_a_contract_error(guard: Guard) -> None:
    """The message says what was expected and what came."""
    with pytest.raises(PluginContractError) as caught:
        guard.call("judge", lambda: 7, LONG, (str, bytes))

    assert "str 或 bytes" in caught.value.facts["why"]
    assert "int" in caught.value.facts["why"]


def test_a_coroutine_is_a_wrong_type_and_is_closed(guard: Guard) -> None:
    """An `async def` answers with a coroutine; nobody awaits it and no warning is left behind."""

    async def answer() -> str:
        return "never"

    work: Callable[[], object] = answer
    with pytest.raises(PluginContractError, match="coroutine"):
        guard.call("judge", work, LONG, str)


def test_five_faults_in_a_row_pause_the_operation(guard: Guard) -> None:
    """The sixth call is refused without running; another operation goes on."""
    break_it(guard)
    ran: list[int] = []

    with pytest.raises(PluginUnavailable):
        guard.call("send", lambda: ran.append(1), LONG, object)

    assert ran == []
    assert guard.paused("send")
    assert guard.call("query", lambda: "ok", LONG, str) == "ok"


def test_a_success_between_faults_starts_the_count_again(guard: Guard) -> None:
    """Only faults in a row count."""
    break_it(guard, 4)
    guard.call("send", lambda: "ok", LONG, str)
    break_it(guard, 4)

    assert not guard.paused("send")


def test_silence_counts_as_a_fault(clock: FakeClock, stuck: Stuck) -> None:
    """Five calls without answer pause the operation, too."""
    guard = Guard("sms-example", "示例股", 10, clock)
    for _ in range(5):
        with pytest.raises(PluginSilent):
            guard.call("send", lambda: stuck.go.wait(LONG), SHORT / 5, bool)

    assert guard.paused("send")


def test_being_busy_is_no_fault(guard: Guard, stuck: Stuck) -> None:
    """A refused call teaches the breaker nothing."""
    with pytest.raises(PluginSilent):
        guard.call("send", stuck, SHORT, str)
    other = Stuck()
    with pytest.raises(PluginSilent):
        guard.call("send", other, SHORT, str)
    for _ in range(9):
        with pytest.raises(PluginUnavailable):
            guard.call("send", str, LONG, str)
    other.finish()

    assert not guard.paused("send")


def test_the_pause_doubles_up_to_ten_minutes(guard: Guard, clock: FakeClock) -> None:
    """30 s, 60, 120 … 600: a probe before is refused, a failed probe at the time doubles the pause."""
    break_it(guard)
    for pause in (30, 60, 120, 240, 480, 600, 600):
        clock.advance(timedelta(seconds=pause - 1))
        with pytest.raises(PluginUnavailable):
            guard.call("send", str, LONG, str)
        clock.advance(timedelta(seconds=1))
        break_it(guard, 1)


def test_one_good_probe_ends_the_pause(guard: Guard, clock: FakeClock) -> None:
    """Afterwards the count starts anew and the next pause is short again."""
    break_it(guard)
    clock.advance(timedelta(seconds=30))
    assert guard.call("send", lambda: "ok", LONG, str) == "ok"

    assert not guard.paused("send")
    break_it(guard, 4)
    assert not guard.paused("send")


def test_only_one_probe_at_a_time(clock: FakeClock, stuck: Stuck) -> None:
    """While the probe runs, everybody else is refused."""
    guard = Guard("sms-example", "示例股", 4, clock)
    break_it(guard)
    clock.advance(timedelta(seconds=30))
    answers: list[str] = []
    probe = threading.Thread(target=lambda: answers.append(guard.call("send", stuck, LONG, str)))
    probe.start()
    assert stuck.begun.wait(LONG)

    with pytest.raises(PluginUnavailable):
        guard.call("send", str, LONG, str)

    stuck.finish()
    probe.join(LONG)
    assert answers == ["late"]
    assert not guard.paused("send")


def test_a_call_from_before_the_pause_does_not_end_it(clock: FakeClock, stuck: Stuck) -> None:
    """Only the probe decides; an old success is news of the past."""
    guard = Guard("sms-example", "示例股", 4, clock)
    early = threading.Thread(target=lambda: guard.call("send", stuck, LONG, str))
    early.start()
    assert stuck.begun.wait(LONG)
    break_it(guard)

    stuck.finish()
    early.join(LONG)

    assert guard.paused("send")


def test_no_call_inside_a_commit(guard: Guard) -> None:
    """The writer thread must touch the database only; other threads may call meanwhile."""
    ran: list[str] = []
    with forbid_calls(), pytest.raises(GatewayBug):
        guard.call("send", lambda: ran.append("inside"), LONG, object)
    with forbid_calls():
        other = threading.Thread(target=lambda: ran.append(guard.call("send", lambda: "other", LONG, str)))
        other.start()
        other.join(LONG)

    assert ran == ["other"]
    assert guard.call("send", lambda: "after", LONG, str) == "after"


def test_the_ban_ends_only_with_the_outermost(guard: Guard) -> None:
    """Nesting does not lift it early."""
    with forbid_calls():
        with forbid_calls():
            pass
        with pytest.raises(GatewayBug):
            guard.call("send", str, LONG, str)


def test_no_time_left_means_not_asked(guard: Guard) -> None:
    """A caller without time gets a plain 'unavailable': nothing was begun."""
    with pytest.raises(PluginUnavailable) as caught:
        guard.call("send", str, 0, str)

    assert not isinstance(caught.value, PluginSilent)


def test_many_callers_never_exceed_the_limit(clock: FakeClock) -> None:
    """The bulkhead holds under contention."""
    guard = Guard("sms-example", "示例股", 3, clock)
    now, most, lock = 0, 0, threading.Lock()

    def work() -> str:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        with lock:
            now -= 1
        return "ok"

    def caller() -> None:
        for _ in range(20):
            try:
                guard.call("send", work, LONG, str)
            except PluginUnavailable:
                continue

    run_all([caller] * 8)

    assert 0 < most <= 3
    assert guard.busy == 0


def run_all(callers: list[Callable[[], None]]) -> None:
    """Run them at the same time and wait for all."""
    threads = [threading.Thread(target=caller) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
