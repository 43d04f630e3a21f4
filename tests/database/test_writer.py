"""Group commit: fewer commits than answers, no answer before its commit, and nobody's trouble is another's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, wait
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.database.writer import Writer
from gateway.errors import Conflict, Overloaded, StorageUnavailable

PATIENCE = 20.0
Work = Callable[[sa.Connection], Any]
Make = Callable[..., Writer]


@pytest.fixture
def make(writing: sa.Engine, notes: sa.Table) -> Iterator[Make]:
    """`make(batch=…)`: a running writer, stopped before the notes go."""
    assert notes.name
    made: list[Writer] = []

    def start(**options: Any) -> Writer:
        made.append(Writer(writing, **options))
        made[-1].start()
        return made[-1]

    yield start
    for writer in made:
        writer.stop()


class Held:
    """A piece of work that keeps the writer until it is let go."""

    def __init__(self, writer: Writer) -> None:
        self.begun, self.go = threading.Event(), threading.Event()
        self.answer = writer.submit(self._work)
        assert self.begun.wait(PATIENCE)

    def _work(self, _connection: sa.Connection) -> str:
        self.begun.set()
        assert self.go.wait(PATIENCE)
        return "held"


def insert(notes: sa.Table, number: int) -> Work:
    """Work that inserts a note and answers its number."""

    def work(connection: sa.Connection) -> int:
        connection.execute(sa.insert(notes).values(id=number, text="x"))
        return number

    return work


def ids(engine: sa.Engine, notes: sa.Table) -> list[int]:
    """What another connection sees."""
    with engine.connect() as connection:
        return list(connection.execute(sa.select(notes.c.id).order_by(notes.c.id)).scalars())


def test_many_answers_share_a_commit(make: Make, writing: sa.Engine, reading: sa.Engine, notes: sa.Table) -> None:
    """Two hundred pieces from eight threads need far fewer commits, and every answer is its own."""
    commits: list[int] = []
    sa.event.listen(writing, "commit", lambda _connection: commits.append(1))
    writer = make()
    held = Held(writer)
    answers: dict[int, Future[int]] = {}

    def produce(first: int) -> None:
        for number in range(first, first + 25):
            answers[number] = writer.submit(insert(notes, number))

    threads = [threading.Thread(target=produce, args=(first,)) for first in range(0, 200, 25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    held.go.set()
    wait(answers.values(), PATIENCE)
    assert {number: answer.result(0) for number, answer in answers.items()} == {n: n for n in range(200)}
    assert ids(reading, notes) == list(range(200))
    # 200 pieces in batches of 64, and the one that held the writer.
    assert len(commits) == 5


def test_one_failing_piece_touches_nobody_else(make: Make, reading: sa.Engine, notes: sa.Table) -> None:
    """A refusal, a bug and a broken statement undo their own rows; the pieces around them commit."""
    writer = make()
    held = Held(writer)

    def failing(number: int, error: Exception) -> Work:
        def work(connection: sa.Connection) -> None:
            insert(notes, number)(connection)
            raise error

        return work

    def broken(connection: sa.Connection) -> None:
        insert(notes, 7)(connection)
        connection.execute(sa.text("SELECT nothing FROM nowhere"))

    pieces = [
        insert(notes, 1),
        failing(2, Conflict(what="x")),
        insert(notes, 3),
        failing(4, ZeroDivisionError()),
        insert(notes, 5),
        insert(notes, 5),
        broken,
        insert(notes, 8),
    ]
    answers = [writer.submit(piece) for piece in pieces]
    held.go.set()
    got = [type(answer.exception(PATIENCE)) for answer in answers]
    nothing = type(None)
    assert got == [
        nothing,
        Conflict,
        nothing,
        ZeroDivisionError,
        nothing,
        StorageUnavailable,
        StorageUnavailable,
        nothing,
    ]
    assert ids(reading, notes) == [1, 3, 5, 8]


def test_an_answer_comes_after_its_commit(make: Make, reading: sa.Engine, notes: sa.Table) -> None:
    """Inside the done-callback another connection already sees the row: OK means durable (C1)."""
    writer = make()
    held = Held(writer)
    seen: list[list[int]] = []
    answers = [writer.submit(insert(notes, number)) for number in range(3)]
    for answer in answers:
        answer.add_done_callback(lambda _done: seen.append(ids(reading, notes)))
    held.go.set()
    wait(answers, PATIENCE)
    writer.stop()
    assert seen == [[0, 1, 2]] * 3


def test_a_failed_commit_answers_nobody_ok(make: Make, writing: sa.Engine, reading: sa.Engine, notes: sa.Table) -> None:
    """If the commit itself fails every piece of it is STORAGE_UNAVAILABLE; the next batch works on a new connection."""
    failures = [sa.exc.OperationalError("COMMIT", {}, Exception("disk full"))]

    def fail(_connection: sa.Connection) -> None:
        if failures:
            raise failures.pop()

    writer = make()
    held = Held(writer)
    answers = [writer.submit(insert(notes, number)) for number in range(3)]
    refused = writer.submit(_refuse)
    sa.event.listen(writing, "commit", fail)
    held.go.set()
    # The commit that fails is that of the piece which held the writer; those behind it are the next batch.
    assert isinstance(held.answer.exception(PATIENCE), StorageUnavailable)
    assert [answer.result(PATIENCE) for answer in answers] == [0, 1, 2]
    assert isinstance(refused.exception(PATIENCE), Conflict)

    again = Held(writer)
    late = [writer.submit(insert(notes, number)) for number in (3, 4)]
    refused = writer.submit(_refuse)
    writer.submit(lambda _connection: failures.append(sa.exc.OperationalError("COMMIT", {}, Exception("no"))))
    again.go.set()
    # A refusal that was to be recorded in the same commit is in doubt like everything else.
    assert {type(answer.exception(PATIENCE)) for answer in (*late, refused)} == {StorageUnavailable}
    assert writer.submit(insert(notes, 5)).result(PATIENCE) == 5
    assert ids(reading, notes) == [0, 1, 2, 5]


def _refuse(_connection: sa.Connection) -> None:
    raise Conflict(what="x")


def test_no_connection_is_storage_unavailable() -> None:
    """A database that is not there refuses with a retriable error, and the writer lives on."""
    engine = sa.create_engine("sqlite:////nowhere/at/all/kanyan.db")
    writer = Writer(engine)
    writer.start()
    for _ in range(2):
        assert isinstance(writer.submit(lambda _connection: 1).exception(PATIENCE), StorageUnavailable)
    writer.stop()


def test_a_lost_connection_fails_its_batch_only(make: Make, writing: sa.Engine, notes: sa.Table) -> None:
    """When the server ends the connection the batch is in doubt; the next one gets a new connection."""
    if writing.dialect.name != "postgresql":
        pytest.skip("an SQLite file does not hang up")
    writer = make()
    backend = writer.submit(lambda c: c.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()).result(PATIENCE)
    killer = sa.create_engine(writing.url, isolation_level="AUTOCOMMIT")
    held = Held(writer)
    answers = [writer.submit(insert(notes, number)) for number in range(2)]
    with killer.connect() as connection:
        connection.execute(sa.text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})
    killer.dispose()
    held.go.set()
    assert isinstance(held.answer.exception(PATIENCE), StorageUnavailable)
    wait(answers, PATIENCE)
    assert writer.submit(insert(notes, 9)).result(PATIENCE) == 9


def test_a_full_queue_is_overloaded(make: Make) -> None:
    """Beyond the capacity nothing more is queued; what waits is still done."""
    writer = make(capacity=2)
    held = Held(writer)
    waiting = [writer.submit(lambda _connection: "done") for _ in range(2)]
    with pytest.raises(Overloaded):
        writer.submit(lambda _connection: "too much")
    held.go.set()
    assert [answer.result(PATIENCE) for answer in waiting] == ["done", "done"]


def test_a_cancelled_piece_is_not_run(make: Make, reading: sa.Engine, notes: sa.Table) -> None:
    """A caller who gave up before its turn came leaves nothing behind."""
    writer = make()
    held = Held(writer)
    given_up, other = writer.submit(insert(notes, 1)), writer.submit(insert(notes, 2))
    assert given_up.cancel()
    assert not held.answer.cancel()
    held.go.set()
    assert other.result(PATIENCE) == 2
    with pytest.raises(CancelledError):
        given_up.result(PATIENCE)
    assert ids(reading, notes) == [2]


def test_stop_finishes_what_waits(make: Make, reading: sa.Engine, notes: sa.Table) -> None:
    """Stopping does what was accepted, then accepts nothing more; stopping twice is no error."""
    writer = make(batch=2)
    held = Held(writer)
    answers = [writer.submit(insert(notes, number)) for number in range(7)]
    stopping = threading.Thread(target=writer.stop)
    stopping.start()
    held.go.set()
    stopping.join(PATIENCE)
    assert not stopping.is_alive()
    assert [answer.result(0) for answer in answers] == list(range(7))
    assert ids(reading, notes) == list(range(7))
    with pytest.raises(StorageUnavailable):
        writer.submit(lambda _connection: 1)
    writer.stop()


def test_a_writer_that_never_ran_leaves_nobody_waiting(writing: sa.Engine) -> None:
    """Stopping a writer that was never started answers what waits with a retriable error."""
    writer = Writer(writing)
    answer = writer.submit(lambda _connection: 1)
    writer.stop()
    assert isinstance(answer.exception(0), StorageUnavailable)


def test_no_piece_is_lost_between_submit_and_stop(writing: sa.Engine) -> None:
    """However submitting and stopping interleave, every piece that was taken is answered."""
    for _ in range(6):
        writer = Writer(writing, capacity=50)
        writer.start()
        answers: list[Future[int]] = []
        begun = threading.Event()

        def produce(
            writer: Writer = writer, answers: list[Future[int]] = answers, begun: threading.Event = begun
        ) -> None:
            while True:
                try:
                    answers.append(writer.submit(lambda _connection: 1))
                except (StorageUnavailable, Overloaded):
                    return
                begun.set()

        producer = threading.Thread(target=produce)
        producer.start()
        assert begun.wait(PATIENCE)
        writer.stop()
        producer.join(PATIENCE)
        assert not wait(answers, PATIENCE).not_done


def test_every_piece_is_fenced(make: Make) -> None:
    """Work runs inside the fence, piece by piece, on the writer's thread; answers are given outside of it."""
    entered: list[str] = []
    inside = threading.local()

    class Fence:
        def __enter__(self) -> None:
            entered.append(threading.current_thread().name)
            inside.now = True

        def __exit__(self, *_: object) -> None:
            inside.now = False

    writer = make(fence=Fence)
    held = Held(writer)
    answers = [writer.submit(lambda _connection: inside.now) for _ in range(3)]
    outside: list[bool] = []
    for answer in answers:
        answer.add_done_callback(lambda _done: outside.append(inside.now))
    held.go.set()
    assert [answer.result(PATIENCE) for answer in answers] == [True] * 3
    writer.stop()
    assert outside == [False] * 3
    assert entered == ["kanyan-writer"] * 4


def test_listeners_hear_of_commits_and_cannot_stop_the_writer(make: Make, notes: sa.Table) -> None:
    """`after_commit` is called once per commit; a listener that raises does not end the writer of all."""
    heard: list[int] = []

    def broken() -> None:
        raise ZeroDivisionError

    writer = make(after_commit=[broken, lambda: heard.append(1)])
    for number in range(3):
        assert writer.submit(insert(notes, number)).result(PATIENCE) == number
    writer.stop()
    assert len(heard) == 3


def test_a_callback_that_raises_does_not_stop_the_writer(make: Make) -> None:
    """Whoever waits for an answer may fail over it; the writer goes on."""
    writer = make()
    held = Held(writer)
    answer = writer.submit(lambda _connection: 1)
    answer.add_done_callback(lambda _done: 1 / 0)
    held.go.set()
    assert answer.result(PATIENCE) == 1
    assert writer.submit(lambda _connection: 2).result(PATIENCE) == 2
