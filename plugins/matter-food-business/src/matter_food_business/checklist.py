"""The checklist, read from the file next to this module."""

from __future__ import annotations

import tomllib
from importlib.resources import files

from gateway.sdk import Checklist, ChecklistItem, Kind


def read_checklist() -> Checklist:
    """The 43 items of `checklist.toml` under its version."""
    raw = tomllib.loads((files(__package__) / "checklist.toml").read_text(encoding="utf-8"))
    items = tuple(
        ChecklistItem(
            code=item["code"],
            text=item["text"],
            kind=Kind(item["kind"]),
            basis=item["basis"],
            may_be_absent=item.get("may_be_absent", False),
        )
        for item in raw["items"]
    )
    return Checklist(version=raw["version"], items=items)
