"""Rules of the gateway client and the uploader, against a real gRPC server over mTLS."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from gateway.errors import ConfigInvalid, ConfigNotFound, Unavailable
from gateway.testkit.clock import FakeClock
from gateway.trust.text import parse_text
from terminals.gateway_client import GatewayClient, ReplyKind, credentials
from terminals.journal import FAULTS_MAX, Ids, Journal, Scan
from terminals.outcome import Answer, Outcome, Person
from terminals.pipeline import Pipeline, Reading, no_acknowledgement
from terminals.trust_store import TrustStore
from terminals.uploader import Uploader

WAIT_S = 20.0


@pytest.fixture
async def client(gateway: Any, papers: Any) -> AsyncIterator[GatewayClient]:
    """A client of the fake gateway."""
    made = GatewayClient(gateway.address, credentials(papers.certificate, papers.key, papers.authority))
    yield made
    await made.close()


@pytest.fixture
async def journal(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Journal]:
    """An open journal."""
    made = Journal(tmp_path / "journal.sqlite3", clock)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
def scan(office: Any, clock: FakeClock) -> Scan:
    """One scan of a genuine code."""
    text = office.code()
    header = parse_text(text, office.prefix).header
    ids = Ids(header.kid, header.task, header.badge, header.seq)
    return Scan("0" * 31 + "1", clock.now(), 0, len(text), "d", "VERIFIED", text, ids)


async def test_verified(gateway: Any, client: GatewayClient, scan: Scan) -> None:
    """An accepted code brings people, matter, department and window in Beijing time, and nothing of the party."""
    reply = await client.verify(scan, WAIT_S)
    assert reply.kind is ReplyKind.VERIFIED
    assert reply.visit is not None
    assert reply.visit.people == (Person("张示例", "SL-000001", False), Person("李示例", "", True))
    assert reply.visit.window == "2026年11月23日 09:00 至 2026年11月23日 11:00"
    assert "示例餐饮店" not in repr(reply)
    (request,) = gateway.requests
    assert (request.idempotency_key, request.text) == (scan.id, scan.text)
    assert request.scanned_at.ToDatetime() == scan.read_at.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (grpc.StatusCode.UNAVAILABLE, ReplyKind.LATER),
        (grpc.StatusCode.DEADLINE_EXCEEDED, ReplyKind.LATER),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, ReplyKind.LATER),
        (grpc.StatusCode.INVALID_ARGUMENT, ReplyKind.DEAD),
        (grpc.StatusCode.PERMISSION_DENIED, ReplyKind.DEAD),
        (grpc.StatusCode.ALREADY_EXISTS, ReplyKind.DEAD),
        (grpc.StatusCode.FAILED_PRECONDITION, ReplyKind.REFUSED),
        (grpc.StatusCode.NOT_FOUND, ReplyKind.REFUSED),
        (grpc.StatusCode.UNAUTHENTICATED, ReplyKind.LOCKED_OUT),
        (grpc.StatusCode.INTERNAL, ReplyKind.FAULT),
        (grpc.StatusCode.UNKNOWN, ReplyKind.FAULT),
    ],
)
async def test_statuses(
    gateway: Any, client: GatewayClient, scan: Scan, refusal: Any, status: grpc.StatusCode, kind: ReplyKind
) -> None:
    """Every failed call is sorted by what the kiosk must do, also without details."""
    gateway.refusals[scan.text] = refusal(status)
    reply = await client.verify(scan, WAIT_S)
    assert (reply.kind, reply.code, reply.text) == (kind, status.name, "")


async def test_details(gateway: Any, client: GatewayClient, scan: Scan, refusal: Any) -> None:
    """Code, facts and Chinese sentence come from the status details."""
    gateway.refusals[scan.text] = refusal(grpc.StatusCode.FAILED_PRECONDITION, "FINISHED")
    reply = await client.verify(scan, WAIT_S)
    assert (reply.code, reply.facts) == ("FINISHED", {"state": "FINISHED"})
    assert reply.text.startswith("这次勘验已经结束")


async def test_silent_gateway(gateway: Any, client: GatewayClient, scan: Scan) -> None:
    """A gateway that does not answer costs the deadline and no more."""
    gateway.silent = asyncio.Event()
    assert (await client.verify(scan, 0.2)).kind is ReplyKind.LATER
    gateway.silent.set()


async def test_nobody_there(gateway: Any, client: GatewayClient, scan: Scan) -> None:
    """No gateway is an answer for later."""
    await gateway.stop()
    assert (await client.verify(scan, WAIT_S)).kind is ReplyKind.LATER
    with pytest.raises(Unavailable):
        await client.trust_bundle()


async def test_wrong_authority(gateway: Any, papers: Any, other_papers: Any, scan: Scan) -> None:
    """A gateway whose certificate comes from another authority is not spoken to."""
    wrong = GatewayClient(gateway.address, credentials(papers.certificate, papers.key, other_papers.authority))
    assert (await wrong.verify(scan, WAIT_S)).kind is ReplyKind.LATER
    await wrong.close()
    assert gateway.requests == []


def test_unreadable_papers(papers: Any, tmp_path: Path) -> None:
    """A certificate file that is not there is named."""
    with pytest.raises(ConfigNotFound) as caught:
        credentials(tmp_path / "none.pem", papers.key, papers.authority)
    assert caught.value.facts["path"].endswith("none.pem")


def test_papers_of_two(papers: Any, other_papers: Any) -> None:
    """A key that is not the certificate's is found at the start."""
    with pytest.raises(ConfigInvalid):
        credentials(papers.certificate, other_papers.key, papers.authority)


