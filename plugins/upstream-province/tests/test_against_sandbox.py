"""The plugin against the simulated platform over real sockets, faults included."""

from __future__ import annotations

import socket
from dataclasses import replace

import httpx
import pytest
from upstream_province.platform import Province

from gateway.sdk import (
    CaseAccepted,
    Done,
    Http,
    HttpNoAnswer,
    MatterPublished,
    Message,
    PluginContext,
    Rejected,
    Retry,
    Uncertain,
)
from gateway.testkit.contexts import fake_context


@pytest.fixture
def context(control: httpx.Client, real_http: Http) -> PluginContext:
    """A context that points to the simulated platform."""
    return fake_context("upstream-province", config={"base_url": str(control.base_url)}, http=real_http)


def fault(control: httpx.Client, mode: str, seconds: float = 0) -> None:
    """Let the next delivery meet this fault."""
    facts = {"mode": mode, "times": 1, "seconds": seconds, "on": "deliver"}
    control.post("/_sandbox/faults", json=facts).raise_for_status()


def effects(control: httpx.Client) -> list[tuple[str, int]]:
    """Delivery id and attempts of what took effect."""
    received = control.get("/_sandbox/received").json()["received"]
    return [(item["delivery_id"], item["attempts"]) for item in received]


def test_result_arrives_once(control: httpx.Client, context: PluginContext, result_message: Message) -> None:
    """A result with its report is taken; sent again it gets the same receipt and has no second effect."""
    first = Province().deliver(result_message, context)
    assert isinstance(first, Done)
    assert Province().deliver(replace(result_message, attempt=2), context) == first
    assert Province().query(result_message.delivery_id, context) == first
    (only,) = control.get("/_sandbox/received").json()["received"]
    assert (only["effects"], only["attempts"], only["other_content"]) == (1, 2, 0)
    assert only["body"]["scene_no"] == "TJKY-430922-20261123-0001"


def test_event_arrives(context: PluginContext, result_message: Message) -> None:
    """Another message is taken as an event, and asking after it finds it there."""
    event = replace(result_message, kind="visit.filed", attachments=())
    outcome = Province().deliver(event, context)
    assert isinstance(outcome, Done)
    assert Province().query(event.delivery_id, context) == outcome


def test_refusal_is_final(control: httpx.Client, context: PluginContext, result_message: Message) -> None:
    """What the platform cannot take comes back with its reason."""
    outcome = Province().deliver(replace(result_message, body={"case_no": "示例-1"}), context)
    assert outcome == Rejected("answered 422: scene_no: a non-empty text is required")
    assert effects(control) == []


def test_lost_answer_is_settled_by_asking(
    control: httpx.Client, context: PluginContext, result_message: Message
) -> None:
    """An answer that is lost after the effect is Uncertain, and the question finds the receipt."""
    fault(control, "lose_answer")
    assert isinstance(Province().deliver(result_message, context), Uncertain)
    assert isinstance(Province().query(result_message.delivery_id, context), Done)
    assert effects(control) == [(result_message.delivery_id, 1)]


def test_broken_connection_is_settled_by_asking(
    control: httpx.Client, context: PluginContext, result_message: Message
) -> None:
    """A connection that breaks before the effect is Uncertain, too, and the question says: not there."""
    fault(control, "down")
    assert isinstance(Province().deliver(result_message, context), Uncertain)
    assert Province().query(result_message.delivery_id, context) == Retry("not there")


def test_slow_platform_is_uncertain(control: httpx.Client, context: PluginContext, result_message: Message) -> None:
    """No answer in time is Uncertain: the platform may act later."""
    fault(control, "slow", seconds=30)
    assert isinstance(Province().deliver(result_message, context), Uncertain)


def test_error_is_retried(control: httpx.Client, context: PluginContext, result_message: Message) -> None:
    """A 500 is Retry, and the next attempt is taken."""
    fault(control, "error500")
    assert Province().deliver(result_message, context) == Retry("answered 500")
    assert isinstance(Province().deliver(result_message, context), Done)


def test_refused_connection_is_retried(control: httpx.Client, context: PluginContext, result_message: Message) -> None:
    """Where nobody listens nothing was sent: Retry, not Uncertain."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        away = replace(context, config={"base_url": address})
        assert isinstance(Province().deliver(result_message, away), Retry)


def test_matters_and_cases_are_fetched(control: httpx.Client, context: PluginContext) -> None:
    """All matters of the simulated catalogue can be read, then every case once."""
    case_no = control.post("/_sandbox/accept-case").json()["case_no"]
    control.post("/_sandbox/accept-case", json={"accepted_at": "昨天", "case_no": "broken"})
    matters = Province().pull("", context)
    assert matters.more
    assert matters.bad == ()
    assert {type(event) for event in matters.events} == {MatterPublished}
    cases = Province().pull(matters.cursor, context)
    assert [event.case_no for event in cases.events if isinstance(event, CaseAccepted)] == [case_no]
    assert [bad.external_id for bad in cases.bad] == ["broken"]
    assert Province().pull(cases.cursor, context).events == ()


def test_platform_that_is_down_gives_no_page(control: httpx.Client, context: PluginContext) -> None:
    """A broken connection while fetching is no empty page."""
    control.post("/_sandbox/faults", json={"mode": "down", "times": 1, "on": "pull"}).raise_for_status()
    with pytest.raises(HttpNoAnswer):
        Province().pull("", context)
