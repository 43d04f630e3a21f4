"""A make-believe county: its keys, codes, certificates and a gateway that answers what a test tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from gateway.api.v1 import token_service_pb2, token_service_pb2_grpc
from gateway.clock import SystemClock, unix
from gateway.testkit.clock import FakeClock
from gateway.texts.errors_zh import sentence
from gateway.trust.bundle import ROOT, TrustBundle, sign_bundle
from gateway.trust.keys import SigningKey, new_signing_key
from gateway.trust.pki import issue, new_authority
from gateway.trust.text import to_url
from gateway.trust.token import NO_PARTY, Header, Token, mint
from gateway.trust.verify import Revocations
from terminals.framing import Event
from terminals.trust_store import TrustStore
from terminals.virtual_scanner import VirtualScanner

PREFIX = "https://ky.example.gov.cn/v/"
ISSUER = "ky.example.gov.cn/test"
WAIT_S = 20.0


@dataclass
class Office:
    """Signs bundles and codes at `now`; the party and people are 示例."""

    now: datetime
    root_private: bytes = field(default_factory=ROOT.generate)
    prefix: str = PREFIX

    def __post_init__(self) -> None:
        self.key = self.new_key(1)

    @property
    def root_public(self) -> bytes:
        return ROOT.public(self.root_private)

    def new_key(self, kid: int) -> SigningKey:
        return new_signing_key(kid, ISSUER, self.now - timedelta(days=1), self.now + timedelta(days=29))

    def bundle(
        self, version: int = 1, *, issued_at: datetime | None = None, revocations: Revocations | None = None
    ) -> bytes:
        at = issued_at or self.now
        keys = (self.key.record,)
        facts = TrustBundle(version, ISSUER, PREFIX, at, at + timedelta(hours=72), keys, revocations or Revocations())
        return sign_bundle(self.root_private, facts)

    def token(self, task: int = 7, badge: int = 3, seq: int = 1, *, key: SigningKey | None = None) -> Token:
        signer = key or self.key
        begins = unix(self.now - timedelta(minutes=5))
        return mint(signer, Header(signer.record.kid, task, badge, seq, NO_PARTY, begins, 3600))

    def code(self, task: int = 7, badge: int = 3, seq: int = 1) -> str:
        return to_url(self.token(task, badge, seq), PREFIX)

    def forgery(self, task: int = 7, badge: int = 3, seq: int = 1) -> str:
        """The numbers of a genuine code under a signature made with another key."""
        other = SigningKey(self.key.record, self.new_key(1).private)
        return to_url(self.token(task, badge, seq, key=other), PREFIX)

    def code_of_unknown_key(self) -> str:
        return to_url(self.token(key=self.new_key(9)), PREFIX)


@pytest.fixture
def clock() -> FakeClock:
    """A clock under the test's hand."""
    return FakeClock()


@pytest.fixture
def office(clock: FakeClock) -> Office:
    """An office at the time of that clock."""
    return Office(clock.now())


@pytest.fixture
def live_office() -> Office:
    """An office of today, for processes that read the machine's clock."""
    return Office(datetime.now(UTC))


@pytest.fixture
def trust(tmp_path: Path, office: Office, clock: FakeClock) -> TrustStore:
    """A store that holds a good bundle."""
    store = TrustStore(tmp_path / "bundle", office.root_public, clock)
    store.accept(office.bundle())
    return store


@dataclass(frozen=True)
class Papers:
    """PEM files of a client, and the credentials of a server under the same authority."""

    authority: Path
    certificate: Path
    key: Path
    server: grpc.ServerCredentials


@pytest.fixture
def papers(tmp_path: Path) -> Papers:
    """The papers of this test's kiosk and gateway."""
    return make_papers(tmp_path / "pki")


@pytest.fixture
def other_papers(tmp_path: Path) -> Papers:
    """The same from an authority nobody here trusts."""
    return make_papers(tmp_path / "other-pki")


def make_papers(folder: Path) -> Papers:
    """A new authority, and what it issued, in a new folder."""
    now = datetime.now(UTC)
    authority = new_authority("示例", now, 2)
    server = issue(authority, now, 1, dns=("localhost",), ips=("127.0.0.1",), server=True)
    client = issue(authority, now, 1, spiffe_id="spiffe://kanyan/terminal/demo-1")
    folder.mkdir()
    files = {"ca.pem": authority.certificate_pem, "kiosk.pem": client.certificate_pem, "kiosk.key": client.key_pem}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    pair = [(server.key_pem, server.certificate_pem)]
    credentials = grpc.ssl_server_credentials(pair, authority.certificate_pem, require_client_auth=True)
    return Papers(folder / "ca.pem", folder / "kiosk.pem", folder / "kiosk.key", credentials)


