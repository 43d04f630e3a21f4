"""
The first page: `/v/<digits>` shows the visit behind a code and takes the applicant's yes or no; no script anywhere.

No cross-site form can confirm or refuse: the proof is a MAC bound to one verification, so only our page carries one.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from gateway.domain.access import PUBLIC
from gateway.errors import GatewayError, TokenMalformed
from gateway.trust.proof import not_ours
from gateway.usecases.confirm_visit import CONFIRM_VISIT
from gateway.usecases.refuse_visit import REFUSE_VISIT
from gateway.usecases.runner import Runner
from gateway.usecases.verify_token import VERIFY_TOKEN, Verified, VerifyToken
from gateway.usecases.views import VisitView
from gateway.web.edge import Edge, log
from gateway.web.forms import Form, read_form
from gateway.web.pages import Pages, Sheet, address
from gateway.web.receipt import Outcome, Receipt, open_receipt, seal
from gateway.web.statuses import http_status, is_refused_code
from gateway.web.words import explain, problem_of

STYLE = Path(__file__).with_name("static").joinpath("kanyan.css").read_bytes()
DIGITS_MAX = 400


def build_app(runner: Runner) -> Starlette:
    """The pages over a wired runner. Serve it without an access log: the path holds the code."""
    site = _Site(runner)
    failed = site.pages.problem(problem_of(500), 500)
    app = Starlette(
        routes=[
            Route("/v/{digits}", site.show, methods=["GET"]),
            Route("/v/{digits}", site.act, methods=["POST"]),
            Route("/receipt/{seal}", site.receipt, methods=["GET"]),
            Route("/healthz", _healthz, methods=["GET"]),
            Route("/static/kanyan.css", _style, methods=["GET"]),
        ],
        middleware=[Middleware(Edge, failed=failed)],
        exception_handlers={GatewayError: site.on_gateway_error, HTTPException: site.on_http_error},
    )
    # A redirect would write the digits into a Location header.
    app.router.redirect_slashes = False
    return app


class _Site:
    """The endpoints; they translate between HTTP and use cases and decide nothing."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self.pages = Pages(runner.tools.report_phone)

    async def show(self, request: Request) -> Response:
        """Verify the code of the address as anybody; records a scan and changes nothing else."""
        digits = _digits(request)
        key = _new_key()
        verified = await self._verify(digits, key)
        return self.pages.visit(Sheet(verified, digits, _new_key(), key))

    async def act(self, request: Request) -> Response:
        """Confirm or refuse; on success a redirect, so that reloading repeats nothing."""
        digits = _digits(request)
        form = await read_form(request)
        # Under the page's own key this repeats the answer the page was made of: no new scan, though the code may
        # have expired since.
        verified = await self._verify(digits, form.verification)
        if not hmac.compare_digest(verified.proof.encode(), form.proof.encode()):
            raise not_ours()
        try:
            visit = await self._perform(form)
        except GatewayError as error:
            return self._once_more(Sheet(verified, digits, form.key, form.verification), form, error)
        outcome = Outcome.CONFIRMED if form.action == "confirm" else Outcome.REFUSED
        tools = self._runner.tools
        receipt = Receipt(visit.visit_no, outcome, tools.clock.now())
        return RedirectResponse(f"/receipt/{seal(tools.secret, receipt)}", status_code=303)

    async def receipt(self, request: Request) -> Response:
        """What was said; only addresses this gateway sealed open."""
        return self.pages.receipt(open_receipt(self._runner.tools.secret, request.path_params["seal"]))

    async def on_gateway_error(self, request: Request, error: Exception) -> Response:
        """An error before there is a visit to show."""
        if not isinstance(error, GatewayError):
            raise error
        status = http_status(error)
        if is_refused_code(error):
            log.warning("code_refused", code=error.code)
            return self.pages.refused(error)
        if status == 500:
            log.error("page_failed", code=error.code)
        digits = request.path_params.get("digits", "")
        again = address(digits) if error.retryable and digits and request.method != "POST" else ""
        return self.pages.problem(explain(error), status, again)

    async def on_http_error(self, _request: Request, error: Exception) -> Response:
        """What HTTP itself refuses: unknown address, wrong method, a body that is no form of ours."""
        if not isinstance(error, HTTPException):
            raise error
        page = self.pages.problem(problem_of(error.status_code), error.status_code)
        page.headers.update(error.headers or {})
        return page

    async def _verify(self, digits: str, key: str) -> Verified:
        command = VerifyToken(self._runner.tools.url_prefix + digits)
        return await self._runner.do(VERIFY_TOKEN, command, PUBLIC, key)

    async def _perform(self, form: Form) -> VisitView:
        if form.action == "confirm":
            return await self._runner.do(CONFIRM_VISIT, form.confirm(), PUBLIC, form.key)
        return await self._runner.do(REFUSE_VISIT, form.refuse(), PUBLIC, form.key)

    def _once_more(self, sheet: Sheet, form: Form, error: GatewayError) -> Response:
        """The page again with its ticks. A final refusal is stored under its key, so the next try needs another."""
        log.info("act_refused", action=form.action, code=error.code)
        key = form.key if error.retryable else _new_key()
        filled = replace(sheet, key=key, present=frozenset(form.present), reason=form.reason, remark=form.remark)
        return self.pages.visit(filled, error)


async def _healthz(_request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


async def _style(_request: Request) -> Response:
    """The one style sheet."""
    return Response(STYLE, media_type="text/css")


def _digits(request: Request) -> str:
    """The digits of the address; TokenMalformed if they are too many to be looked at, or hold what nobody prints."""
    digits: str = request.path_params["digits"]
    if len(digits) > DIGITS_MAX or not digits.isprintable():
        raise TokenMalformed()
    return digits


def _new_key() -> str:
    return secrets.token_hex(16)
