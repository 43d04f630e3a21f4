"""Any text in any field of any RPC, on both databases: an answer or a refusal, never our fault (A13, A16)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from gateway.testkit.grpc_door import RPCS, Door, Pki, Samples, policy_of, serving
from gateway.testkit.office import make_office

WEIRD = {
    "nul": "a\x00b",
    "emoji": "🧾👩‍👩‍👧‍👦",
    "long": "长" * 10_000,
    "long_ascii": "x" * 30_000,
    "newlines": "a\r\nX-Injected: 1\n",
    "bidi": "\u202eabc\u200b\ufeff",
    "sql": "'; DROP TABLE visits; --",
    "format": "{0.__class__} {x!r} %n %s {{7*7}}",
    "path": "../../etc/passwd",
    "combining": "e" + "\u0301" * 500,
    "digits": "٣" * 18,
    "spaces": "   ",
}


def text_fields(descriptor: Descriptor, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every string field of a message."""
    for part in descriptor.fields:
        here = (*before, part.name)
        if part.message_type is not None:
            yield from text_fields(part.message_type, here)
        elif part.type == FieldDescriptor.TYPE_STRING:
            yield here


PLACES = [(rpc, path) for rpc in sorted(RPCS) for path in text_fields(RPCS[rpc].input_type)]


def put(message: Any, path: tuple[str, ...], value: str) -> None:
    """Set a field somewhere inside a message."""
    for name in path[:-1]:
        inner = getattr(message, name)
        message = inner[0] if hasattr(inner, "append") else inner
    if hasattr(getattr(message, path[-1]), "append"):
        getattr(message, path[-1])[0] = value
    else:
        setattr(message, path[-1], value)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def any_door(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_url: str | None, pki: Pki
) -> Iterator[Door]:
    """The door of an office with one filed visit, on each database."""
    url = f"sqlite:///{tmp_path_factory.mktemp('texts') / Path('kanyan.db')}"
    if request.param == "postgres":
        if postgres_url is None:
            pytest.skip("no postgres server answers")
        url = postgres_url
    made = make_office(url)

    async def filed() -> None:
        await made.filed()

    asyncio.run(filed())
    with serving(made.runner, pki, max_message_bytes=1_048_576) as opened:
        yield opened
    made.close()


@pytest.mark.parametrize(("rpc", "path"), PLACES, ids=[f"{rpc}:{'.'.join(path)}" for rpc, path in PLACES])
def test_any_text_anywhere(rpc: str, path: tuple[str, ...], any_door: Door, samples: Samples) -> None:
    """No text is our fault, and no refusal is too large to arrive whole."""
    line = any_door.anybody(policy_of(rpc).roles[0])
    for name, value in WEIRD.items():
        request = samples.request(rpc)
        put(request, path, value)
        refusal = line.outcome(rpc, request)
        if refusal is not None:
            assert refusal.status not in {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN}, (name, refusal)
            assert refusal.status is not grpc.StatusCode.UNAVAILABLE, (name, refusal)
            assert all(len(fact) <= 200 for fact in refusal.facts.values())


def test_the_places_are_found() -> None:
    """The walk over the descriptors reaches nested and repeated fields."""
    assert {
        ("CaseService/AcceptCase", ("party", "contact_phone")),
        ("VisitService/SubmitResult", ("answers", "remark")),
        ("VisitService/FileVisit", ("inspector_ids",)),
        ("TokenService/VerifyToken", ("text",)),
    } <= set(PLACES)
    assert len(PLACES) > 40
