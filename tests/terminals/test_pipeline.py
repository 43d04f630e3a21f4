"""The law of the pipeline: its order, and what each answer of the gateway means."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import StorageUnavailable
from gateway.testkit.clock import FakeClock
from gateway.trust.verify import Revocations
from terminals.gateway_client import Reply, ReplyKind
from terminals.journal import RowState, Scan
from terminals.outcome import Answer, Outcome, VisitCard
from terminals.pipeline import Pipeline, Reading
from terminals.trust_store import TrustStore

CARD = VisitCard("TJKY-430922-20261123-0001", (), "示例", "示例", "")


@dataclass
class Stage:
    """Plays every neighbour of the pipeline and writes down who was called, in order."""

    reply: Reply = field(default_factory=lambda: Reply(ReplyKind.VERIFIED, visit=CARD))
    disk_full: bool = False
    calls: list[str] = field(default_factory=list)
    rows: dict[str, Scan] = field(default_factory=dict)
    states: dict[str, RowState] = field(default_factory=dict)
    shown: list[Answer] = field(default_factory=list)

    async def append(self, scan: Scan, *, held: bool = False) -> None:
        self.calls.append("journal held" if held else "journal")
        if self.disk_full:
            raise StorageUnavailable
        self.rows[scan.id] = scan

    async def settle(self, scan_id: str, state: RowState, result: str) -> None:
        self.calls.append(f"settle {state} {result}")
        self.states[scan_id] = state

    def release(self, scan_id: str) -> None:
        assert scan_id in self.rows

    async def acknowledge(self) -> None:
        self.calls.append("ack")

    async def verify(self, scan: Scan, deadline_s: float) -> Reply:
        assert deadline_s == 1.5
        assert scan == self.rows[scan.id]
        self.calls.append("gateway")
        return self.reply

    def show(self, answer: Answer) -> None:
        self.calls.append(f"screen {answer.outcome}")
        self.shown.append(answer)

    def offer(self) -> None:
        self.calls.append("offer")

    def heard(self) -> None:
        self.calls.append("heard")

    @property
    def row(self) -> Scan:
        (only,) = self.rows.values()
        return only


@pytest.fixture
def stage() -> Stage:
    """The neighbours."""
    return Stage()


@pytest.fixture
def scan(stage: Stage, trust: TrustStore, clock: FakeClock) -> Callable[..., Any]:
    """Scans a text now."""
    pipeline = Pipeline(
        clock=clock,
        trust=trust,
        journal=stage,
        acknowledge=stage.acknowledge,
        gateway=stage,
        uploads=stage,
        show=stage.show,
        deadline_s=1.5,
    )

    async def go(text: str | bytes, *, dirty: bool = False) -> Answer:
        data = text.encode() if isinstance(text, str) else text
        return await pipeline.handle(Reading(data, dirty, clock.now(), clock.monotonic()))

    return go


async def test_order(stage: Stage, scan: Any, office: Any) -> None:
    """Journal, then ACK, then gateway, then screen; and the whole visit is shown."""
    answer = await scan(office.code())
    assert stage.calls == ["journal held", "ack", "gateway", "heard", "settle uploaded verified", "screen ACCEPTED"]
    assert answer.visit == CARD


async def test_row(stage: Stage, scan: Any, office: Any, clock: FakeClock) -> None:
    """The row holds hash, decoded numbers, text, both times and the local verdict; its id is a fit key."""
    code = office.code(task=2**64 - 1, badge=5, seq=6)
    await scan(code)
    row = stage.row
    assert (len(row.id), row.verdict, row.text, row.read_at) == (32, "VERIFIED", code, clock.now())
    assert row.digest == hashlib.sha256(code.encode()).hexdigest()
    assert row.read_mono_ms == round(clock.monotonic() * 1000)
    assert row.ids is not None
    assert (row.ids.task, row.ids.badge, row.ids.seq) == (2**64 - 1, 5, 6)


async def test_same_code_again(stage: Stage, scan: Any, office: Any, clock: FakeClock) -> None:
    """Within 5 s the same code is acknowledged and shown again, and neither written nor sent."""
    await scan(office.code())
    stage.calls.clear()
    clock.advance(timedelta(seconds=4.9))
    await scan("]Q1" + office.code().upper())
    assert stage.calls == ["ack", "screen ACCEPTED"]
    clock.advance(timedelta(seconds=0.1))
    await scan(office.code())
    assert len(stage.rows) == 2


async def test_other_minting(stage: Stage, scan: Any, office: Any) -> None:
    """Another minting of the same visit is another scan."""
    await scan(office.code(seq=1))
    await scan(office.code(seq=2))
    assert len(stage.rows) == 2


async def test_forgery_does_not_borrow_the_answer(stage: Stage, scan: Any, office: Any) -> None:
    """A forged signature under the numbers of a code accepted a moment ago is refused."""
    await scan(office.code())
    answer = await scan(office.forgery())
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, "BAD_SIGNATURE")


async def test_forgery(stage: Stage, scan: Any, office: Any) -> None:
    """A forgery is refused here, written down, and left for the uploader: nobody waits for the gateway."""
    forged = office.forgery()
    answer = await scan(forged)
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, "BAD_SIGNATURE")
    assert stage.calls == ["journal", "ack", "offer", "screen REFUSED"]
    assert (stage.row.verdict, stage.row.text) == ("BAD_SIGNATURE", forged)


async def test_expired(stage: Stage, scan: Any, office: Any, clock: FakeClock) -> None:
    """A code past its time is refused with the time it ended."""
    clock.advance(timedelta(hours=1))
    answer = await scan(office.code())
    assert answer.code == "EXPIRED"
    assert "until" in answer.facts


async def test_revoked(stage: Stage, scan: Any, office: Any, trust: TrustStore) -> None:
    """A revoked code is refused offline."""
    trust.accept(office.bundle(2, revocations=Revocations(tasks=frozenset({7}))))
    assert (await scan(office.code())).code == "REVOKED"


@pytest.mark.parametrize(
    ("data", "dirty", "code"),
    [
        ("https://example.com/pay?x=1", False, "FOREIGN"),
        ("<script>alert(1)</script>", False, "FOREIGN"),
        ("微信支付".encode("gb18030"), False, "FOREIGN"),
        ("https://ky.example.gov.cn/v/123", False, "MALFORMED"),
        ("https://ky.example.gov.cn/v/一二三".encode(), False, "MALFORMED"),
        ("https://ky.example.gov.cn/v/1\x002", True, "MALFORMED"),
    ],
)
async def test_not_a_token(stage: Stage, scan: Any, data: str | bytes, dirty: bool, code: str) -> None:  # noqa: FBT001 - parametrized
    """What does not parse is refused, never sent, and kept as hash and length only."""
    raw = data if isinstance(data, bytes) else data.encode()
    answer = await scan(data, dirty=dirty)
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, code)
    assert stage.calls == ["journal", "ack", "screen REFUSED"]
    row = stage.row
    assert (row.text, row.ids, row.size, row.digest) == (None, None, len(raw), hashlib.sha256(raw).hexdigest())


async def test_control_bytes_are_not_repaired(stage: Stage, scan: Any, office: Any) -> None:
    """A good code in a dirty frame is refused as it is."""
    assert (await scan(office.code(), dirty=True)).code == "MALFORMED"


@pytest.mark.parametrize("kind", [ReplyKind.LATER, ReplyKind.FAULT])
async def test_offline(stage: Stage, scan: Any, office: Any, clock: FakeClock, kind: ReplyKind) -> None:
    """Without the gateway a good code is provisional, with the age of the revocations, and stays pending."""
    stage.reply = Reply(kind, "UNAVAILABLE")
    clock.advance(timedelta(minutes=10))
    answer = await scan(office.code())
    assert (answer.outcome, answer.revocation_age_s) == (Outcome.PROVISIONAL, 600)
    assert stage.calls == ["journal held", "ack", "gateway", "offer", "screen PROVISIONAL"]
    assert stage.states == {}


async def test_gateway_refuses(stage: Stage, scan: Any, office: Any) -> None:
    """The gateway's refusal is shown with its code and sentence, and the row is done."""
    stage.reply = Reply(ReplyKind.REFUSED, "FINISHED", {"state": "FINISHED"}, "这次勘验已经结束。")
    answer = await scan(office.code())
    assert answer == Answer(Outcome.REFUSED, "FINISHED", {"state": "FINISHED"}, "这次勘验已经结束。")
    assert list(stage.states.values()) == [RowState.UPLOADED]


