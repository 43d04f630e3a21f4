"""Reads the two forms of the page: small, UTF-8, and nothing in them that the page did not put there."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from gateway.errors import FieldInvalid, FieldMissing
from gateway.trust.one_time_code import CODE_DIGITS
from gateway.usecases.confirm_visit import ConfirmVisit
from gateway.usecases.refuse_visit import RefusalReason, RefuseVisit

BODY_MAX = 16 * 1024
BODY_WITHIN_S = 10.0
FIELDS_MAX = 64
FORM_TYPE = "application/x-www-form-urlencoded"
ACTIONS = frozenset({"confirm", "refuse"})
KEY = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Form:
    """What was submitted.

    Attributes:
        action: confirm or refuse.
        proof: the MAC of the verification.
        key: idempotency key of the action, 32 hex digits; a double click sends it twice.
        verification: idempotency key of the verification that made the page, 32 hex digits; brings back its visit.
        present, code: of the confirm form; the code is never shown again.
        reason, remark: of the refuse form.
    """

    action: str
    proof: str
    key: str
    verification: str
    present: tuple[str, ...]
    code: str
    reason: str
    remark: str

    def confirm(self) -> ConfirmVisit:
        """The command; FieldInvalid for a code that cannot be one, which does not cost a try."""
        if self.code and not re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", self.code):
            raise FieldInvalid(field="one_time_code", why=f"应为 {CODE_DIGITS} 位数字")
        return ConfirmVisit(self.proof, self.present, self.code)

    def refuse(self) -> RefuseVisit:
        """The command; FieldMissing if no reason of ours was chosen."""
        if self.reason not in {reason.value for reason in RefusalReason}:
            raise FieldMissing(field="reason")
        return RefuseVisit(self.proof, RefusalReason(self.reason), self.remark)


async def read_form(request: Request) -> Form:
    """The form of a POST. HTTPException 400 (not a form of ours), 408, 413 (above 16 KiB) or 415."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM_TYPE:
        raise HTTPException(415)
    try:
        text = (await _body(request)).decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=FIELDS_MAX)
    except ValueError:
        raise HTTPException(400) from None
    single = dict(reversed(pairs))
    form = Form(
        action=single.get("action", ""),
        proof=single.get("proof", ""),
        key=single.get("key", ""),
        verification=single.get("verification", ""),
        present=tuple(dict.fromkeys(value for name, value in pairs if name == "present")),
        code="".join(unicodedata.normalize("NFKC", single.get("one_time_code", "")).split()),
        reason=single.get("reason", ""),
        remark=" ".join(single.get("remark", "").split()),
    )
    if form.action not in ACTIONS or not KEY.fullmatch(form.key) or not KEY.fullmatch(form.verification):
        raise HTTPException(400)
    return form


async def _body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > BODY_MAX:
        raise HTTPException(413)
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for piece in request.stream():
                body += piece
                if len(body) > BODY_MAX:
                    raise HTTPException(413)
    except TimeoutError:
        raise HTTPException(408) from None
    return bytes(body)