async def test_trust_bundle(gateway: Any, client: GatewayClient, office: Any) -> None:
    """The bundle arrives byte for byte."""
    gateway.bundle = office.bundle()
    assert await client.trust_bundle() == office.bundle()


async def test_offline_then_once(
    gateway: Any, client: GatewayClient, journal: Journal, trust: TrustStore, office: Any, clock: FakeClock
) -> None:
    """A scan made offline is provisional, and later reaches the gateway exactly once, with the key it had."""
    uploader, shown = Uploader(journal, client), list[Answer]()
    pipeline = Pipeline(
        clock=clock,
        trust=trust,
        journal=journal,
        acknowledge=no_acknowledgement,
        gateway=client,
        uploads=uploader,
        show=shown.append,
        deadline_s=WAIT_S,
    )
    await gateway.stop()
    await pipeline.handle(Reading(office.code().encode(), False, clock.now(), clock.monotonic()))
    assert [answer.outcome for answer in shown] == [Outcome.PROVISIONAL]
    (waiting,) = await journal.pending(9)
    assert await uploader.drain() is False
    await gateway.start()
    task = asyncio.create_task(uploader.run())
    try:
        request = await asyncio.wait_for(gateway.arrived.get(), WAIT_S)
    finally:
        # `settle` runs in the journal's one thread: what is asked after it sees it.
        await until_empty(journal, uploader)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert (request.idempotency_key, request.scanned_at.ToDatetime()) == (
        waiting.id,
        waiting.read_at.replace(tzinfo=None),
    )
    assert await uploader.drain() is True
    assert len(gateway.requests) == 1
    assert await journal.counts() == {"uploaded": 1}


async def until_empty(journal: Journal, uploader: Uploader) -> None:
    """Wait until nothing is pending."""
    async with asyncio.timeout(WAIT_S):
        while await journal.pending(1):
            uploader.heard()


async def test_lost_answer(gateway: Any, client: GatewayClient, journal: Journal, scan: Scan) -> None:
    """When the answer is lost the same message goes again, byte for byte, so the gateway can tell."""
    await journal.append(scan)
    gateway.silent = asyncio.Event()
    assert (await client.verify(scan, 0.2)).kind is ReplyKind.LATER
    gateway.silent.set()
    assert await Uploader(journal, client).drain() is True
    first, second = (request.SerializeToString(deterministic=True) for request in gateway.requests)
    assert first == second


async def test_dead_letter(
    gateway: Any, client: GatewayClient, journal: Journal, clock: FakeClock, refusal: Any
) -> None:
    """A row the gateway will never take goes aside and does not block those behind it."""
    for number, name in enumerate(["bad", "forbidden", "finished", "good"]):
        await journal.append(Scan(f"{number:032x}", clock.now(), 0, 4, name, "VERIFIED", name))
    gateway.refusals = {
        "bad": refusal(grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID"),
        "forbidden": refusal(grpc.StatusCode.PERMISSION_DENIED, "NOT_ALLOWED"),
        "finished": refusal(grpc.StatusCode.FAILED_PRECONDITION, "FINISHED"),
    }
    assert await Uploader(journal, client).drain() is True
    assert [request.text for request in gateway.requests] == ["bad", "forbidden", "finished", "good"]
    assert await journal.counts() == {"dead": 2, "uploaded": 2}


async def test_poison(gateway: Any, client: GatewayClient, journal: Journal, clock: FakeClock, refusal: Any) -> None:
    """A row the gateway stumbles over lets the others pass, and is dead after enough tries."""
    for number, name in enumerate(["poison", "good"]):
        await journal.append(Scan(f"{number:032x}", clock.now(), 0, 4, name, "VERIFIED", name))
    gateway.refusals["poison"] = refusal(grpc.StatusCode.INTERNAL, "INTERNAL")
    uploader = Uploader(journal, client)
    assert [await uploader.drain() for _ in range(FAULTS_MAX + 1)] == [False] * FAULTS_MAX + [True]
    assert await journal.counts() == {"dead": 1, "uploaded": 1}


async def test_outage_stops_the_batch(
    gateway: Any, client: GatewayClient, journal: Journal, clock: FakeClock, refusal: Any
) -> None:
    """While the gateway is overloaded nothing behind the first row is sent."""
    for number, name in enumerate(["first", "second"]):
        await journal.append(Scan(f"{number:032x}", clock.now(), 0, 4, name, "VERIFIED", name))
    gateway.refusals["first"] = refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")
    assert await Uploader(journal, client).drain() is False
    assert [request.text for request in gateway.requests] == ["first"]
    assert await journal.counts() == {"pending": 2}
