"""Verify a scanned text (R15.3): records a scan and changes nothing else; every refusal has its own reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.clock import unix
from gateway.domain.access import Principal, Role, writing
from gateway.domain.codes import parse_uscc
from gateway.domain.model import Visit
from gateway.domain.policy import HARD_MIN_INSPECTORS
from gateway.domain.states import OPEN_VISIT, STATE_ZH
from gateway.errors import FieldInvalid, GatewayError, TokenFinished, TokenNeverMinted, TokenRefused, TokenRevoked
from gateway.store import mints, visits
from gateway.store.transaction import Transaction
from gateway.trust.proof import Proof, seal
from gateway.trust.text import parse_text
from gateway.trust.token import Token
from gateway.trust.verify import check, check_party
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import UseCase
from gateway.usecases.views import VisitView, visit_view

LATEST_REPORT = timedelta(days=7)
CLOCK_SKEW = timedelta(seconds=30)


@dataclass(frozen=True)
class VerifyToken:
    """What the scanner read; who says they stand there; when, if a terminal reports later than it happened."""

    text: str
    party_uscc: str = ""
    scanned_at: datetime | None = None


@dataclass(frozen=True)
class Verified:
    """The visit behind a good code, and the proof for confirm and refuse."""

    visit: VisitView
    shown_by: str
    verified_at: datetime
    proof: str
    min_present: int


@dataclass(frozen=True)
class Checked:
    """What could be said without the database: the token if it parsed, the refusal if there is one."""

    token: Token | None
    refusal: GatewayError | None
    moment: datetime


def prepare(command: VerifyToken, _principal: Principal, tools: Tools) -> Checked:
    """Shape, key, signature, key window, time and party; the signature is checked before the writer is troubled."""
    now = tools.clock.now()
    moment = command.scanned_at or now
    if not now - LATEST_REPORT <= moment <= now + CLOCK_SKEW:
        raise FieldInvalid(field="scanned_at", why="应在最近 7 天之内")
    party = parse_uscc(command.party_uscc) if command.party_uscc else None
    token = None
    try:
        token = parse_text(command.text, tools.url_prefix)
        check(token, tools.keyring, tools.issuer, moment)
        check_party(token, party)
    except TokenRefused as refusal:
        return Checked(token, refusal, moment)
    return Checked(token, None, moment)


def commit(_command: VerifyToken, checked: Checked, tx: Transaction, tools: Tools) -> Verified:
    """Minted at all? Revoked? Over? Then write the scan, whatever the outcome."""
    token = checked.token
    code = (token.header.task, token.header.badge, token.header.seq) if token else None
    try:
        if checked.refusal is not None or token is None:
            raise checked.refusal or TokenRefused()
        visit = _visit_of(token, tx)
    except GatewayError as error:
        outcome = error.code
        tx.on_refusal.append(lambda: mints.record_scan(tx, code, checked.moment, outcome))
        raise
    tx.object = visit.visit_no
    mints.record_scan(tx, code, checked.moment, "OK")
    person = visit.badge(token.header.badge)
    # A scan reported late proves what was seen then, not now.
    proof = Proof(token.header.task, token.header.badge, token.header.seq, unix(min(checked.moment, tx.now)))
    return Verified(
        visit=visit_view(visit),
        shown_by=person.inspector_id if person else "",
        verified_at=tx.now,
        proof=seal(tools.secret, proof),
        min_present=max(tools.profile(visit.starts_at).min_inspectors, HARD_MIN_INSPECTORS),
    )


def _visit_of(token: Token, tx: Transaction) -> Visit:
    """The open visit of a code that was really minted; the signature was good, so an unknown one is an alarm."""
    header = token.header
    if header.task >= 2**63 or not mints.exists(tx.connection, header.task, header.badge, header.seq):
        raise TokenNeverMinted()
    visit = visits.by_task(tx.connection, header.task)
    tx.object = visit.visit_no
    if visit.state not in OPEN_VISIT:
        raise TokenFinished(state=STATE_ZH[visit.state.value])
    if visit.task_id in mints.revoked(tx.connection, tx.now):
        raise TokenRevoked()
    return visit


VERIFY_TOKEN = UseCase(
    "TokenService/VerifyToken",
    writing(Role.PUBLIC, Role.TERMINAL, Role.PLATFORM, Role.PARTY, Role.CENTRE, Role.OVERSIGHT),
    Verified,
    prepare,
    commit,
    pure=True,
)
