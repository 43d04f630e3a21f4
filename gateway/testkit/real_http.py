"""HTTP over real sockets for a plugin's own tests, without the host's limits on where it may go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from gateway.sdk import HttpNoAnswer, HttpNotSent, HttpReply


class RealHttp:
    """`gateway.sdk.Http` over real sockets."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(self, url: str, *, params: Mapping[str, str] | None = None) -> HttpReply:
        """Ask."""
        return self._send(lambda: self._client.get(url, params=params))

    def post(self, url: str, *, json: Any, headers: Mapping[str, str] | None = None) -> HttpReply:
        """Send."""
        return self._send(lambda: self._client.post(url, json=json, headers=headers))

    def _send(self, act: Callable[[], httpx.Response]) -> HttpReply:
        try:
            reply = act()
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise HttpNotSent(type(error).__name__) from error
        except httpx.TransportError as error:
            raise HttpNoAnswer(type(error).__name__) from error
        try:
            return HttpReply(reply.status_code, reply.headers, reply.json())
        except ValueError:
            return HttpReply(reply.status_code, reply.headers, None)
