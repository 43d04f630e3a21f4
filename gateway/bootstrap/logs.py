"""Log lines: JSON for machines, or coloured text for a developer; always to standard error."""

from __future__ import annotations

import logging
import sys
from typing import Any

import orjson
import structlog

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure_logs(level: str, form: str) -> None:
    """Set structlog up once per process; what the standard library logs is passed through as text."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if form == "json":
        # Never the values of variables: they may be a person's.
        traces = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        last: list[Any] = [
            structlog.processors.ExceptionRenderer(traces),
            structlog.processors.JSONRenderer(serializer=_json),
        ]
    else:
        last = [
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
        ]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=max(LEVELS[level], logging.WARNING), stream=sys.stderr, format=_LINE, force=True)
    logging.getLogger("gateway.plugin").setLevel(LEVELS[level])


_LINE = '{"event":"stdlib","logger":"%(name)s","level":"%(levelname)s","message":"%(message)s"}'


def _json(value: Any, **_options: Any) -> str:
    return orjson.dumps(value, default=str).decode()
