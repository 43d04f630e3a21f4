"""Rules of sending and of asking after it, with a scripted gateway."""

from __future__ import annotations

from typing import Any

import pytest
from sms_http.channel import HttpSms

from gateway.sdk import (
    Done,
    HttpNoAnswer,
    HttpNotSent,
    HttpReply,
    Notice,
    Outcome,
    PluginContext,
    Rejected,
    Retry,
    Uncertain,
)
from gateway.testkit.contexts import FakeHttp, FakeLog, fake_context

TAKEN = {"receipt": "SMS-000001"}


def context(*replies: HttpReply | Exception) -> PluginContext:
    """A context whose gateway gives these replies."""
    return fake_context("sms-http", config={"url": "http://sms.invalid/sms"}, http=FakeHttp(replies))


def requests(given: PluginContext) -> list[Any]:
    """What the plugin asked for."""
    assert isinstance(given.http, FakeHttp)
    return given.http.requests


def test_notice_is_sent_as_json(notice: Notice, example: Any) -> None:
    """A notice is one POST with exactly the four fields of examples/notice.json."""
    given = context(HttpReply(200, {}, TAKEN))
    assert HttpSms().send(notice, given) == Done("SMS-000001")
    (request,) = requests(given)
    assert (request.method, request.url, request.json) == ("POST", "http://sms.invalid/sms", example)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (HttpReply(202, {}, TAKEN), Done("SMS-000001")),
        (HttpReply(200, {}, None), Uncertain("answered 200 without a readable receipt")),
        (HttpReply(200, {}, {"receipt": ""}), Uncertain("answered 200 without a readable receipt")),
        (HttpReply(301, {}, None), Uncertain("answered 301; does the address point to the right system?")),
        (HttpReply(403, {}, None), Rejected("answered 403: no reason given")),
        (HttpReply(422, {}, {"error": "phone: wrong"}), Rejected("answered 422: phone: wrong")),
        (HttpReply(422, {}, {"error": "x" * 500}), Rejected("answered 422: " + "x" * 200)),
        (HttpReply(408, {}, None), Retry("answered 408")),
        (HttpReply(425, {}, None), Retry("answered 425")),
        (HttpReply(429, {"retry-after": "60"}, None), Retry("answered 429", 60.0)),
        (HttpReply(503, {"Retry-After": "soon"}, None), Retry("answered 503")),
        (HttpNotSent("refused"), Retry("refused")),
        (HttpNoAnswer("lost"), Uncertain("lost")),
    ],
)
def test_each_answer_has_its_outcome(notice: Notice, answer: HttpReply | Exception, outcome: Outcome) -> None:
    """Every status and every loss is classified; nothing is guessed to have arrived or not."""
    assert HttpSms().send(notice, context(answer)) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (HttpReply(200, {}, TAKEN), Done("SMS-000001")),
        (HttpReply(404, {}, None), Retry("not there")),
        (HttpReply(500, {}, None), Uncertain("the question was answered 500")),
        (HttpReply(200, {}, None), Uncertain("answered 200 without a readable receipt")),
        (HttpNotSent("refused"), Uncertain("refused")),
        (HttpNoAnswer("lost"), Uncertain("lost")),
    ],
)
def test_query_guesses_nothing(answer: HttpReply | Exception, outcome: Outcome) -> None:
    """Only a 404 means that the gateway surely has not got it; a question without an answer leaves it open."""
    given = context(answer)
    assert HttpSms().query("d/1", given) == outcome
    assert requests(given)[0].url == "http://sms.invalid/sms/d%2F1"


def test_nothing_is_logged(notice: Notice) -> None:
    """Neither telephone number nor text gets into the log, because nothing does."""
    given = context(HttpReply(422, {}, {"error": "phone"}))
    HttpSms().send(notice, given)
    assert isinstance(given.log, FakeLog)
    assert given.log.lines == []
