"""Which HTTP status and which look an error of the gateway gets on a page."""

from __future__ import annotations

from gateway.errors import (
    ConfigInvalid,
    Conflict,
    GatewayError,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    PageExpired,
    PolicyMissing,
    TokenExpired,
    TokenFinished,
    TokenForeign,
    TokenMalformed,
    TokenNotYet,
    TokenRefused,
    TokenRevoked,
    TooFewPresent,
    VisitNotFiled,
    WrongState,
)

_BY_KIND: tuple[tuple[tuple[type[GatewayError], ...], int], ...] = (
    ((ConfigInvalid, PolicyMissing), 500),
    ((TokenExpired, TokenFinished, TokenRevoked, PageExpired), 410),
    ((VisitNotFiled, TokenForeign, TokenMalformed, NotFound), 404),
    ((Conflict, WrongState), 409),
    ((InvalidInput,), 400),
    ((TooFewPresent,), 422),
    ((NotAuthenticated,), 401),
)

_OVER = (TokenExpired, TokenFinished, TokenRevoked, TokenNotYet)
_UNKNOWN = (TokenForeign, TokenMalformed, VisitNotFiled)


def http_status(error: GatewayError) -> int:
    """503 for what may succeed later, 500 for our own faults, some have their own, 403 for other refusals."""
    if error.retryable:
        return 503
    if error.status == "INTERNAL":
        return 500
    return next((status for kinds, status in _BY_KIND if isinstance(error, kinds)), 403)


def is_refused_code(error: GatewayError) -> bool:
    """Whether this is an answer about the scanned code itself, which has its own page."""
    return isinstance(error, TokenRefused | VisitNotFiled)


def look(error: GatewayError) -> str:
    """`over`, `unknown` or `alarm`: which of the three looks a refused code has."""
    if isinstance(error, _OVER):
        return "over"
    return "unknown" if isinstance(error, _UNKNOWN) else "alarm"
