"""The outermost layer of the pages: strict headers on every answer, a plain 500, a log without addresses."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; form-action 'self'; img-src 'self' data:; "
            "base-uri 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        # For WebViews older than frame-ancestors.
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
    }
)


class Edge:
    """Wraps the app. Neither the path (it holds the code) nor an exception's message (it may quote it) is logged."""

    def __init__(self, app: ASGIApp, failed: ASGIApp) -> None:
        self._app = app
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except ClientDisconnect:
            status = status or 499
        except Exception as error:  # noqa: BLE001 - the process edge: an applicant must see a page, not a broken line
            log.error("page_failed", page=_page(scope), kind=type(error).__name__, where=_where(error))
            if not status:
                await self._failed(scope, receive, with_headers)
        log.info("page_served", method=scope["method"], page=_page(scope), status=status)


def _page(scope: Scope) -> str:
    """The name of the route, never its address."""
    return getattr(scope.get("endpoint"), "__name__", "unknown")


def _where(error: Exception) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
