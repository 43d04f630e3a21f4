"""Whatever bytes arrive: refused by name, in fixed words, and never with our insides (reliability.md A1 to A6)."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf import message_factory
from google.protobuf.message import DecodeError
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gateway.api.v1 import case_service_pb2, visit_service_pb2
from gateway.errors import MalformedMessage
from gateway.rpc.call import MOST_ELEMENTS
from gateway.testkit.grpc_door import RPCS, Bare, Door, Refusal, Samples, policy_of

OURS = {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN}
UNKNOWN_FIELD = bytes.fromhex("c0a907") + b"\x01"
"""Field 15000, a varint 1."""
MUTATING = sorted(rpc for rpc in RPCS if policy_of(rpc).mutating)
MALFORMED = Refusal(
    grpc.StatusCode.INVALID_ARGUMENT,
    MalformedMessage().english(),
    "MALFORMED_MESSAGE",
    {},
    "报文无法解析。请用本版本的 proto 重新编码后再发送。",
)


def is_message(rpc: str, raw: bytes) -> bool:
    """Whether protobuf itself can read this."""
    try:
        message_factory.GetMessageClass(RPCS[rpc].input_type).FromString(raw)
    except DecodeError:
        return False
    return True


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, int, int]:
    """How to damage a good message: cut, flip or double it, where, with what."""
    how = draw(st.sampled_from(["cut", "flip", "double"]))
    return how, draw(st.integers(0, 400)), draw(st.integers(1, 255))


@pytest.mark.parametrize("rpc", sorted(RPCS))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=120))
@example(raw=b"\x0b" * 50_000)
@example(raw=b"\x0a\x02\xff\xfe")
@example(raw=b"\x0a\xff\xff\xff\xff\x07")
@example(raw=b"\xff" * 11)
def test_random_bytes(rpc: str, raw: bytes, busy_door: Door) -> None:
    """What is no message is MALFORMED_MESSAGE in constant words; what is one by chance never shows our insides."""
    refusal = busy_door.anybody(policy_of(rpc).roles[0]).outcome(rpc, raw)
    if not is_message(rpc, raw):
        assert refusal == MALFORMED
    assert refusal is None or refusal.status not in OURS


@pytest.mark.parametrize("rpc", sorted(RPCS))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=damaged())
def test_damaged_messages(rpc: str, damage: tuple[str, int, int], busy_door: Door, samples: Samples) -> None:
    """Cut, flipped and doubled messages are refused or answered, never our fault."""
    good = bytearray(samples.request(rpc).SerializeToString())
    how, place, value = damage
    place = place % len(good) if good else 0
    raw = bytes({"cut": good[:place], "double": good + good}.get(how, good))
    if how == "flip" and good:
        raw = raw[:place] + bytes([raw[place] ^ value]) + raw[place + 1 :]
    refusal = busy_door.anybody(policy_of(rpc).roles[0]).outcome(rpc, raw)
    assert refusal is None or refusal.status not in OURS
    if not is_message(rpc, raw):
        assert refusal == MALFORMED


@pytest.mark.parametrize("rpc", MUTATING)
def test_unknown_fields_where_something_changes(rpc: str, busy_door: Door, samples: Samples) -> None:
    """A field we do not know could be a condition we would break: refused, and named."""
    raw = samples.request(rpc).SerializeToString() + UNKNOWN_FIELD
    refusal = busy_door.anybody(policy_of(rpc).roles[0]).refused(rpc, raw)
    assert (refusal.reason, refusal.facts) == ("UNKNOWN_FIELDS", {"fields": "#15000"})


@pytest.mark.parametrize("rpc", sorted(set(RPCS) - set(MUTATING)))
def test_unknown_fields_where_nothing_changes(rpc: str, busy_door: Door, samples: Samples) -> None:
    """A newer client may ask an older server."""
    raw = samples.request(rpc).SerializeToString() + UNKNOWN_FIELD
    refusal = busy_door.anybody(policy_of(rpc).roles[0]).outcome(rpc, raw)
    assert refusal is None or refusal.reason != "UNKNOWN_FIELDS"


@pytest.mark.parametrize(
    ("rpc", "path"),
    [
        ("CaseService/AcceptCase", "party"),
        ("CaseService/AcceptCase", "accepted_at"),
        ("RegistryService/PutInspector", "inspector"),
        ("VisitService/SubmitResult", "answers"),
    ],
)
def test_unknown_fields_inside(rpc: str, path: str, busy_door: Door, samples: Samples) -> None:
    """Nested ones are found too, and their place is named."""
    request = samples.request(rpc)
    inner: Any = getattr(request, path)
    (inner[0] if path == "answers" else inner).MergeFromString(UNKNOWN_FIELD)
    refusal = busy_door.anybody(policy_of(rpc).roles[0]).refused(rpc, request)
    assert (refusal.reason, refusal.facts) == ("UNKNOWN_FIELDS", {"fields": f"{path}.#15000"})


def test_a_crowd_of_unknown_fields(busy_door: Door, samples: Samples) -> None:
    """At most ten are named: a refusal stays small."""
    crowd = b"".join(bytes([0x80 | (8 * n) & 0x7F, 0x04 + (8 * n >> 7), 1]) for n in range(100))
    refusal = busy_door.anybody("platform").refused(
        "CaseService/AcceptCase", samples.request("CaseService/AcceptCase").SerializeToString() + crowd
    )
    assert len(refusal.facts["fields"].split(",")) == 10


def test_too_large(busy_door: Door) -> None:
    """One byte over the limit is RESOURCE_EXHAUSTED before anything is decoded; the line lives on."""
    line = busy_door.anybody("platform")
    for size in (65_537, 5_000_000):
        with pytest.raises(Bare) as refused:
            line.send("CaseService/GetCase", b"\x0a" * size)
        assert refused.value.status is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert line.refused("CaseService/GetCase", b"\x0a" * 65_536) == MALFORMED


def test_a_compressed_bomb(busy_door: Door) -> None:
    """What counts is the size after unpacking."""
    call: Any = busy_door.anybody("platform").channel.unary_unary("/gateway.api.v1.CaseService/GetCase")
    with pytest.raises(grpc.RpcError) as refused:
        call(b"\x00" * 50_000_000, timeout=20, compression=grpc.Compression.Gzip)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize(
    ("rpc", "request_", "field"),
    [
        (
            "VisitService/SubmitResult",
            visit_service_pb2.SubmitResultRequest(answers=[visit_service_pb2.Answer()] * (MOST_ELEMENTS + 1)),
            "answers",
        ),
        (
            "VisitService/FileVisit",
            visit_service_pb2.FileVisitRequest(inspector_ids=[""] * (MOST_ELEMENTS + 1)),
            "inspector_ids",
        ),
    ],
)
def test_too_many_elements(rpc: str, request_: Any, field: str, busy_door: Door) -> None:
    """Two bytes each on the wire, much more here: counted before they are looked at."""
    refusal = busy_door.anybody("inspector").refused(rpc, request_)
    assert (refusal.reason, refusal.facts["field"]) == ("FIELD_INVALID", field)


@pytest.mark.parametrize(
    ("seconds", "nanos", "reason"),
    [
        (0, 0, "FIELD_MISSING"),
        (1_795_000_000, -1, "FIELD_INVALID"),
        (1_795_000_000, 1_000_000_000, "FIELD_INVALID"),
        (253_402_300_800, 0, "FIELD_INVALID"),
        (2**63 - 1, 0, "FIELD_INVALID"),
        (-(2**63), 0, "FIELD_INVALID"),
        (-1, 0, "FIELD_INVALID"),
        (4_102_444_800, 0, "FIELD_INVALID"),
    ],
)
def test_times_out_of_range(seconds: int, nanos: int, reason: str, busy_door: Door, samples: Samples) -> None:
    """Negative nanoseconds, the year 10000 and the like are the caller's mistake, in every field that is a time."""
    fields = (("CaseService/AcceptCase", "accepted_at"), ("VisitService/FileVisit", "ends_at"))
    for rpc, field in fields:
        request = samples.request(rpc)
        stamp = getattr(request, field)
        stamp.seconds, stamp.nanos = seconds, nanos
        refusal = busy_door.anybody(policy_of(rpc).roles[0]).refused(rpc, request)
        assert (refusal.reason, refusal.facts["field"]) == (reason, field)


