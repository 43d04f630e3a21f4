"""What an HTTP answer means for a message: taken, not taken, refused, or nobody knows. Bodies are `{"receipt": …}`."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.sdk.context import HttpReply
from gateway.sdk.outcome import Done, Outcome, Rejected, Retry, Uncertain

AGAIN_LATER = frozenset({408, 425, 429})
LONGEST_REASON = 200


def outcome_of_sending(reply: HttpReply) -> Outcome:
    """After a POST: 2xx with a receipt is Done, 408/425/429/5xx Retry, other 4xx Rejected, all else Uncertain."""
    if 200 <= reply.status < 300:
        return _taken(reply)
    if reply.status in AGAIN_LATER or 500 <= reply.status < 600:
        return Retry(f"answered {reply.status}", retry_after_s(reply.headers))
    if 400 <= reply.status < 500:
        return Rejected(f"answered {reply.status}: {_reason(reply)}")
    return Uncertain(f"answered {reply.status}; does the address point to the right system?")


def outcome_of_asking(reply: HttpReply) -> Outcome:
    """After a question: 404 means not there; any failure to answer the question leaves it open."""
    if 200 <= reply.status < 300:
        return _taken(reply)
    if reply.status == 404:
        return Retry("not there")
    return Uncertain(f"the question was answered {reply.status}")


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """The seconds of a Retry-After header; None for a date, nonsense or no header."""
    text = next((value.strip() for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def _taken(reply: HttpReply) -> Outcome:
    receipt = reply.body.get("receipt") if isinstance(reply.body, Mapping) else None
    if not isinstance(receipt, str) or not receipt:
        return Uncertain(f"answered {reply.status} without a readable receipt")
    return Done(receipt)


def _reason(reply: HttpReply) -> str:
    reason = reply.body.get("error") if isinstance(reply.body, Mapping) else None
    return reason[:LONGEST_REASON] if isinstance(reason, str) and reason else "no reason given"
