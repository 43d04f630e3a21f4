"""Our names and values to the platform's, as one table: when the real interface is known, change the table."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gateway.sdk import Attachment, Decision, Mark, Message


@dataclass(frozen=True)
class Field:
    """Where one of our values goes. `codes` translate it; `parts` map each object of a list."""

    theirs: str
    codes: Mapping[str, str] | None = None
    parts: Mapping[str, Field] | None = None


# The names are those of the simulation, in the manner of the national schema; the codes are ours.
FIELDS: Mapping[str, Field] = {
    "case_no": Field("case_no"),
    "task_code": Field("task_code"),
    "matter_name": Field("task_name"),
    "department": Field("dept_code"),
    "department_name": Field("dept_name"),
    "visit_no": Field("scene_no"),
    "state": Field("scene_state"),
    "starts_at": Field("scene_begin_time"),
    "ends_at": Field("scene_end_time"),
    "purpose": Field("scene_purpose"),
    "inspectors": Field(
        "scene_staff", parts={"name": Field("staff_name"), "certificate_no": Field("staff_certificate")}
    ),
    "decision": Field(
        "scene_result", codes={Decision.PASS.value: "1", Decision.RECTIFY.value: "2", Decision.FAIL.value: "3"}
    ),
    "reasons": Field("scene_reasons"),
    "opinion": Field("scene_opinion"),
    "judged_at": Field("scene_time"),
    "answers": Field(
        "check_list",
        parts={
            "item": Field("item_code"),
            "mark": Field(
                "item_result", codes={Mark.PASS.value: "1", Mark.FAIL.value: "2", Mark.NOT_APPLICABLE.value: "3"}
            ),
            "remark": Field("item_remark"),
        },
    ),
    "report_name": Field("report_name"),
    "report_sha256": Field("report_sha256"),
}


class Unmappable(Exception):
    """A value has no counterpart on the platform; the text names the field, never the value."""


@dataclass(frozen=True)
class Mapped:
    """The body for the platform, and our fields for which it has no name (they are not sent)."""

    body: dict[str, Any]
    left_out: tuple[str, ...]


def to_platform(message: Message) -> Mapped:
    """The JSON body of a message under the platform's names; raises Unmappable."""
    left_out: list[str] = []
    body = _object(message.body, FIELDS, "", left_out)
    body["event_kind"] = message.kind
    body["attachments"] = [_file(attachment) for attachment in message.attachments]
    return Mapped(body, tuple(left_out))


def _object(values: Mapping[str, Any], fields: Mapping[str, Field], where: str, left_out: list[str]) -> dict[str, Any]:
    mapped: dict[str, Any] = {}
    for ours, value in values.items():
        field = fields.get(ours)
        if field is not None:
            mapped[field.theirs] = _value(value, field, where + ours, left_out)
        elif where + ours not in left_out:
            left_out.append(where + ours)
    return mapped


def _value(value: Any, field: Field, where: str, left_out: list[str]) -> Any:
    if field.codes is not None:
        if not isinstance(value, str) or value not in field.codes:
            raise Unmappable(f"{where}: the platform has no code for this value")
        return field.codes[value]
    if field.parts is not None:
        if not isinstance(value, list | tuple) or not all(isinstance(part, Mapping) for part in value):
            raise Unmappable(f"{where}: a list of objects is expected")
        return [_object(part, field.parts, f"{where}.", left_out) for part in value]
    return value


def _file(attachment: Attachment) -> dict[str, str]:
    return {
        "file_name": attachment.name,
        "file_type": attachment.media_type,
        "file_sha256": hashlib.sha256(attachment.content).hexdigest(),
        "file_content": base64.b64encode(attachment.content).decode("ascii"),
    }
