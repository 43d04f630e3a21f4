"""Mint a code inside the business transaction, so that no code exists without its row in the mint log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from gateway.clock import from_unix, unix
from gateway.database.crashpoints import crashpoint
from gateway.domain.model import Inspector, Visit
from gateway.errors import Overloaded, WindowInvalid
from gateway.store import mints
from gateway.store.transaction import Transaction
from gateway.trust.text import to_url
from gateway.trust.token import Header, mint, party_tag
from gateway.usecases.tools import Tools
from gateway.usecases.views import CodeView

MAX_SEQ = 65_535
STEP_S = 10


@dataclass(frozen=True)
class Span:
    """From when until when a code is to be valid, and its form: paper or screen."""

    opens: datetime
    closes: datetime
    form: str


def mint_code(tx: Transaction, visit: Visit, person: Inspector, span: Span, tools: Tools) -> CodeView:
    """A fresh code for one inspector; the lifetime is rounded down to the 10 s the format can say.

    It begins inside the signing window of the key, as verifiers ask (tokens.md §3.3); WindowInvalid if it cannot.
    """
    key = tools.signing_key.record
    seq = mints.next_seq(tx.connection, visit.task_id, person.badge)
    if seq > MAX_SEQ:
        raise Overloaded()
    not_before = max(unix(span.opens), ceil(key.not_before.timestamp()))
    lifetime = (unix(span.closes) - not_before) // STEP_S * STEP_S
    if not_before > unix(key.not_after) or lifetime < STEP_S:
        raise WindowInvalid(why="时间段不在当前签名密钥的签发期内")
    header = Header(
        kid=key.kid,
        task=visit.task_id,
        badge=person.badge,
        seq=seq,
        party_tag=party_tag(visit.case.party.uscc),
        not_before=not_before,
        lifetime_s=lifetime,
    )
    token = mint(tools.signing_key, header)
    opens, closes = from_unix(not_before), from_unix(not_before + lifetime)
    mints.add(tx, mints.Mint(visit.task_id, person.badge, seq, header.kid, span.form, opens, closes))
    crashpoint("mint.logged")
    return CodeView(person.inspector_id, to_url(token, tools.url_prefix), seq, opens, closes)
