"""Field formats shared by use cases: present, short enough, no control characters."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gateway.errors import FieldInvalid, FieldMissing

MOST_PERSONS = 50
_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}")


def text(value: str, field: str, most: int, *, required: bool = True) -> str:
    """A trimmed line of at most `most` characters without control characters."""
    line = value.strip()
    if required and not line:
        raise FieldMissing(field=field)
    if len(line) > most:
        raise FieldInvalid(field=field, why=f"最多 {most} 个字符")
    if any(not character.isprintable() for character in line):
        raise FieldInvalid(field=field, why="含有不可见字符")
    return line


def names(values: Sequence[str], field: str) -> tuple[str, ...]:
    """Numbers of persons: each a line of at most 32 characters, at most 50 of them."""
    if len(values) > MOST_PERSONS:
        raise FieldInvalid(field=field, why=f"最多 {MOST_PERSONS} 人")
    return tuple(text(value, field, 32) for value in values)


def phone(value: str, field: str) -> str:
    """A mainland mobile or fixed number."""
    number = text(value, field, 20)
    if not _PHONE.fullmatch(number):
        raise FieldInvalid(field=field, why="应为 11 位手机号或带区号的固定电话")
    return number