@dataclass(frozen=True)
class Refusal:
    """A failed call: status, error code of ours, and whether details go with it."""

    status: grpc.StatusCode
    code: str = ""


class FakeGateway(token_service_pb2_grpc.TokenServiceServicer):
    """Answers VerifyToken from `refusals` by text (then accepts) and keeps every request."""

    def __init__(self, credentials: grpc.ServerCredentials) -> None:
        self._credentials = credentials
        self._server: Any = None
        self.bundle = b""
        self.port = 0
        self.refusals: dict[str, Refusal] = {}
        self.requests: list[token_service_pb2.VerifyTokenRequest] = []
        self.arrived: asyncio.Queue[token_service_pb2.VerifyTokenRequest] = asyncio.Queue()
        self.silent: asyncio.Event | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        token_service_pb2_grpc.add_TokenServiceServicer_to_server(self, self._server)
        self.port = self._server.add_secure_port(f"127.0.0.1:{self.port}", self._credentials)
        await self._server.start()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop(None)
            self._server = None

    async def VerifyToken(self, request: Any, context: Any) -> Any:
        self.requests.append(request)
        self.arrived.put_nowait(request)
        if self.silent is not None:
            await self.silent.wait()
        refusal = self.refusals.get(request.text)
        if refusal is not None:
            context.set_trailing_metadata(details(refusal))
            await context.abort(refusal.status, "refused")
        return accepted()

    async def GetTrustBundle(self, request: Any, context: Any) -> Any:
        if not self.bundle:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "no bundle")
        return token_service_pb2.GetTrustBundleResponse(bundle=self.bundle)


def details(refusal: Refusal) -> tuple[tuple[str, bytes], ...]:
    """The trailing metadata a gateway sends with a refusal."""
    if not refusal.code:
        return ()
    status = status_pb2.Status(code=refusal.status.value[0], message="refused")
    for detail in (
        error_details_pb2.ErrorInfo(reason=refusal.code, domain="kanyan", metadata={"state": "FINISHED"}),
        error_details_pb2.LocalizedMessage(locale="zh-CN", message=sentence(refusal.code, {"state": "FINISHED"})),
    ):
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    return (("grpc-status-details-bin", status.SerializeToString()),)


def accepted() -> token_service_pb2.VerifyTokenResponse:
    """A visit of 示例 people."""
    response = token_service_pb2.VerifyTokenResponse(shown_by="P1", min_present=2)
    visit = response.visit
    visit.visit_no = "TJKY-430922-20261123-0001"
    visit.matter_name, visit.department_name, visit.party_name = "食品经营许可(示例)", "示例市场监管局", "示例餐饮店"
    visit.inspectors.add(inspector_id="P1", name="张示例", certificate_no="SL-000001")
    visit.inspectors.add(inspector_id="P2", name="李示例", helper=True)
    visit.starts_at.FromDatetime(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
    visit.ends_at.FromDatetime(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))
    return response


@pytest.fixture
async def gateway(papers: Papers) -> AsyncIterator[FakeGateway]:
    """A gRPC server over mTLS on a free loopback port."""
    fake = FakeGateway(papers.server)
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
def refusal() -> type[Refusal]:
    """The class, as tests cannot import this file."""
    return Refusal


class Line:
    """Collects what a SerialLine reports; every wait has an end."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.links: asyncio.Queue[bool] = asyncio.Queue()

    async def event(self) -> Event:
        return await asyncio.wait_for(self.events.get(), WAIT_S)

    async def link(self) -> bool:
        return await asyncio.wait_for(self.links.get(), WAIT_S)


@pytest.fixture
async def heard() -> Line:
    """Collects what a line reports."""
    return Line()


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Callable[..., VirtualScanner]]:
    """Makes virtual scanners that do not pace, behind one symlink; unplugs what a test left in."""
    made: list[VirtualScanner] = []

    def make(*, baud: int = 9600, sleep: Callable[[float], None] = lambda _: None) -> VirtualScanner:
        made.append(VirtualScanner(baud, clock=SystemClock(), sleep=sleep, link=tmp_path / "scanner"))
        return made[-1]

    yield make
    for scanner in made:
        scanner.close()
