"""An append-only file of JSON lines that survives the process, held by one process at a time."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from typing import Any

from gateway.errors import ConfigInvalid, ConfigNotFound, DataDirInUse, StorageUnavailable

Line = dict[str, Any]


class Journal:
    """What was written is there after a crash; a torn last line was never answered for and is cut off."""

    def __init__(self, path: Path) -> None:
        """Open and lock. Raises ConfigNotFound where the place cannot be written, DataDirInUse where it is held."""
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a+b", buffering=0)
        except OSError as error:
            raise ConfigNotFound(path=path, why=error.strerror) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise DataDirInUse(path=path.parent) from error

    def lines(self) -> list[Line]:
        """All lines, oldest first. Raises ConfigInvalid where a line other than a torn last one is damaged."""
        self._file.seek(0)
        raw = self._file.read()
        whole = raw.rfind(b"\n") + 1
        if whole < len(raw):
            self._file.truncate(whole)
        return [self._parse(number, text) for number, text in enumerate(raw[:whole].splitlines(), 1)]

    def append(self, line: Line, *, durable: bool = True) -> None:
        """Write one line, synced to disk where `durable`. Raises StorageUnavailable; then nothing was written."""
        raw = json.dumps(line).encode() + b"\n"
        size = self._file.seek(0, os.SEEK_END)
        try:
            if self._file.write(raw) != len(raw):
                raise OSError("short write")
            if durable:
                os.fsync(self._file.fileno())
        except OSError as error:
            self._file.truncate(size)
            raise StorageUnavailable from error

    def close(self) -> None:
        """Let another process have the file."""
        self._file.close()

    def _parse(self, number: int, text: bytes) -> Line:
        try:
            line = json.loads(text)
        except ValueError as error:
            raise ConfigInvalid(where=f"{self._path}:{number}", why="这一行不是 JSON") from error
        if not isinstance(line, dict):
            raise ConfigInvalid(where=f"{self._path}:{number}", why="这一行不是 JSON 对象")
        return line
