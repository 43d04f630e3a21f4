"""What a plugin is given with every call, so that it need not build it badly itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class HttpNotSent(Exception):
    """The connection could not be made: the receiver surely has nothing. Answer `Retry`."""


class HttpNoAnswer(Exception):
    """The request went out and no complete answer came back. Answer `Uncertain`."""


@dataclass(frozen=True)
class HttpReply:
    """An HTTP answer. `body` is the decoded JSON, or None where the body was no JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Http(Protocol):
    """HTTP with the call's deadline, no redirects and a size cap. Only hosts in `permissions.network`."""

    def get(self, url: str, *, params: Mapping[str, str] | None = None) -> HttpReply:
        """Ask; raises HttpNotSent or HttpNoAnswer."""
        ...

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] | None = None) -> HttpReply:
        """Send JSON; raises HttpNotSent or HttpNoAnswer."""
        ...


class Log(Protocol):
    """Structured log lines, already bound to the plugin. Never log names, phones or numbers of persons."""

    def info(self, event: str, **facts: object) -> None:
        """Say that something happened."""
        ...

    def warning(self, event: str, **facts: object) -> None:
        """Say that something needs a look."""
        ...


@dataclass(frozen=True)
class PluginContext:
    """Everything a plugin may use.

    Attributes:
        plugin_id: the plugin's own id.
        config: its settings, checked against the manifest, defaults filled in.
        now: the time of the call, aware, UTC.
        deadline_s: seconds left for this call.
        http: see `Http`.
        log: see `Log`.
    """

    plugin_id: str
    config: Mapping[str, Any]
    now: datetime
    deadline_s: float
    http: Http
    log: Log
