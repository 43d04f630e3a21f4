"""Rules of handing over and of asking after it, with a scripted platform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from upstream_province.platform import Province

from gateway.sdk import (
    Done,
    HttpNoAnswer,
    HttpNotSent,
    HttpReply,
    Message,
    Outcome,
    PluginContext,
    Rejected,
    Retry,
    Uncertain,
)
from gateway.testkit.contexts import FakeHttp, FakeLog, fake_context

TAKEN = {"receipt": "SLT-000001"}


def context(*replies: HttpReply | Exception) -> PluginContext:
    """A context whose platform gives these replies; the address ends in a slash, as people write it."""
    return fake_context("upstream-province", config={"base_url": "http://province.invalid/"}, http=FakeHttp(replies))


def requests(given: PluginContext) -> list[Any]:
    """What the plugin asked for."""
    assert isinstance(given.http, FakeHttp)
    return given.http.requests


def log_lines(given: PluginContext) -> list[tuple[str, str, dict[str, object]]]:
    """What the plugin logged."""
    assert isinstance(given.log, FakeLog)
    return given.log.lines


def reply(status: int, body: Any = None, **headers: str) -> HttpReply:
    """An answer of the platform."""
    return HttpReply(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def test_result_is_sent_under_the_platforms_names(result_message: Message, example: Callable[[str], Any]) -> None:
    """A result goes to /api/results with the delivery id, exactly as in examples/result_as_sent.json."""
    given = context(reply(200, TAKEN))
    assert Province().deliver(result_message, given) == Done("SLT-000001")
    (request,) = requests(given)
    assert (request.method, request.url) == ("POST", "http://province.invalid/api/results")
    assert request.headers == {"X-Delivery-Id": result_message.delivery_id}
    assert request.json == example("result_as_sent.json")


def test_other_kinds_are_events(result_message: Message) -> None:
    """Any other kind goes to /api/events and says what it is."""
    given = context(reply(200, TAKEN))
    body = {"case_no": "示例-1", "visit_no": "TJKY-430922-20261123-0001", "inspectors": [{"name": "示例"}]}
    Province().deliver(replace(result_message, kind="visit.filed", body=body, attachments=()), given)
    (request,) = requests(given)
    assert request.url == "http://province.invalid/api/events"
    assert request.json["event_kind"] == "visit.filed"
    assert request.json["scene_staff"] == [{"staff_name": "示例"}]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (reply(201, TAKEN), Done("SLT-000001")),
        (reply(200, None), Uncertain("answered 200 without a readable receipt")),
        (reply(200, ["SLT"]), Uncertain("answered 200 without a readable receipt")),
        (reply(200, {"receipt": 7}), Uncertain("answered 200 without a readable receipt")),
        (reply(302), Uncertain("answered 302; does the address point to the right system?")),
        (reply(400), Rejected("answered 400: no reason given")),
        (reply(422, {"error": "case_no: missing"}), Rejected("answered 422: case_no: missing")),
        (reply(408), Retry("answered 408")),
        (reply(425), Retry("answered 425")),
        (reply(429, None, Retry_After="7"), Retry("answered 429", 7.0)),
        (reply(503, None, retry_after=" 30 "), Retry("answered 503", 30.0)),
        (reply(503, None, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"), Retry("answered 503")),
        (reply(503, None, Retry_After="-1"), Retry("answered 503")),
        (reply(500), Retry("answered 500")),
        (HttpNotSent("refused"), Retry("refused")),
        (HttpNoAnswer("lost"), Uncertain("lost")),
    ],
)
def test_each_answer_has_its_outcome(result_message: Message, answer: HttpReply | Exception, outcome: Outcome) -> None:
    """Every status and every loss is classified; nothing is guessed to have arrived or not."""
    assert Province().deliver(result_message, context(answer)) == outcome


@pytest.mark.parametrize(
    "body",
    [{"decision": "maybe"}, {"decision": None}, {"answers": "all good"}, {"answers": [{"mark": "perhaps"}]}],
)
def test_value_without_a_code_is_rejected_unsent(result_message: Message, body: dict[str, Any]) -> None:
    """A value the platform has no code for is rejected with its field name and never sent."""
    given = context()
    outcome = Province().deliver(replace(result_message, body=body), given)
    assert isinstance(outcome, Rejected)
    assert outcome.why.startswith(next(iter(body)))
    assert requests(given) == []


def test_unknown_fields_are_left_out_and_named(result_message: Message) -> None:
    """What the platform has no name for is not sent; the log names the field and shows no value."""
    given = context(reply(200, TAKEN))
    body = {"case_no": "示例-1", "contact_phone": "19911110001", "answers": [{"item": "A01", "by": "示例"}]}
    Province().deliver(replace(result_message, body=body), given)
    sent = str(requests(given)[0].json)
    assert "19911110001" not in sent
    assert log_lines(given) == [
        ("warning", "fields_left_out", {"kind": "result.submitted", "fields": "contact_phone, answers.by"})
    ]


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([reply(200, TAKEN)], Done("SLT-000001")),
        ([reply(404), reply(200, TAKEN)], Done("SLT-000001")),
        ([reply(404), reply(404)], Retry("not there")),
        ([reply(404), reply(500)], Uncertain("the question was answered 500")),
        ([reply(401), reply(404)], Uncertain("the question was answered 401")),
        ([HttpNotSent("refused"), reply(404)], Uncertain("refused")),
        ([HttpNoAnswer("lost"), reply(200, TAKEN)], Done("SLT-000001")),
        ([reply(200, None), reply(404)], Uncertain("answered 200 without a readable receipt")),
    ],
)
def test_query_guesses_nothing(answers: list[HttpReply | Exception], outcome: Outcome) -> None:
    """Only a clear no to both questions means that the platform surely has not got it."""
    assert Province().query("d/1", context(*answers)) == outcome


def test_delivery_id_cannot_change_the_path() -> None:
    """A delivery id with a slash or a question mark stays one part of the path."""
    given = context(reply(200, TAKEN))
    Province().query("../events?x", given)
    assert requests(given)[0].url == "http://province.invalid/api/results/..%2Fevents%3Fx"
