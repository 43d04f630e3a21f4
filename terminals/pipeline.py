"""One scan from bytes to answer, in the order that is law: normalise, dedupe, verify, journal, ACK, gateway, screen."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from gateway.clock import Clock
from gateway.errors import (
    BundleStale,
    GatewayError,
    StorageUnavailable,
    TokenMalformed,
    TokenRefused,
    TokenUnknownKey,
)
from gateway.trust.bundle import TrustBundle
from gateway.trust.text import parse_text, to_url
from gateway.trust.token import Token
from gateway.trust.verify import check
from terminals.gateway_client import Reply, ReplyKind
from terminals.journal import Ids, RowState, Scan
from terminals.outcome import Answer, Outcome

AGAIN_S = 5.0
"""The same code within this time is the same scan: shown again, not sent again."""

VERIFIED = "VERIFIED"
UNDECIDED = (TokenUnknownKey, BundleStale)
"""What this kiosk cannot judge by itself and the gateway can."""


@dataclass(frozen=True)
class Reading:
    """A frame and when it was complete: aware wall time, and monotonic seconds."""

    data: bytes
    dirty: bool
    read_at: datetime
    read_mono: float


class Trust(Protocol):
    """Where the pipeline finds the bundle (`terminals.trust_store`)."""

    @property
    def newest(self) -> TrustBundle | None:
        """The newest good bundle, perhaps past its time."""
        ...

    def current(self) -> TrustBundle:
        """The bundle to verify by; BundleStale."""
        ...

    def want(self) -> None:
        """Ask for a fresh one."""
        ...


class Diary(Protocol):
    """What the pipeline needs of `terminals.journal`."""

    async def append(self, scan: Scan, *, held: bool = False) -> None:
        """Write durably; StorageUnavailable."""
        ...

    async def settle(self, scan_id: str, state: RowState, result: str) -> None:
        """The gateway has answered for good."""
        ...

    def release(self, scan_id: str) -> None:
        """The answer is still open."""
        ...


class Gateway(Protocol):
    """What the pipeline needs of `terminals.gateway_client`."""

    async def verify(self, scan: Scan, deadline_s: float) -> Reply:
        """Ask once; never raises for a failed call."""
        ...


class Uploads(Protocol):
    """What the pipeline tells `terminals.uploader`."""

    def offer(self) -> None:
        """A row waits to be sent."""
        ...

    def heard(self) -> None:
        """The gateway was just heard."""
        ...


class Pipeline:
    """Handles one reading after the other; `acknowledge` tells the scanner that the scan is safe."""

    def __init__(
        self,
        *,
        clock: Clock,
        trust: Trust,
        journal: Diary,
        acknowledge: Callable[[], Awaitable[None]],
        gateway: Gateway,
        uploads: Uploads,
        show: Callable[[Answer], None],
        deadline_s: float,
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self._clock, self._trust, self._journal, self._acknowledge = clock, trust, journal, acknowledge
        self._gateway, self._uploads, self._show = gateway, uploads, show
        self._deadline_s, self._new_id = deadline_s, new_id
        self._recent: dict[str, tuple[float, Answer]] = {}

    async def handle(self, reading: Reading) -> Answer:
        """Take one reading through all steps; the answer that was shown."""
        scan, token, problem = self._normalise(reading)
        answer = self._seen(scan.digest, reading.read_mono)
        if answer is None:
            problem = problem or self._verify(token)
            scan = replace(scan, verdict=problem.code if problem else VERIFIED)
            answer = await self._record_and_ask(scan, problem)
            if answer.code != StorageUnavailable.code:
                self._recent[scan.digest] = (reading.read_mono, answer)
        else:
            # The scanner repeats itself because it missed our ACK, or someone holds the code still.
            await self._acknowledge()
        self._show(answer)
        return answer

    def _normalise(self, reading: Reading) -> tuple[Scan, Token | None, GatewayError | None]:
        """The scan with one spelling of our code, or with nothing but hash and length of anything else."""
        scan = Scan(
            id=self._new_id(),
            read_at=reading.read_at,
            read_mono_ms=round(reading.read_mono * 1000),
            size=len(reading.data),
            digest=hashlib.sha256(reading.data).hexdigest(),
            verdict="",
        )
        bundle = self._trust.newest
        if bundle is None:
            self._trust.want()
            return scan, None, BundleStale(why="本机还没有取得核验资料")
        try:
            token = _parse(reading, bundle.url_prefix)
        except TokenRefused as refusal:
            return scan, None, refusal
        text, header = to_url(token, bundle.url_prefix), token.header
        ids = Ids(header.kid, header.task, header.badge, header.seq)
        # The digest covers every decoded field and the signature, so that a forgery with the numbers of a code
        # shown a moment ago does not get that code's answer.
        return replace(scan, digest=hashlib.sha256(text.encode()).hexdigest(), text=text, ids=ids), token, None

    def _seen(self, digest: str, now: float) -> Answer | None:
        self._recent = {key: seen for key, seen in self._recent.items() if now - seen[0] < AGAIN_S}
        seen = self._recent.get(digest)
        return seen[1] if seen else None

    def _verify(self, token: Token | None) -> GatewayError | None:
        """Key, signature, window, time and revocation, offline; why not, or None if all is well."""
        if token is None:
            return None
        try:
            bundle = self._trust.current()
            check(token, bundle.keyring, bundle.issuer, self._clock.now())
            bundle.revocations.refuse(token)
        except UNDECIDED as error:
            self._trust.want()
            return error
        except TokenRefused as error:
            return error
        return None

    async def _record_and_ask(self, scan: Scan, problem: GatewayError | None) -> Answer:
        ask = scan.text is not None and (problem is None or isinstance(problem, UNDECIDED))
        try:
            await self._journal.append(scan, held=ask)
            await self._acknowledge()
            if ask:
                return await self._ask(scan, problem)
        except StorageUnavailable as error:
            return Answer(Outcome.OUT_OF_SERVICE, error.code)
        if scan.text is not None:
            # Ours by its form but refused here: the gateway wants to know of forgeries, nobody has to wait for it.
            self._uploads.offer()
        return _refused(problem or TokenMalformed())

    async def _ask(self, scan: Scan, problem: GatewayError | None) -> Answer:
        state = None
        try:
            reply = await self._gateway.verify(scan, self._deadline_s)
            state = settled(reply.kind)
            if state is not None:
                self._uploads.heard()
                await self._journal.settle(scan.id, state, reply.code or reply.kind)
        finally:
            self._journal.release(scan.id)
        if state is None:
            self._uploads.offer()
        return self._answer(reply, problem)

    def _answer(self, reply: Reply, problem: GatewayError | None) -> Answer:
        if reply.kind is ReplyKind.VERIFIED:
            return Answer(Outcome.ACCEPTED, visit=reply.visit)
        if reply.kind is ReplyKind.REFUSED:
            return Answer(Outcome.REFUSED, reply.code, reply.facts, reply.text)
        if reply.kind in (ReplyKind.DEAD, ReplyKind.LOCKED_OUT):
            return Answer(Outcome.OUT_OF_SERVICE, reply.code, reply.facts, reply.text)
        if problem is not None:
            return _refused(problem)
        return self._provisional()

    def _provisional(self) -> Answer:
        try:
            age = self._clock.now() - self._trust.current().issued_at
        except BundleStale as error:
            return _refused(error)
        return Answer(Outcome.PROVISIONAL, revocation_age_s=max(0, int(age.total_seconds())))


def settled(kind: ReplyKind) -> RowState | None:
    """The final state of a row after an answer; None if the answer was not final."""
    final: Mapping[ReplyKind, RowState] = {
        ReplyKind.VERIFIED: RowState.UPLOADED,
        ReplyKind.REFUSED: RowState.UPLOADED,
        ReplyKind.DEAD: RowState.DEAD,
    }
    return final.get(kind)


def _parse(reading: Reading, prefix: str) -> Token:
    """The token of a clean frame; a dirty one is refused as it is, never repaired."""
    if reading.dirty:
        raise TokenMalformed
    return parse_text(reading.data.decode("ascii", "replace"), prefix)


def _refused(problem: GatewayError) -> Answer:
    return Answer(Outcome.REFUSED, problem.code, problem.facts)


async def no_acknowledgement() -> None:
    """A plain line scanner waits for nothing; drivers of others will answer here."""
