"""Commands as plain values: the one spelling they are compared by, and what no database could store."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

from pydantic import TypeAdapter

from gateway.errors import FieldInvalid

_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """Reads and writes values of this type; made once."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def fingerprint(command: Any, secret: bytes) -> bytes:
    """HMAC-SHA256 over a canonical spelling of a command; protobuf bytes are not canonical, so we make our own.

    Keyed, because a command may hold few unknown digits of a person's number. The same instant is the same, whatever
    its offset. FieldInvalid if a text holds what no database stores.
    """
    text = json.dumps(plain(command), sort_keys=True, ensure_ascii=False, default=_spelled)
    return hmac.digest(secret, text.encode(), "sha256")


def plain(command: Any) -> Any:
    """The command as mappings, lists and values; FieldInvalid if a text holds NUL or half a character."""
    values = adapter(type(command)).dump_python(command)
    for field, text in _texts(values, "request"):
        if _UNSTORABLE.search(text):
            raise FieldInvalid(field=field, why="含有不可见字符")
    return values


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _texts(part, str(name))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part, field)


def _spelled(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"a command cannot hold a {type(value).__name__}")
