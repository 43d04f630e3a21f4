"""The platform's records to our events; what cannot be read is said by field, never by value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from gateway.sdk import CaseAccepted, Event, MatterPublished, Unit
from upstream_province.cursor import CASES, CATALOGUE

LONGEST_CODE = 64
LONGEST_TEXT = 2000

UNITS: Mapping[str, str] = {"1": Unit.WORKING_DAY.value, "2": Unit.CALENDAR_DAY.value}
"""The platform's anticipate_type and promise_type. Its real codes are not public: check them before going live."""

PERSON, ENTERPRISE = "1", "2"
"""The platform's applicant_type."""


class Unreadable(Exception):
    """A record that cannot be read; the text names the field."""


def external_id(item: Any) -> str:
    """The platform's own number of a record, empty if it has none."""
    if not isinstance(item, Mapping):
        return ""
    found = item.get("case_no") or item.get("task_code")
    return found[:LONGEST_CODE].encode("utf-8", "replace").decode() if isinstance(found, str) else ""


def read_matter(item: Any) -> MatterPublished:
    """A matter of the catalogue; raises Unreadable."""
    record = _record(item)
    return MatterPublished(
        catalog_code=_text(record, "catalog_code", LONGEST_CODE),
        task_code=_text(record, "task_code", LONGEST_CODE),
        task_name=_text(record, "task_name"),
        task_version=_number(record, "task_version"),
        dept_code=_text(record, "dept_code", LONGEST_CODE),
        dept_name=_text(record, "dept_name"),
        kinds=tuple(kind for kind in re.split(r"[,,、\s]+", _text(record, "special_procedure")) if kind),
        by_law=_text(record, "by_law"),
        visit_basis=_text(record, "special_procedure_basis"),
        anticipate_day=_number(record, "anticipate_day"),
        anticipate_type=_unit(record, "anticipate_type"),
        promise_day=_number(record, "promise_day"),
        promise_type=_unit(record, "promise_type"),
    )


def read_case(item: Any) -> CaseAccepted:
    """An accepted case; raises Unreadable."""
    record = _record(item)
    kind = _text(record, "applicant_type")
    if kind not in (PERSON, ENTERPRISE):
        raise Unreadable("applicant_type: unknown code")
    code = _text(record, "applicant_code", LONGEST_CODE)
    return CaseAccepted(
        case_no=_text(record, "case_no", LONGEST_CODE),
        task_code=_text(record, "task_code", LONGEST_CODE),
        accepted_at=_moment(record, "accepted_at"),
        party_name=_text(record, "applicant_name"),
        party_uscc=code if kind == ENTERPRISE else "",
        party_citizen_id=code if kind == PERSON else "",
        contact_name=_text(record, "contact_name"),
        contact_phone=_text(record, "contact_mobile", LONGEST_CODE),
        address=_text(record, "address"),
        dept_phone=_text(record, "dept_phone", LONGEST_CODE),
    )


READERS: Mapping[str, Callable[[Any], Event]] = {CATALOGUE: read_matter, CASES: read_case}


def _record(item: Any) -> Mapping[str, Any]:
    if not isinstance(item, Mapping):
        raise Unreadable("the record is no object")
    return item


def _text(record: Mapping[str, Any], name: str, longest: int = LONGEST_TEXT) -> str:
    value = record.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Unreadable(f"{name}: a non-empty text is expected")
    # Line breaks and full-width blanks come with copied addresses; control characters and surrogates never do.
    text = " ".join(value.split())
    if len(text) > longest or any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        raise Unreadable(f"{name}: longer than {longest} characters or with control characters")
    return text


def _number(record: Mapping[str, Any], name: str) -> int:
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 100_000:
        raise Unreadable(f"{name}: a positive whole number is expected")
    return value


def _unit(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    if not isinstance(value, str) or value not in UNITS:
        raise Unreadable(f"{name}: unknown code; a unit is never guessed")
    return UNITS[value]


def _moment(record: Mapping[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(record, name))
    except ValueError:
        raise Unreadable(f"{name}: RFC 3339 is expected") from None
    if moment.tzinfo is None:
        raise Unreadable(f"{name}: the offset from UTC is missing")
    return moment
