"""What holds for every answer: headers, sizes, friendly failures, and a log that knows no codes."""

from __future__ import annotations

import logging
import socket
from typing import Any

import pytest
import structlog

from gateway.testkit.office import ONE_TIME_CODE, Office
from gateway.usecases.views import CodeView
from gateway.web import forms

FORM = {"content-type": "application/x-www-form-urlencoded"}
CSP = (
    "default-src 'none'; style-src 'self'; form-action 'self'; img-src 'self' data:; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def check_headers(headers: Any) -> None:
    """The strict headers, and no name of a server."""
    assert headers["content-security-policy"] == CSP
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


async def test_every_answer_has_the_strict_headers(browser: Any, code: CodeView) -> None:
    """Pages, redirects, refusals, the style sheet, unknown addresses and wrong methods alike."""
    page = await browser.scan(code)
    sent = await browser.confirm(page)
    client = browser.client
    answers = [page.answer, sent.answer, (await browser.follow(sent)).answer]
    answers += [await client.get(path) for path in ("/v/1", "/healthz", "/static/kanyan.css", "/none", "/receipt/x")]
    answers += [await client.delete(page.path), await client.post(page.path, content=b"x" * 20_000, headers=FORM)]
    assert [answer.status_code for answer in answers] == [200, 303, 200, 404, 200, 200, 404, 404, 405, 413]
    for answer in answers:
        check_headers(answer.headers)


async def test_healthz(browser: Any) -> None:
    """A balancer asks whether the process answers."""
    answer = await browser.client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


async def test_unknown_address_is_friendly(browser: Any) -> None:
    """A mistyped address is answered in Chinese, and never by a redirect that would carry the digits along."""
    for path in ("/", "/v/", "/v/1/", "/static/../x", "/receipt/", "/v/1%2F2"):
        page = await browser.get(path)
        assert page.status == 404, path
        assert "没有这个页面" in page.text
        assert "tel:0737-0000000" in page.links


async def test_large_body_is_refused(browser: Any, code: CodeView) -> None:
    """Above 16 KiB nothing is read on, with or without a length."""
    page = await browser.scan(code)

    async def pieces() -> Any:
        for _ in range(20):
            yield b"a" * 1024

    for content in (b"remark=" + b"a" * 16_384, pieces()):
        answer = await browser.client.post(page.path, content=content, headers=FORM)
        assert answer.status_code == 413
        assert "太大" in answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"action=destroy",
        b"action=confirm",
        b"action=confirm&key=short&verification=short",
        b"action=%ff%fe&key=%c3%28",
        b"\xff\xfe\x00",
        b"action=confirm&present=\xe5",
        b"&".join(b"present=a" for _ in range(100)),
    ],
)
async def test_bad_forms_are_bad_requests(browser: Any, office: Office, code: CodeView, body: bytes) -> None:
    """Unknown actions, broken encodings and too many fields are a page with status 400, and nothing happens."""
    page = await browser.scan(code)
    before = office.counts()
    answer = await browser.client.post(page.path, content=body, headers=FORM)
    assert answer.status_code == 400
    assert "提交的内容不完整或有误" in answer.text
    assert office.counts() == before


async def test_only_forms_are_read(browser: Any, code: CodeView) -> None:
    """JSON and uploads are not what the page sends."""
    page = await browser.scan(code)
    for answer in (
        await browser.client.post(page.path, json={"action": "confirm"}),
        await browser.client.post(page.path, files={"action": b"confirm"}),
        await browser.client.post(page.path, content=b"x"),
    ):
        assert answer.status_code == 415


async def test_slow_body_is_cut_off(browser: Any, code: CodeView, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sender who never finishes does not keep a place."""
    monkeypatch.setattr(forms, "BODY_WITHIN_S", 0.05)
    url = browser.client.base_url
    head = f"POST /v/1 HTTP/1.1\r\nHost: {url.host}\r\nContent-Type: {forms.FORM_TYPE}\r\nContent-Length: 9\r\n\r\n"
    with socket.create_connection((url.host, url.port), timeout=10) as line:
        line.sendall(head.encode())
        assert line.recv(64).startswith(b"HTTP/1.1 408 ")


async def test_unforeseen_failure_is_a_plain_page(broken: Any) -> None:
    """A bug is a page in Chinese with the strict headers, and its log line quotes neither path nor message."""
    digits = "31415926535897932384"
    with structlog.testing.capture_logs() as lines:
        page = await broken.get(f"/v/{digits}")
    assert page.status == 500
    assert "系统内部错误" in page.text
    check_headers(page.answer.headers)
    failed = next(line for line in lines if line["event"] == "page_failed")
    assert (failed["kind"], failed["page"]) == ("RuntimeError", "show")
    assert digits not in str(lines)


async def test_no_log_knows_a_code(
    browser: Any, code: CodeView, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither our lines nor those of the server hold digits, proof, one-time code or receipt."""
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as lines:
        page = await browser.scan(code)
        await browser.confirm(page, code="654321")
        sent = await browser.confirm(await browser.scan(code))
        await browser.follow(sent)
        await browser.get(page.path[:-3])
    # The client of this test logs its own requests; only the server's lines count.
    told = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]
    written = f"{lines} {told} {capfd.readouterr()}"
    assert [line["page"] for line in lines if line["event"] == "page_served"] == [
        "show", "act", "show", "act", "receipt", "show",
    ]  # fmt: skip
    digits, seal = page.path.rpartition("/")[2], sent.answer.headers["location"].rpartition("/")[2]
    for secret in (digits[:40], page.forms["confirm"].values["proof"][0], ONE_TIME_CODE, "654321", seal):
        assert secret not in written