async def test_gateway_will_never_take_it(stage: Stage, scan: Any, office: Any) -> None:
    """A call the gateway will never allow is a dead row and a device out of service."""
    stage.reply = Reply(ReplyKind.DEAD, "NOT_ALLOWED")
    answer = await scan(office.code())
    assert (answer.outcome, answer.code) == (Outcome.OUT_OF_SERVICE, "NOT_ALLOWED")
    assert list(stage.states.values()) == [RowState.DEAD]


async def test_locked_out(stage: Stage, scan: Any, office: Any) -> None:
    """A kiosk the gateway does not know is out of service; its rows wait until it is known again."""
    stage.reply = Reply(ReplyKind.LOCKED_OUT, "NOT_AUTHENTICATED")
    assert (await scan(office.code())).outcome is Outcome.OUT_OF_SERVICE
    assert stage.states == {}


async def test_unknown_key_asks_the_gateway(stage: Stage, scan: Any, office: Any) -> None:
    """A key newer than our bundle is for the gateway to judge."""
    assert (await scan(office.code_of_unknown_key())).outcome is Outcome.ACCEPTED
    assert stage.row.verdict == "UNKNOWN_KEY"


async def test_unknown_key_offline(stage: Stage, scan: Any, office: Any) -> None:
    """A key nobody here knows is never provisional."""
    stage.reply = Reply(ReplyKind.LATER, "UNAVAILABLE")
    answer = await scan(office.code_of_unknown_key())
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, "UNKNOWN_KEY")


