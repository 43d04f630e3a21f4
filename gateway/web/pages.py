"""Makes the answers out of the templates: escaped always, a missing value is an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from gateway.clock import beijing
from gateway.domain.states import VisitState
from gateway.errors import GatewayError, IdempotencyKeyReused, PageExpired, WrongState
from gateway.usecases.verify_token import Verified
from gateway.web.receipt import Outcome, Receipt
from gateway.web.statuses import http_status, look
from gateway.web.words import REASONS, Problem, explain, span

RETRY_AFTER_S = "5"
_FINAL = (PageExpired, WrongState, IdempotencyKeyReused)


@dataclass(frozen=True)
class Sheet:
    """One view of the page of a visit: the verification, the keys of its forms, and what was already filled in."""

    verified: Verified
    digits: str
    key: str
    verification: str
    present: frozenset[str] = frozenset()
    reason: str = ""
    remark: str = ""


class Pages:
    """The templates with the telephone number they all show."""

    def __init__(self, report_phone: str) -> None:
        self._environment = Environment(
            loader=PackageLoader("gateway.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["beijing"] = beijing
        self._environment.globals["phone"] = report_phone

    def visit(self, sheet: Sheet, error: GatewayError | None = None) -> HTMLResponse:
        """The visit with its forms, or with the sentence of what went wrong above them."""
        visit = sheet.verified.visit
        qualified = [person for person in visit.people if not person.helper]
        return self._render(
            "visit.html",
            http_status(error) if error else 200,
            sheet=sheet,
            visit=visit,
            span=span(visit.starts_at, visit.ends_at),
            qualified=qualified,
            reasons={reason.value: words for reason, words in REASONS.items()},
            confirmed=visit.state == VisitState.CONFIRMED.value,
            problem=explain(error) if error else None,
            final=isinstance(error, _FINAL),
            again=address(sheet.digits),
        )

    def refused(self, error: GatewayError) -> HTMLResponse:
        """A code that does not prove what it should: large reason, what to do, whom to call."""
        return self._render("refused.html", http_status(error), problem=explain(error), look=look(error))

    def problem(self, problem: Problem, status: int, again: str = "") -> HTMLResponse:
        """Anything else that went wrong; `again` is the address to try once more, if that may help."""
        return self._render("problem.html", status, problem=problem, again=again)

    def receipt(self, receipt: Receipt) -> HTMLResponse:
        """What was said, and what happens next."""
        return self._render("receipt.html", 200, receipt=receipt, confirmed=receipt.outcome is Outcome.CONFIRMED)

    def _render(self, template: str, status: int, **values: Any) -> HTMLResponse:
        headers = {"Retry-After": RETRY_AFTER_S} if status == 503 else None
        return HTMLResponse(self._environment.get_template(template).render(values), status, headers)


def address(digits: str) -> str:
    """The path of a visit's page."""
    return f"/v/{quote(digits, safe='')}"
