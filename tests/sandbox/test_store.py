"""Rules of the journal: what was answered for is there after any end of the process."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from gateway.errors import ConfigInvalid, ConfigNotFound, DataDirInUse, StorageUnavailable
from gateway.sandbox.store import Delivery, Store
from gateway.testkit.clock import FakeClock

DELIVERY = Delivery("sms", "d-1", "visit.filed", "19911110001", {"text": "示例"}, "digest")


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """A store on this journal."""
    with closing(Store(path, FakeClock(), receipt_prefix="T")) as store:
        yield store


def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    """Receipts, attempts, cases and the numbering are the same after reopening."""
    path = tmp_path / "s.jsonl"
    with opened(path) as store:
        store.note_attempt(DELIVERY)
        receipt = store.take(DELIVERY)
        store.add_case({"case_no": "示例-1"})
        before = (store.received(), store.cases_after(0), store.next_number())
    with opened(path) as store:
        assert (store.received(), store.cases_after(0), store.next_number()) == before
        assert store.take(DELIVERY) == receipt


def test_torn_last_line_is_cut_off(tmp_path: Path) -> None:
    """A line that was being written when the process died was never answered for; the next one stands on its own."""
    path = tmp_path / "s.jsonl"
    with opened(path) as store:
        store.take(DELIVERY)
    with path.open("ab") as file:
        file.write(b'{"what": "taken", "ke')
    with opened(path) as store:
        store.add_case({"case_no": "示例-1"})
    with opened(path) as store:
        assert len(store.received()) == 1
        assert len(store.cases_after(0)) == 1


@pytest.mark.parametrize("line", [b"garbage\n", b"[]\n", b"{}\n", b'{"what": "taken", "key": 3}\n'])
def test_damage_inside_is_reported_with_its_line(tmp_path: Path, line: bytes) -> None:
    """A damaged whole line stops the start, with file and line number."""
    path = tmp_path / "s.jsonl"
    path.write_bytes(line)
    with pytest.raises(ConfigInvalid) as caught:
        Store(path, FakeClock(), receipt_prefix="T")
    assert caught.value.facts["where"] == f"{path}:1"


def test_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk does not take a line, the caller is told and neither memory nor file has it."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    path = tmp_path / "s.jsonl"
    with opened(path) as store:
        monkeypatch.setattr("gateway.sandbox.journal.os.fsync", full)
        with pytest.raises(StorageUnavailable):
            store.take(DELIVERY)
        assert store.receipt("sms", "d-1") is None
    assert path.read_bytes() == b""


def test_second_holder_is_refused(tmp_path: Path) -> None:
    """Two processes never write one journal."""
    with opened(tmp_path / "s.jsonl"), pytest.raises(DataDirInUse):
        Store(tmp_path / "s.jsonl", FakeClock(), receipt_prefix="T")


def test_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A data directory that is a file gives a clear error with the path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigNotFound) as caught:
        Store(tmp_path / "file" / "s.jsonl", FakeClock(), receipt_prefix="T")
    assert "file" in caught.value.facts["path"]
