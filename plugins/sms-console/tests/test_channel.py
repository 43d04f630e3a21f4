"""Rules of the file channel."""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sms_console.channel import FileSms

from gateway.sdk import Done, Notice, PluginContext, Retry, Uncertain
from gateway.testkit.contexts import FakeLog


def lines(file: Path) -> list[dict[str, Any]]:
    """What stands in the file."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_notice_becomes_a_line(notice: Notice, context: PluginContext, file: Path, example: Any) -> None:
    """A notice is one line, exactly as in examples/sms.jsonl."""
    assert FileSms().send(notice, context) == Done(notice.delivery_id)
    assert lines(file) == [example]


def test_same_delivery_is_written_once(notice: Notice, context: PluginContext, file: Path) -> None:
    """A second attempt, even by a gateway that was restarted, writes nothing and is Done."""
    FileSms().send(notice, context)
    assert FileSms().send(replace(notice, attempt=2), context) == Done(notice.delivery_id)
    assert len(lines(file)) == 1


def test_many_threads_write_each_delivery_once(notice: Notice, context: PluginContext, file: Path) -> None:
    """Attempts at the same time neither double nor mix lines."""
    channel = FileSms()
    notices = [replace(notice, delivery_id=f"d-{number % 10}") for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        outcomes: Sequence[object] = list(pool.map(lambda one: channel.send(one, context), notices))
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert sorted(line["delivery_id"] for line in lines(file)) == [f"d-{number}" for number in range(10)]


def test_query_reads_the_file(notice: Notice, context: PluginContext) -> None:
    """Asking finds what was written, and says of anything else that it is not there."""
    assert FileSms().query(notice.delivery_id, context) == Retry("not there")
    FileSms().send(notice, context)
    assert FileSms().query(notice.delivery_id, context) == Done(notice.delivery_id)
    assert FileSms().query("other", context) == Retry("not there")


def test_torn_line_does_not_count(notice: Notice, context: PluginContext, file: Path) -> None:
    """A line torn by a crash is not there, and the next line stands on its own."""
    FileSms().send(notice, context)
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    assert FileSms().query(notice.delivery_id, context) == Retry("not there")
    file.write_bytes(whole[:40])
    assert FileSms().send(notice, context) == Done(notice.delivery_id)
    assert json.loads(file.read_bytes().splitlines()[1])["delivery_id"] == notice.delivery_id


def test_foreign_lines_are_passed_over(notice: Notice, context: PluginContext, file: Path) -> None:
    """What somebody else wrote into the file hinders nothing."""
    file.write_bytes(b'\xff\n[]\n{"delivery_id": 7}\n\n')
    assert FileSms().send(notice, context) == Done(notice.delivery_id)


def test_line_breaks_stay_inside_the_line(notice: Notice, context: PluginContext, file: Path) -> None:
    """A text with line breaks is still one line and comes back whole."""
    FileSms().send(replace(notice, text="一\n二\r\n三\u2028四"), context)
    assert json.loads(file.read_bytes().rstrip(b"\n"))["text"] == "一\n二\r\n三\u2028四"
    assert FileSms().query(notice.delivery_id, context) == Done(notice.delivery_id)


def test_file_is_for_its_owner_only(notice: Notice, context: PluginContext, file: Path) -> None:
    """Other accounts of the machine cannot read one-time codes."""
    FileSms().send(notice, context)
    assert file.stat().st_mode & 0o077 == 0


def test_log_has_neither_number_nor_text(notice: Notice, context: PluginContext) -> None:
    """The log line names delivery, kind and outcome and nothing of the person."""
    FileSms().send(notice, context)
    assert isinstance(context.log, FakeLog)
    facts = {"delivery_id": notice.delivery_id, "kind": "visit.filed", "outcome": "Done"}
    assert context.log.lines == [("info", "sms_written", facts)]


def test_place_that_cannot_be_opened_is_retried(notice: Notice, context: PluginContext, file: Path) -> None:
    """Without its folder, or with a folder in its place, nothing was written: Retry, and asking cannot tell."""
    away = replace(context, config={"file": str(file.parent / "missing" / "sms.jsonl")})
    assert isinstance(FileSms().send(notice, away), Retry)
    file.mkdir()
    assert isinstance(FileSms().send(notice, context), Retry)
    assert isinstance(FileSms().query(notice.delivery_id, context), Uncertain)


def test_failed_sync_is_uncertain(notice: Notice, context: PluginContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that may not have reached the disk is Uncertain, and asking settles it."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("sms_console.channel.os.fsync", full)
    assert FileSms().send(notice, context) == Uncertain("the file cannot be written: no space")
    assert FileSms().query(notice.delivery_id, context) == Done(notice.delivery_id)
