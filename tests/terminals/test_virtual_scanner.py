"""Rules of the virtual scanner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.errors import SerialBusy
from gateway.testkit.clock import FakeClock
from terminals.virtual_scanner import VirtualScanner


@pytest.mark.parametrize("baud", [9600, 115200])
def test_pace(baud: int, clock: FakeClock) -> None:
    """A frame takes its wire time: 10 bits a byte."""
    scanner = VirtualScanner(baud, clock=clock, sleep=lambda s: clock.advance(timedelta(seconds=s)))
    try:
        assert scanner.scan(b"1" * 245) == pytest.approx(246 * 10 / baud, rel=1e-3)
    finally:
        scanner.close()


def test_late_sleep_is_caught_up(clock: FakeClock) -> None:
    """Deadlines are absolute: sleeps that overrun do not add up."""
    scanner = VirtualScanner(9600, clock=clock, sleep=lambda s: clock.advance(timedelta(seconds=s * 1.5)))
    try:
        assert scanner.send(b"1" * 960) == pytest.approx(1.0, abs=0.01)
    finally:
        scanner.close()


def test_unread_bytes_are_lost(clock: FakeClock) -> None:
    """What nobody reads is lost once the buffer is full, as on a line without flow control; sending never blocks."""
    scanner = VirtualScanner(921600, clock=clock, sleep=lambda _: None)
    try:
        scanner.send(b"1" * 100_000)
        assert scanner.lost_bytes > 0
    finally:
        scanner.close()


def test_link(plug: Callable[..., VirtualScanner], tmp_path: Path) -> None:
    """The link follows the newest scanner, and an older one does not take it away."""
    first, link = plug(), tmp_path / "scanner"
    second = plug()
    assert str(link.readlink()) == second.device
    first.close()
    assert str(link.readlink()) == second.device
    second.close()
    assert not link.is_symlink()


def test_link_over_a_file(tmp_path: Path, clock: FakeClock) -> None:
    """A file that is no link is not overwritten."""
    (tmp_path / "file").write_text("示例")
    with pytest.raises(SerialBusy):
        VirtualScanner(9600, clock=clock, sleep=lambda _: None, link=tmp_path / "file")
    assert (tmp_path / "file").read_text() == "示例"
