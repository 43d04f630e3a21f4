"""What an HTTP answer means, so that no plugin has to decide it anew."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.sdk import Done, HttpReply, Outcome, Rejected, Retry, Uncertain, outcome_of_asking, outcome_of_sending


def reply(status: int, body: Any = None, **headers: str) -> HttpReply:
    """An answer; underscores in header names stand for hyphens."""
    return HttpReply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (reply(200, {"receipt": "R-1"}), Done("R-1")),
        (reply(201, {"receipt": "R-1"}), Done("R-1")),
        (reply(503, None, Retry_After="30"), Retry("answered 503", 30.0)),
        (reply(429, None, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"), Retry("answered 429", None)),
        (reply(408), Retry("answered 408", None)),
        (reply(422, {"error": "no such case"}), Rejected("answered 422: no such case")),
        (reply(400, "oops"), Rejected("answered 400: no reason given")),
    ],
)
def test_sending(answer: HttpReply, expected: Outcome) -> None:
    """Taken, again later, or never: each from the status and the body alone."""
    assert outcome_of_sending(answer) == expected


@pytest.mark.parametrize("body", [None, {}, {"receipt": ""}, {"receipt": 7}, [], "R-1"])
def test_success_without_a_receipt_is_not_believed(body: Any) -> None:
    """A proxy's friendly page is no proof that the receiver has anything."""
    assert isinstance(outcome_of_sending(reply(200, body)), Uncertain)
    assert isinstance(outcome_of_asking(reply(200, body)), Uncertain)


def test_a_redirect_is_uncertain() -> None:
    """Somebody else answered."""
    assert isinstance(outcome_of_sending(reply(302)), Uncertain)


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
def test_only_404_says_that_it_is_not_there(status: int) -> None:
    """A question that failed is no answer; sending again on the strength of it would double."""
    assert outcome_of_asking(reply(404)) == Retry("not there")
    assert isinstance(outcome_of_asking(reply(status)), Uncertain)
