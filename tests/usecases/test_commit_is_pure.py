"""A commit touches the database only: no file, no socket, no process, no plugin."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.domain.access import Role, writing
from gateway.errors import GatewayBug
from gateway.plugin_host.guard import forbid_calls
from gateway.store.transaction import Transaction
from gateway.testkit.office import PROVINCE, Office, make_office
from gateway.testkit.plugins import CATALOG_CODE
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import UseCase, nothing

FORBIDDEN = {"open", "socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system"}
_thread = threading.local()
_seen: list[str] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if getattr(_thread, "committing", False) and event in FORBIDDEN:
        _seen.append(f"{event} {arguments[:1]!r}")


# A hook stays for the life of the process; outside of the fence below it sees nothing.
sys.addaudithook(_hook)


@contextmanager
def watched() -> Iterator[None]:
    """The gateway's fence, and the flag by which the hook knows that this thread is inside a commit."""
    _thread.committing = True
    try:
        with forbid_calls():
            yield
    finally:
        _thread.committing = False


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An office whose commits are watched."""
    made = make_office(database_url, fence=watched)
    _seen.clear()
    yield made
    made.close()


async def _whole_life(office: Office, case_no: str) -> None:
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept(case_no)
    refused = await office.file(case_no)
    office.clock.set(refused.visit.starts_at)
    await office.refuse((await office.verify(refused.codes[0].url)).proof)
    filed = await office.file(case_no)
    office.clock.set(filed.visit.starts_at)
    shown = await office.issue(filed.visit.visit_no)
    await office.confirm((await office.verify(shown.url)).proof)
    await office.finish(filed.visit.visit_no)
    await office.submit(filed.visit.visit_no)
    await office.deliver_all()


async def test_no_commit_leaves_the_database(office: Office) -> None:
    """Through the whole life of a case no commit opens a file or a socket or starts a process."""
    # The first life imports what is imported late; what counts is the second.
    await _whole_life(office, "示例-1")
    _seen.clear()
    await _whole_life(office, "示例-2")
    assert _seen == []


def _opens_a_file(_command: str, _prepared: None, _tx: Transaction, _tools: Tools) -> str:
    return Path(__file__).read_text(encoding="utf-8")[:3]


def _opens_a_socket(_command: str, _prepared: None, _tx: Transaction, _tools: Tools) -> str:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
    return "bound"


def _calls_a_plugin(_command: str, _prepared: None, _tx: Transaction, tools: Tools) -> str:
    return str(tools.plugins.matter(CATALOG_CODE).judge(()))


def _use_case(commit: Any) -> UseCase[str, None, str]:
    return UseCase("test", writing(Role.PLATFORM), str, nothing, commit)


@pytest.mark.parametrize(("commit", "event"), [(_opens_a_file, "open"), (_opens_a_socket, "socket.bind")])
async def test_the_watch_can_bark(office: Office, commit: Any, event: str) -> None:
    """A commit that opens a file or a socket is seen, so that silence above means something."""
    await office.do(_use_case(commit), "x", PROVINCE)
    assert [seen.split()[0] for seen in _seen] == [event]


async def test_a_plugin_call_inside_a_commit_is_a_bug(office: Office) -> None:
    """The fence refuses plugin calls outright, and nothing of the commit stays."""
    before = office.counts()
    with pytest.raises(GatewayBug):
        await office.do(_use_case(_calls_a_plugin), "x", PROVINCE)
    assert office.counts() == before


async def test_prepare_may_call_plugins(office: Office) -> None:
    """The fence ends with the commit: the same call is allowed in `prepare`."""
    called: list[str] = []
    office.plugins.demo.meanwhile.append(lambda: called.append("judge"))
    filed = await office.confirmed()
    await office.finish(filed.visit.visit_no)
    assert (await office.submit(filed.visit.visit_no)).decision == "pass"
    assert called == ["judge"]
