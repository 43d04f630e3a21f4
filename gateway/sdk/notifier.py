"""What a plugin that sends short messages must offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gateway.sdk.context import PluginContext
from gateway.sdk.outcome import Outcome


@dataclass(frozen=True)
class Notice:
    """One short message to one telephone. `delivery_id` is stable over all attempts."""

    delivery_id: str
    attempt: int
    kind: str
    phone: str
    text: str


class Notifier(Protocol):
    """One way to send. Plain `def`; never retry inside."""

    name: str

    def send(self, notice: Notice, context: PluginContext) -> Outcome:
        """Send once."""
        ...

    def query(self, delivery_id: str, context: PluginContext) -> Outcome:
        """Was it taken? Uncertain where the channel cannot say."""
        ...
