"""The channel: one JSON line per notice in a file, each delivery id once."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from gateway.sdk import Done, Notice, Outcome, PluginContext, Retry, Uncertain


class FileSms:
    """`gateway.sdk.Notifier` for the file at `file`. Safe to use from many threads of one process."""

    name = "sms-console"

    def __init__(self) -> None:
        # Between reading the file back and appending, nobody else may append the same delivery.
        self._turn = threading.Lock()

    def send(self, notice: Notice, context: PluginContext) -> Outcome:
        """Append it unless it is there; Done means that the line is on disk."""
        path = _path(context)
        line = {"delivery_id": notice.delivery_id, "kind": notice.kind, "phone": notice.phone, "text": notice.text}
        with self._turn:
            try:
                if notice.delivery_id in _delivered(path):
                    return Done(notice.delivery_id)
            except OSError as error:
                return Retry(f"the file cannot be read: {error.strerror}")
            outcome = _append(path, json.dumps({**line, "written_at": context.now.isoformat()}, ensure_ascii=False))
        context.log.info(
            "sms_written", delivery_id=notice.delivery_id, kind=notice.kind, outcome=type(outcome).__name__
        )
        return outcome

    def query(self, delivery_id: str, context: PluginContext) -> Outcome:
        """Is its line in the file?"""
        with self._turn:
            try:
                found = delivery_id in _delivered(_path(context))
            except OSError as error:
                return Uncertain(f"the file cannot be read: {error.strerror}")
        return Done(delivery_id) if found else Retry("not there")


def _path(context: PluginContext) -> Path:
    return Path(str(context.config["file"]))


def _append(path: Path, line: str) -> Outcome:
    try:
        # Texts hold one-time codes: nobody but the gateway's own account reads them.
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    except OSError as error:
        return Retry(f"the file cannot be opened: {error.strerror}")
    with os.fdopen(handle, "r+b", buffering=0) as file:
        try:
            # A line torn by a crash is closed, so that the new one stands on its own.
            start = b"" if _ends_whole(file.fileno()) else b"\n"
            raw = start + line.encode("utf-8", "replace") + b"\n"
            if file.write(raw) != len(raw):
                return Uncertain("the line was written in part")
            os.fsync(file.fileno())
        except OSError as error:
            return Uncertain(f"the file cannot be written: {error.strerror}")
    return Done(str(json.loads(line)["delivery_id"]))


def _ends_whole(handle: int) -> bool:
    size = os.fstat(handle).st_size
    return size == 0 or os.pread(handle, 1, size - 1) == b"\n"


def _delivered(path: Path) -> set[str]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return set()
    return {line["delivery_id"] for line in _whole_lines(raw)}


def _whole_lines(raw: bytes) -> Iterator[dict[str, str]]:
    # The part after the last line break was torn by a crash; it is no line.
    for text in raw[: raw.rfind(b"\n") + 1].splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and isinstance(line.get("delivery_id"), str):
            yield line
