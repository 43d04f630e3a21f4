"""Our cursor: how far the catalogue and the cases were read, as a small JSON text."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

CATALOGUE, CASES = "catalogue", "cases"


@dataclass(frozen=True)
class Cursor:
    """The platform's two cursors; empty means from the beginning."""

    catalogue: str = ""
    cases: str = ""

    @staticmethod
    def read(text: str) -> Cursor | None:
        """The cursor written in `text`, a new one for the empty text, None where it is not ours."""
        if not text:
            return Cursor()
        try:
            parts = json.loads(text)
        except ValueError:
            return None
        if not isinstance(parts, dict) or set(parts) != {CATALOGUE, CASES}:
            return None
        return Cursor(**parts) if all(isinstance(part, str) for part in parts.values()) else None

    def write(self) -> str:
        """As text, the same for the same cursor."""
        return json.dumps({CATALOGUE: self.catalogue, CASES: self.cases})

    def of(self, part: str) -> str:
        """The platform's cursor of one part."""
        return self.catalogue if part == CATALOGUE else self.cases

    def moved(self, part: str, cursor: str) -> Cursor:
        """The cursor after a page of one part."""
        return replace(self, **{part: cursor})
