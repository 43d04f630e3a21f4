"""Every refusal of a code has its own sentence, status and look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from gateway.errors import GatewayError, all_errors
from gateway.store import mints
from gateway.store.transaction import Transaction
from gateway.testkit.office import Office
from gateway.texts.errors_zh import sentence
from gateway.trust.text import parse_text
from gateway.usecases.views import CodeView
from gateway.web.statuses import http_status
from gateway.web.words import OWN, explain


def check(page: Any, status: int, code: str, look: str, words: str) -> None:
    """The page of a refused code: reason, code, what to do, whom to call, nothing to press."""
    assert page.status == status
    assert f"代码 {code}" in page.text
    assert f'class="verdict {look}"' in page.answer.text
    assert words in page.text
    assert "tel:0737-0000000" in page.links
    assert page.forms == {}
    assert "示例人员" not in page.text


async def test_expired(browser: Any, office: Office, code: CodeView) -> None:
    """A code shown too long ago."""
    office.clock.advance(timedelta(minutes=5))
    check(await browser.scan(code), 410, "EXPIRED", "over", "二维码已过期(2026年11月23日 10:32)")


async def test_not_yet(browser: Any, office: Office) -> None:
    """A paper code before its window."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept()
    filed = await office.file()
    check(await browser.scan(filed.codes[0]), 403, "NOT_YET", "over", "还没到生效时间(2026年11月23日 10:00)")


async def test_finished(browser: Any, office: Office) -> None:
    """The inspectors have left."""
    filed = await office.confirmed()
    await office.finish(filed.visit.visit_no)
    check(await browser.scan(filed.codes[0]), 410, "FINISHED", "over", "这次勘验已经结束(已结束)")


async def test_revoked(browser: Any, office: Office, code: CodeView) -> None:
    """The visit is open and its codes were taken back."""
    task = parse_text(code.url, office.tools.url_prefix).header.task

    def revoke(tx: Transaction) -> None:
        mints.revoke_visit(tx, task, tx.now + timedelta(hours=1), "test")

    await office.runner.system("revoke", revoke)
    check(await browser.scan(code), 410, "REVOKED", "over", "二维码已被撤销")


async def test_forged(browser: Any, code: CodeView) -> None:
    """A signature that is off by one digit."""
    forged = code.url[:-1] + ("0" if code.url[-1] != "0" else "1")
    check(await browser.scan(forged), 403, "BAD_SIGNATURE", "alarm", "可能是伪造的")


async def test_never_minted(browser: Any, code: CodeView, unminted: Callable[[CodeView], str]) -> None:
    """A good signature under a code nobody minted is the loudest alarm."""
    check(await browser.get(unminted(code)), 403, "NEVER_MINTED", "alarm", "签名密钥可能泄露")


async def test_malformed(browser: Any, office: Office, code: CodeView) -> None:
    """Cut off, not digits, of another alphabet, or empty but for a space."""
    cut = httpx_path(code)[:-5]
    for path in (cut, "/v/abc", "/v/%20", "/v/１２３", "/v/" + "9" * 217, f"{httpx_path(code)}%00"):
        check(await browser.get(path), 404, "MALFORMED", "unknown", "二维码内容不完整")
    assert {row["outcome"] for row in office.rows("scans")} == {"MALFORMED"}


async def test_far_too_long_is_not_looked_at(browser: Any, office: Office) -> None:
    """Above 400 characters nothing is parsed, verified or stored."""
    check(await browser.get("/v/" + "1" * 401), 404, "MALFORMED", "unknown", "二维码内容不完整")
    assert office.counts()["scans"] == 0


async def test_storage_away_is_not_a_refusal(browser: Any, office: Office, code: CodeView) -> None:
    """Nobody is told to turn inspectors away because a disk is full: 503, try again, with a link."""
    office.writer.stop()
    page = await browser.scan(code)
    assert page.status == 503
    assert page.answer.headers["retry-after"] == "5"
    assert "请勿放行" not in page.text
    assert page.path in page.links


def test_every_error_has_a_status_and_a_sentence() -> None:
    """Whatever the tree grows, the page answers with a 4xx or 5xx and the sentence of the texts."""
    for kind in all_errors():
        error = kind()
        assert 400 <= http_status(error) <= 503, kind
        told = explain(error)
        assert told.code == kind.code
        if not error.retryable and kind.code not in OWN:
            assert told.what + told.do == sentence(kind.code, error.facts)


def test_what_may_succeed_later_never_says_key() -> None:
    """Idempotency keys are words for machines."""
    retryable: list[GatewayError] = [kind() for kind in all_errors() if kind.retryable]
    assert retryable
    assert [error.code for error in retryable if "幂等" in explain(error).what + explain(error).do] == []


def httpx_path(code: CodeView) -> str:
    """The path of a code."""
    return "/v/" + code.url.rpartition("/")[2]
