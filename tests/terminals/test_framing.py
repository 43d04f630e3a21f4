"""Rules of the framer."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from terminals.framing import FRAME_MAX, Dropped, DropReason, Event, Frame, LineFramer, idle_seconds


def framer(limit: int = FRAME_MAX) -> LineFramer:
    """A framer that calls 300 ms silence."""
    return LineFramer(0.3, limit=limit)


def fed(data: bytes, cuts: list[int], limit: int = FRAME_MAX) -> list[Event]:
    """The events of data cut at these offsets."""
    machine, events = framer(limit), list[Event]()
    for begin, end in pairwise([0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]):
        events += machine.feed(data[begin:end], 0.0)
    return events


WIRE = st.lists(st.sampled_from([b"A", b"KY", b"\r", b"\n", b"\r\n", b"\x00", b"\xff", b"1" * 9])).map(b"".join)


@given(WIRE, st.lists(st.integers(0, 200)))
def test_chunks(data: bytes, cuts: list[int]) -> None:
    """However the bytes are cut into chunks, the events are the same."""
    assert fed(data, cuts, limit=12) == fed(data, [], limit=12)


@given(st.lists(st.binary(max_size=40).map(lambda b: b.replace(b"\r", b"").replace(b"\n", b""))), st.integers(0, 4))
def test_terminators(bodies: list[bytes], which: int) -> None:
    """CR, LF, CRLF, LFCR and CRCRLF all end one frame, and none makes an empty one."""
    end = (b"\r", b"\n", b"\r\n", b"\n\r", b"\r\r\n")[which]
    frames = fed(b"".join(body + end for body in bodies), [])
    assert [frame.data for frame in frames if isinstance(frame, Frame)] == [body for body in bodies if body]


def test_split_crlf() -> None:
    """A CRLF cut between two reads ends one frame and starts none."""
    machine = framer()
    assert machine.feed(b"ONE\r", 0.0) == [Frame(b"ONE")]
    assert machine.feed(b"\n", 0.1) == []
    assert machine.deadline() is None


def test_too_long() -> None:
    """An over-long frame is reported once, held by no one, and the next frame is whole."""
    machine = framer(limit=10)
    assert machine.feed(b"x" * 11, 0.0) == [Dropped(DropReason.TOO_LONG)]
    assert machine.feed(b"x" * 5000, 0.0) == []
    assert machine.feed(b"tail\rNEXT\r", 0.0) == [Frame(b"NEXT")]


def test_longest() -> None:
    """A frame of exactly the limit passes."""
    assert fed(b"x" * FRAME_MAX + b"\r", []) == [Frame(b"x" * FRAME_MAX)]


def test_dirty() -> None:
    """Control bytes make a frame dirty; bytes of Chinese text do not."""
    assert fed(b"A\x00B\r\x1bC\r\x7f\r\xd6\xd0\r", []) == [
        Frame(b"A\x00B", dirty=True),
        Frame(b"\x1bC", dirty=True),
        Frame(b"\x7f", dirty=True),
        Frame(b"\xd6\xd0"),
    ]


def test_no_search_inside() -> None:
    """A half frame glued to a whole one stays one bad frame: the start of a code is never looked for inside."""
    assert fed(b"https://a/v/12https://a/v/1234\r", []) == [Frame(b"https://a/v/12https://a/v/1234")]


def test_idle() -> None:
    """A frame that falls silent is dropped whole, and what comes later is not joined to it."""
    machine = framer()
    machine.feed(b"HALF", 10.0)
    assert machine.expire(10.29) == []
    assert machine.expire(10.3) == [Dropped(DropReason.IDLE)]
    assert machine.feed(b"WHOLE\r", 11.0) == [Frame(b"WHOLE")]


def test_late_reading_is_no_silence() -> None:
    """Bytes fed late do not expire by themselves: the process may have stalled, not the scanner."""
    machine = framer()
    machine.feed(b"HA", 10.0)
    assert machine.feed(b"LF\r", 99.0) == [Frame(b"HALF")]


def test_idle_after_too_long() -> None:
    """Silence also ends an over-long frame, which was reported already."""
    machine = framer(limit=4)
    machine.feed(b"12345", 10.0)
    assert machine.expire(10.3) == []
    assert machine.feed(b"OK\r", 11.0) == [Frame(b"OK")]


def test_disconnect() -> None:
    """What was read before the line was lost is never joined with what comes after."""
    machine = framer()
    machine.feed(b"TW", 0.0)
    assert machine.reset() == [Dropped(DropReason.DISCONNECT)]
    assert machine.feed(b"THREE\r", 0.0) == [Frame(b"THREE")]


def test_idle_seconds() -> None:
    """Silence is at least 300 ms, and more on a slow line."""
    assert idle_seconds(9600) == 0.3
    assert idle_seconds(300) > 1.0
