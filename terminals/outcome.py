"""What a scan came to, as the journal records it and the screen shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """The four answers a person at the kiosk can get."""

    ACCEPTED = "ACCEPTED"
    PROVISIONAL = "PROVISIONAL"
    REFUSED = "REFUSED"
    OUT_OF_SERVICE = "OUT_OF_SERVICE"


@dataclass(frozen=True)
class Person:
    """Someone who comes; a helper (辅助人员) has no certificate."""

    name: str
    certificate_no: str
    helper: bool


@dataclass(frozen=True)
class VisitCard:
    """What an accepted code stands for; the window is written the way people here write it."""

    visit_no: str
    people: tuple[Person, ...]
    matter: str
    department: str
    window: str


@dataclass(frozen=True)
class Answer:
    """An outcome with its reason.

    `code` is an error code of `gateway.errors` (REFUSED, OUT_OF_SERVICE), `facts` fill its sentence unless the gateway
    sent one as `text`, `visit` stands with ACCEPTED, and `revocation_age_s` with PROVISIONAL: how old, in seconds, the
    revocations are on which it rests.
    """

    outcome: Outcome
    code: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    visit: VisitCard | None = None
    revocation_age_s: int | None = None
