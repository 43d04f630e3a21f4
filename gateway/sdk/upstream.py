"""What a plugin for another platform must offer: take our messages, answer questions, hand over what is new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from gateway.sdk.context import PluginContext
from gateway.sdk.outcome import Outcome


@dataclass(frozen=True)
class Attachment:
    """A file that travels with a message."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """One thing to tell a platform.

    Attributes:
        delivery_id: stable over all attempts; the receiver de-duplicates on it.
        attempt: 1 for the first try.
        kind: for example `result.submitted`.
        subject: what it is about, for example a case number; messages of one subject arrive in order.
        body: JSON values under our names; the plugin maps them to the platform's.
        attachments: files.
    """

    delivery_id: str
    attempt: int
    kind: str
    subject: str
    body: Mapping[str, Any]
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class MatterPublished:
    """The platform's catalogue has this matter (R6.1). Names follow GB/T 39554 as used by the platforms."""

    catalog_code: str
    task_code: str
    task_name: str
    task_version: int
    dept_code: str
    dept_name: str
    kinds: tuple[str, ...]
    by_law: str
    visit_basis: str
    anticipate_day: int
    anticipate_type: str
    promise_day: int
    promise_type: str


@dataclass(frozen=True)
class CaseAccepted:
    """The platform accepted an application whose matter needs a visit (R6.2)."""

    case_no: str
    task_code: str
    accepted_at: datetime
    party_name: str
    party_uscc: str
    party_citizen_id: str
    contact_name: str
    contact_phone: str
    address: str
    dept_phone: str


Event = MatterPublished | CaseAccepted


@dataclass(frozen=True)
class BadRecord:
    """A record of the platform that cannot be read; it is kept for a person and stops nothing else."""

    external_id: str
    why: str


@dataclass(frozen=True)
class Page:
    """What is new since `cursor`, oldest first. The host stores the new cursor only after every event is durable."""

    events: tuple[Event, ...]
    cursor: str
    more: bool = False
    bad: tuple[BadRecord, ...] = field(default=())


class Upstream(Protocol):
    """One platform. Plain `def` everywhere; never retry inside, the host does that."""

    name: str

    def deliver(self, message: Message, context: PluginContext) -> Outcome:
        """Hand over one message once."""
        ...

    def query(self, delivery_id: str, context: PluginContext) -> Outcome:
        """Does the platform have it? Done, Retry (it surely has not), Rejected, or still Uncertain."""
        ...

    def pull(self, cursor: str, context: PluginContext) -> Page:
        """What is new since the cursor; the empty cursor means from the beginning."""
        ...
