"""A real server on a loopback port over an office on SQLite, and a browser that fills in its forms."""

from __future__ import annotations

import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import cast

import httpx
import pytest
import pytest_asyncio
import uvicorn

from gateway.testkit.office import INSPECTORS, ONE_TIME_CODE, Office, make_office
from gateway.trust.text import parse_text, to_digits
from gateway.trust.token import Header, mint
from gateway.usecases.runner import Runner
from gateway.usecases.views import CodeView
from gateway.web.app import build_app
from gateway.web.server import server_config


@dataclass
class Form:
    """One form of a page: what it would send untouched, and everything in it by name and value."""

    values: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)
    unlabelled: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """An answer as a browser reads it."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer = answer
        self.status = answer.status_code
        self.path = answer.request.url.raw_path.decode()
        self.forms: dict[str, Form] = {}
        self.links: list[str] = []
        self.tags: list[str] = []
        self._words: list[str] = []
        self._form = Form()
        self._labels: set[str] = set()
        self._seen: dict[str, str] = {}
        self.feed(answer.text)
        self.text = " ".join(" ".join(self._words).split())

    @property
    def unlabelled(self) -> list[str]:
        """Names of visible inputs that no label is bound to."""
        return [name for control, name in self._seen.items() if control not in self._labels]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in forms, inputs, labels and links."""
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        if tag == "form":
            self._form = self.forms[given["id"]] = Form()
        elif tag == "a":
            self.links.append(given["href"])
        elif tag == "label":
            self._labels.add(given["for"])
        elif tag in {"input", "textarea"}:
            self._input(given)

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self._words.append(data)

    def _input(self, given: dict[str, str]) -> None:
        kind, name, value = given.get("type", "text"), given["name"], given.get("value", "")
        self._form.offered.setdefault(name, []).append(value)
        if kind != "hidden":
            self._seen[given["id"]] = name
        if kind not in {"checkbox", "radio"} or "checked" in given:
            self._form.values.setdefault(name, []).append(value)


class Browser:
    """Opens codes and sends forms; redirects are followed by hand, so that a test sees them."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str) -> Page:
        """A page by its path."""
        return Page(await self.client.get(path))

    async def scan(self, code: CodeView | str) -> Page:
        """What a phone shows after scanning a code."""
        url = code if isinstance(code, str) else code.url
        return await self.get(httpx.URL(url).raw_path.decode())

    async def send(self, page: Page, form: str, **changed: str | Sequence[str]) -> Page:
        """Send a form of the page as a browser would, with these values changed."""
        data = {name: list(values) for name, values in page.forms[form].values.items()}
        data |= {name: [value] if isinstance(value, str) else list(value) for name, value in changed.items()}
        return Page(await self.client.post(page.path, data=data))

    async def confirm(
        self, page: Page, *, present: Sequence[str] = INSPECTORS, code: str = ONE_TIME_CODE, **changed: str
    ) -> Page:
        """Tick, type, send."""
        return await self.send(page, "confirm", present=present, one_time_code=code, **changed)

    async def follow(self, page: Page) -> Page:
        """Go where a redirect leads."""
        return await self.get(page.answer.headers["location"])


@contextmanager
def served(runner: Runner) -> Iterator[str]:
    """The pages over a runner, on a free port, in a thread."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(server_config(build_app(runner)))
        thread = threading.Thread(target=server.run, args=([listener],), name="web")
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An empty office; see `gateway.testkit.office`."""
    made = make_office(f"sqlite:///{tmp_path / 'kanyan.db'}")
    yield made
    made.close()


@pytest_asyncio.fixture
async def browser(office: Office) -> AsyncIterator[Browser]:
    """A browser on the pages of the office."""
    with served(office.runner) as url:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as client:
            yield Browser(client)


@pytest_asyncio.fixture
async def code(office: Office) -> CodeView:
    """A code just shown by the first inspector of a visit with both inspectors and the helper."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept()
    filed = await office.file(inspector_ids=(*INSPECTORS, "TJ-003"))
    office.clock.set(filed.visit.starts_at)
    return await office.issue(filed.visit.visit_no)


@pytest_asyncio.fixture
async def broken() -> AsyncIterator[Browser]:
    """A browser on pages whose runner fails in a way nobody foresaw, quoting what it was given."""

    class Broken:
        tools = make_tools_of_nothing()

        async def do(self, _use_case: object, command: object, *_rest: object) -> object:
            raise RuntimeError(f"cannot do {command}")

    with served(cast("Runner", Broken())) as url:
        async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as client:
            yield Browser(client)


def make_tools_of_nothing() -> object:
    """As much of the tools as the pages read before they ask the runner."""

    class Nothing:
        report_phone = "0737-0000000"
        url_prefix = "https://ky.taojiang.example/v/"
        secret = b"a secret for tests, 32 bytes long"

    return Nothing()


@pytest.fixture
def unminted(office: Office) -> Callable[[CodeView], str]:
    """The path of a code with our good signature and a counter that was never minted."""

    def forge(code: CodeView) -> str:
        known = parse_text(code.url, office.tools.url_prefix).header
        header = Header(known.kid, known.task, known.badge, 999, known.party_tag, known.not_before, known.lifetime_s)
        return f"/v/{to_digits(mint(office.tools.signing_key, header))}"

    return forge
