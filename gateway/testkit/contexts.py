"""What a plugin is given in a test: a context whose HTTP is scripted and whose log is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from gateway.sdk import Http, HttpReply, PluginContext

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Request:
    """One HTTP request a plugin made."""

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class FakeHttp:
    """`gateway.sdk.Http` from a script: each request takes the next reply; an exception in the script is raised."""

    def __init__(self, replies: Iterable[HttpReply | Exception] = ()) -> None:
        self._replies = list(replies)
        self.requests: list[Request] = []

    def get(self, url: str, *, params: Mapping[str, str] | None = None) -> HttpReply:
        """Keep the request and take the next reply."""
        return self._answer(Request("GET", url, params=dict(params or {})))

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] | None = None) -> HttpReply:
        """Keep the request and take the next reply."""
        return self._answer(Request("POST", url, json=json, headers=dict(headers or {})))

    def _answer(self, request: Request) -> HttpReply:
        self.requests.append(request)
        if not self._replies:
            raise AssertionError(f"no reply is scripted for {request.method} {request.url}")
        reply = self._replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


class FakeLog:
    """`gateway.sdk.Log` that keeps its lines as (level, event, facts)."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, object]]] = []

    def info(self, event: str, **facts: object) -> None:
        """Keep the line."""
        self.lines.append(("info", event, facts))

    def warning(self, event: str, **facts: object) -> None:
        """Keep the line."""
        self.lines.append(("warning", event, facts))


def fake_context(
    plugin_id: str,
    *,
    config: Mapping[str, Any] | None = None,
    now: datetime = NOON,
    http: Http | None = None,
    deadline_s: float = 5.0,
) -> PluginContext:
    """A context for calling a plugin's functions directly; `http` defaults to a `FakeHttp` without any reply."""
    return PluginContext(
        plugin_id=plugin_id,
        config=MappingProxyType(dict(config or {})),
        now=now,
        deadline_s=deadline_s,
        http=http or FakeHttp(),
        log=FakeLog(),
    )
