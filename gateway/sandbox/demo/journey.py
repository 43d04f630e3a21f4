"""The steps of the demonstration, in the order of a case's life (design.md §3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gateway.sandbox.demo.clients import Client
from gateway.sandbox.demo.stage import Stage


class StepFailed(Exception):
    """A step did not hold; the text says what was expected and what was seen."""


def expect(held: object, detail: str) -> None:
    """Fail the step unless it held."""
    if not held:
        raise StepFailed(detail)


@dataclass
class Journey:
    """What earlier steps learned and later ones need."""

    stage: Stage
    case_no: str = ""
    visit_no: str = ""
    party_name: str = ""
    code_url: str = ""
    door_url: str = ""
    one_time_code: str = ""
    public_key_hex: str = ""
    report_sha256: str = ""
    clients: dict[str, Client] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def client(self, identity: str) -> Client:
        """The caller's stubs over one channel."""
        if identity not in self.clients:
            self.clients[identity] = Client(self.stage.channel(identity))
        return self.clients[identity]

    def close(self) -> None:
        """Close the channels."""
        for client in self.clients.values():
            client.channel.close()


@dataclass(frozen=True)
class Step:
    """One step: a stable name, a Chinese title, and what it does; it returns a Chinese detail or raises."""

    name: str
    title: str
    act: Callable[[Journey], str]
