"""The HTTP a plugin gets: named hosts only, one deadline, no redirects, a size cap, losses told honestly."""

from __future__ import annotations

import json as json_text
import threading
from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from gateway.clock import Clock
from gateway.plugin_host.guard import Advice
from gateway.sdk import HttpNoAnswer, HttpNotSent, HttpReply

CONNECT_S = 3.0
LARGEST_REPLY = 1024 * 1024
_PORTS = {"http": 80, "https": 443}
_TRIES_TO_CONNECT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class HostNotAllowed(Advice):
    """The plugin asked for a host its manifest does not name."""


def host_port(url: str) -> str:
    """`host:port` of an http(s) address, lower case, with the scheme's port where none is written; else ValueError."""
    # Parsed by the library that connects, so that no address can mean one host here and another there.
    try:
        parts = httpx.URL(url)
    except (httpx.InvalidURL, TypeError):
        raise ValueError("not an address") from None
    if parts.scheme not in _PORTS or not parts.host or parts.userinfo:
        raise ValueError("not an http(s) address without user name")
    host = parts.raw_host.decode("ascii")
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or _PORTS[parts.scheme]}"


def allowed_hosts(network: Iterable[str], settings: Mapping[str, Any]) -> frozenset[str]:
    """The `host:port` a manifest's `network` comes to under these settings; unset settings allow nothing."""
    hosts = set()
    for entry in network:
        name = entry.removeprefix("config:")
        if name == entry:
            hosts.add(entry)
        elif settings.get(name):
            hosts.add(host_port(settings[name]))
    return frozenset(hosts)


class Wire:
    """One plugin's connections; `open` makes the `gateway.sdk.Http` of one call. Safe to use from many threads."""

    def __init__(self, allowed: frozenset[str], clock: Clock) -> None:
        self._allowed, self._clock = allowed, clock
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None

    def open(self, deadline_s: float) -> CallHttp:
        """HTTP for a call with `deadline_s` seconds left; it gives up a little earlier, so the plugin can answer."""
        spare = min(0.5, deadline_s / 10)
        return CallHttp(self, self._allowed, self._clock, self._clock.monotonic() + deadline_s - spare)

    def client(self) -> httpx.Client:
        """The client, made when first needed: its TLS context is costly and many plugins never ask."""
        with self._lock:
            if self._client is None:
                # A kept connection may die unseen; every loss on it would read as "sent, no answer".
                limits = httpx.Limits(max_keepalive_connections=0)
                headers = {"accept-encoding": "identity", "user-agent": "kanyan"}
                self._client = httpx.Client(follow_redirects=False, trust_env=False, limits=limits, headers=headers)
            return self._client

    def close(self) -> None:
        """Let go of the client."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None


class CallHttp:
    """`gateway.sdk.Http` for one call."""

    def __init__(self, wire: Wire, allowed: frozenset[str], clock: Clock, until: float) -> None:
        self._wire, self._allowed, self._clock, self._until = wire, allowed, clock, until

    def get(self, url: str, *, params: Mapping[str, str] | None = None) -> HttpReply:
        """Ask; raises HttpNotSent or HttpNoAnswer."""
        return self._send("GET", url, params=dict(params) if params else None)

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] | None = None) -> HttpReply:
        """Send JSON; raises HttpNotSent or HttpNoAnswer."""
        return self._send("POST", url, json=json, headers=dict(headers or {}))

    def _send(self, method: str, url: str, **parts: Any) -> HttpReply:
        where = self._checked(url)
        left = self._until - self._clock.monotonic()
        if left <= 0:
            raise HttpNotSent(f"no time left to ask {where}")
        client = self._wire.client()
        timeout = httpx.Timeout(left, connect=min(CONNECT_S, left))
        request = client.build_request(method, url, timeout=timeout, **parts)
        try:
            return self._receive(client, request)
        except _TRIES_TO_CONNECT as error:
            raise HttpNotSent(f"{where}: {type(error).__name__}") from None
        except httpx.LocalProtocolError:
            raise  # The plugin built a request that cannot be written down: its own bug.
        except httpx.TransportError as error:
            raise HttpNoAnswer(f"{where}: {type(error).__name__}") from None

    def _checked(self, url: str) -> str:
        try:
            where = host_port(url)
        except ValueError:
            raise HostNotAllowed("请求的地址不是完整的 http(s) 地址;请写全协议和主机,不含用户名。") from None
        if where not in self._allowed:
            why = f"请求了清单没有列出的 {where};请在 plugin.toml 的 [permissions] network 中列出它,或不再访问。"
            raise HostNotAllowed(why)
        return where

    def _receive(self, client: httpx.Client, request: httpx.Request) -> HttpReply:
        reply = client.send(request, stream=True)
        try:
            return HttpReply(reply.status_code, dict(reply.headers), self._body(reply))
        finally:
            reply.close()

    def _body(self, reply: httpx.Response) -> Any:
        if reply.headers.get("content-encoding", "identity") != "identity":
            raise HttpNoAnswer("the answer is compressed although it was not asked to be")
        raw = bytearray()
        for chunk in reply.iter_raw():
            raw += chunk
            if len(raw) > LARGEST_REPLY:
                raise HttpNoAnswer(f"the answer is longer than {LARGEST_REPLY} bytes")
            if self._clock.monotonic() > self._until:
                raise HttpNoAnswer("the answer came too slowly")
        try:
            return json_text.loads(raw)
        except (ValueError, RecursionError):
            return None