async def test_old_bundle_offline(stage: Stage, scan: Any, office: Any, clock: FakeClock) -> None:
    """Past the life of the bundle nothing is accepted offline; the gateway still may."""
    clock.advance(timedelta(hours=73))
    stage.reply = Reply(ReplyKind.LATER, "UNAVAILABLE")
    assert (await scan(office.code())).code == "BUNDLE_STALE"
    stage.reply = Reply(ReplyKind.VERIFIED, visit=CARD)
    clock.advance(timedelta(seconds=6))
    assert (await scan(office.code())).outcome is Outcome.ACCEPTED


async def test_no_bundle(tmp_path: Path, stage: Stage, office: Any, clock: FakeClock) -> None:
    """Before the first bundle nobody can tell ours from foreign: everything is refused and nothing kept in clear."""
    empty = TrustStore(tmp_path / "none", office.root_public, clock)
    pipeline = Pipeline(
        clock=clock,
        trust=empty,
        journal=stage,
        acknowledge=stage.acknowledge,
        gateway=stage,
        uploads=stage,
        show=stage.show,
        deadline_s=1.5,
    )
    answer = await pipeline.handle(Reading(office.code().encode(), False, clock.now(), 0.0))
    assert (answer.outcome, answer.code, stage.row.text) == (Outcome.REFUSED, "BUNDLE_STALE", None)


async def test_disk_full(stage: Stage, scan: Any, office: Any) -> None:
    """A scan that cannot be written down is neither acknowledged nor sent, and the next try is a new scan."""
    stage.disk_full = True
    answer = await scan(office.code())
    assert (answer.outcome, answer.code) == (Outcome.OUT_OF_SERVICE, "STORAGE_UNAVAILABLE")
    assert stage.calls == ["journal held", "screen OUT_OF_SERVICE"]
    stage.disk_full = False
    assert (await scan(office.code())).outcome is Outcome.ACCEPTED
