"""What one simulated system has taken in, and how often it was asked to: memory rebuilt from its journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.clock import SHANGHAI, Clock
from gateway.errors import ConfigInvalid
from gateway.sandbox.journal import Journal, Line


@dataclass(frozen=True)
class Delivery:
    """One thing the gateway hands over. `channel` is results, events or sms; `digest` is SHA-256 of the whole body."""

    channel: str
    delivery_id: str
    kind: str
    subject: str
    body: Mapping[str, Any]
    digest: str


@dataclass(frozen=True)
class Case:
    """An accepted case and its place in the province's list."""

    number: int
    record: Mapping[str, Any]


class Store:
    """De-duplicates by (channel, delivery_id). Numbers never go back, not even over a reset, so cursors stay good."""

    def __init__(self, path: Path, clock: Clock, *, receipt_prefix: str) -> None:
        self._journal = Journal(path)
        self._clock = clock
        self._prefix = receipt_prefix
        self._number = 0
        self._clear()
        try:
            self._rebuild(path)
        except ConfigInvalid:
            self._journal.close()
            raise

    def note_attempt(self, delivery: Delivery) -> None:
        """Count one POST, whatever becomes of it."""
        line = {"what": "attempt", "key": [delivery.channel, delivery.delivery_id], "digest": delivery.digest}
        self._journal.append(line, durable=False)
        self._apply(line)

    def take(self, delivery: Delivery) -> str:
        """Let it take effect, once: the receipt is the first one on every repeat. Durable when this returns."""
        known = self.receipt(delivery.channel, delivery.delivery_id)
        if known is not None:
            return known
        receipt = f"{self._prefix}-{self.next_number():06d}"
        line = {
            "what": "taken",
            "key": [delivery.channel, delivery.delivery_id],
            "kind": delivery.kind,
            "subject": delivery.subject,
            "receipt": receipt,
            "received_at": self.now_text(),
            "digest": delivery.digest,
            "body": dict(delivery.body),
        }
        self._journal.append(line)
        self._apply(line)
        return receipt

    def receipt(self, channel: str, delivery_id: str) -> str | None:
        """The receipt of what took effect, or None."""
        line = self._taken.get((channel, delivery_id))
        return None if line is None else str(line["receipt"])

    def received(self) -> list[dict[str, Any]]:
        """Everything that took effect, oldest first; `attempts` counts POSTs, `other_content` those that differed."""
        return [self._shown(key, line) for key, line in self._taken.items()]

    def next_number(self) -> int:
        """The number the next receipt or case will have."""
        return self._number + 1

    def add_case(self, record: Mapping[str, Any]) -> Case:
        """Put a case into the province's list; durable when this returns."""
        line = {"what": "case", "case": dict(record)}
        self._journal.append(line)
        self._apply(line)
        return self._cases[-1]

    def cases_after(self, number: int) -> list[Case]:
        """Cases with a higher number, oldest first."""
        return [case for case in self._cases if case.number > number]

    def reset(self) -> None:
        """Forget what was received and accepted; the numbering goes on."""
        line = {"what": "reset"}
        self._journal.append(line)
        self._apply(line)

    def now_text(self) -> str:
        """Now as RFC 3339 with +08:00, whole seconds."""
        return self._clock.now().astimezone(SHANGHAI).isoformat(timespec="seconds")

    def close(self) -> None:
        """Let another process have the journal."""
        self._journal.close()

    def _rebuild(self, path: Path) -> None:
        for number, line in enumerate(self._journal.lines(), 1):
            try:
                self._apply(line)
            except (KeyError, TypeError, ValueError) as error:
                raise ConfigInvalid(where=f"{path}:{number}", why="这一行不是本程序写的") from error

    def _clear(self) -> None:
        self._taken: dict[tuple[str, str], Line] = {}
        self._attempts: dict[tuple[str, str], Counter[str]] = {}
        self._cases: list[Case] = []

    def _apply(self, line: Line) -> None:
        match line["what"]:
            case "attempt":
                self._attempts.setdefault(_key(line), Counter())[line["digest"]] += 1
            case "taken":
                self._number += 1
                self._taken[_key(line)] = line
            case "case":
                self._number += 1
                self._cases.append(Case(self._number, line["case"]))
            case "reset":
                self._clear()

    def _shown(self, key: tuple[str, str], line: Line) -> dict[str, Any]:
        attempts = self._attempts.get(key, Counter())
        return {
            "channel": key[0],
            "delivery_id": key[1],
            "kind": line["kind"],
            "subject": line["subject"],
            "receipt": line["receipt"],
            "received_at": line["received_at"],
            "attempts": attempts.total(),
            "effects": 1,
            "other_content": attempts.total() - attempts[line["digest"]],
            "body": line["body"],
        }


def _key(line: Line) -> tuple[str, str]:
    channel, delivery_id = line["key"]
    return str(channel), str(delivery_id)
