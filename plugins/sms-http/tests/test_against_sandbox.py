"""The plugin against the simulated SMS centre over real sockets, faults included."""

from __future__ import annotations

import socket
from dataclasses import replace

import httpx
import pytest
from sms_http.channel import HttpSms

from gateway.sdk import Done, Http, Notice, PluginContext, Rejected, Retry, Uncertain
from gateway.testkit.contexts import fake_context


@pytest.fixture
def context(control: httpx.Client, real_http: Http) -> PluginContext:
    """A context that points to the simulated SMS centre."""
    return fake_context("sms-http", config={"url": f"{str(control.base_url).rstrip('/')}/sms"}, http=real_http)


def fault(control: httpx.Client, mode: str, seconds: float = 0) -> None:
    """Let the next message meet this fault."""
    facts = {"mode": mode, "times": 1, "seconds": seconds, "on": "deliver"}
    control.post("/_sandbox/faults", json=facts).raise_for_status()


def test_message_is_sent_once(control: httpx.Client, context: PluginContext, notice: Notice) -> None:
    """A second attempt gets the first receipt, and the telephone rings once."""
    first = HttpSms().send(notice, context)
    assert isinstance(first, Done)
    assert HttpSms().send(replace(notice, attempt=2), context) == first
    assert HttpSms().query(notice.delivery_id, context) == first
    (only,) = control.get("/_sandbox/received").json()["received"]
    assert (only["effects"], only["attempts"], only["body"]["text"]) == (1, 2, notice.text)


def test_refusal_is_final(context: PluginContext, notice: Notice) -> None:
    """A number that is none comes back with the centre's reason."""
    assert HttpSms().send(replace(notice, phone="前台"), context) == Rejected(
        "answered 422: phone: not a telephone number"
    )


def test_lost_answer_is_settled_by_asking(control: httpx.Client, context: PluginContext, notice: Notice) -> None:
    """An answer that is lost after the effect is Uncertain, and the question finds the receipt."""
    fault(control, "lose_answer")
    assert isinstance(HttpSms().send(notice, context), Uncertain)
    assert isinstance(HttpSms().query(notice.delivery_id, context), Done)


def test_broken_connection_is_settled_by_asking(control: httpx.Client, context: PluginContext, notice: Notice) -> None:
    """A connection that breaks before the effect is Uncertain, too, and the question says: not there."""
    fault(control, "down")
    assert isinstance(HttpSms().send(notice, context), Uncertain)
    assert HttpSms().query(notice.delivery_id, context) == Retry("not there")


def test_slow_centre_is_uncertain(control: httpx.Client, context: PluginContext, notice: Notice) -> None:
    """No answer in time is Uncertain: the centre may send later."""
    fault(control, "slow", seconds=30)
    assert isinstance(HttpSms().send(notice, context), Uncertain)


def test_error_is_retried(control: httpx.Client, context: PluginContext, notice: Notice) -> None:
    """A 500 is Retry, and the next attempt is taken."""
    fault(control, "error500")
    assert HttpSms().send(notice, context) == Retry("answered 500")
    assert isinstance(HttpSms().send(notice, context), Done)


def test_refused_connection_is_retried(context: PluginContext, notice: Notice) -> None:
    """Where nobody listens nothing was sent: Retry, not Uncertain."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = replace(context, config={"url": f"http://127.0.0.1:{nobody.getsockname()[1]}/sms"})
        assert isinstance(HttpSms().send(notice, away), Retry)