def test_a_time_that_may_be_absent(busy_door: Door, samples: Samples) -> None:
    """`scanned_at` is looked at only if it is there; there, it must be a time."""
    request = samples.request("TokenService/VerifyToken")
    request.ClearField("scanned_at")
    assert busy_door.anybody("public").refused("TokenService/VerifyToken", request).reason == "FOREIGN"
    request.scanned_at.nanos = -1
    assert busy_door.anybody("public").refused("TokenService/VerifyToken", request).reason == "FIELD_INVALID"


def test_an_enum_out_of_range(busy_door: Door, samples: Samples) -> None:
    """Open enums let any number through; ours are closed."""
    request = samples.request("TokenService/RefuseVisit")
    for number in (0, 7, -1, 2**31 - 1):
        request.reason = number
        refusal = busy_door.anybody("public").refused("TokenService/RefuseVisit", request)
        assert (refusal.reason, refusal.facts["field"]) == ("FIELD_INVALID", "reason")


@pytest.mark.parametrize("rpc", MUTATING)
@pytest.mark.parametrize("key", ["", "x" * 15, "x" * 65, "键" * 16, "x" * 15 + " ", "x" * 20 + "\n"])
def test_keys(rpc: str, key: str, busy_door: Door, samples: Samples) -> None:
    """Every mutating RPC needs a key of 16 to 64 visible ASCII characters."""
    request = samples.request(rpc)
    request.idempotency_key = key
    assert busy_door.anybody(policy_of(rpc).roles[0]).refused(rpc, request).reason == "IDEMPOTENCY_KEY_MISSING"


def test_the_sample_is_a_message() -> None:
    """The unknown field of these tests is one: protobuf reads it and keeps it."""
    message = case_service_pb2.GetCaseRequest.FromString(UNKNOWN_FIELD)
    assert message.SerializeToString() == UNKNOWN_FIELD
