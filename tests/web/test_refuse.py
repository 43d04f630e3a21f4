"""Refusing on the page: by whoever stands there, with a reason."""

from __future__ import annotations

from typing import Any

from gateway.testkit.office import Office
from gateway.usecases.views import CodeView


async def test_refusing_needs_no_code(browser: Any, office: Office, code: CodeView) -> None:
    """A reason is enough; the visit stops and the receipt says that the application is not harmed."""
    page = await browser.scan(code)
    sent = await browser.send(page, "refuse", reason="people", remark="来了三个\r\n不认识的人")
    receipt = await browser.follow(sent)
    assert sent.status == 303
    assert "您已拒绝本次勘验" in receipt.text
    assert "拒绝不影响您的申请" in receipt.text
    visit = office.rows("visits")[0]
    assert (visit["state"], visit["refusal"], visit["remark"]) == ("REFUSED", "people", "来了三个 不认识的人")


async def test_refused_code_is_over(browser: Any, code: CodeView) -> None:
    """After the refusal the same code opens the page of a finished visit."""
    await browser.send(await browser.scan(code), "refuse", reason="time")
    page = await browser.scan(code)
    assert page.status == 410
    assert "这次勘验已经结束(已拒绝)" in page.text


async def test_refusing_needs_a_reason(browser: Any, office: Office, code: CodeView) -> None:
    """Without a reason of ours nothing happens and the words are kept."""
    for reason in ({}, {"reason": "whatever"}):
        page = await browser.send(await browser.scan(code), "refuse", remark="<i>说明</i>", **reason)
        assert page.status == 400
        assert "缺少必填项:拒绝原因" in page.text
        assert "<i>说明</i>" in page.text
        assert "i" not in page.tags
    assert office.rows("visits")[0]["state"] == "SHOWN"


async def test_other_needs_words(browser: Any, code: CodeView) -> None:
    """The reason 其他 says nothing alone; the choice is kept."""
    page = await browser.send(await browser.scan(code), "refuse", reason="other")
    assert page.status == 400
    assert "缺少必填项:补充说明" in page.text
    assert page.forms["refuse"].values["reason"] == ["other"]


async def test_double_click_is_one_refusal(browser: Any, office: Office, code: CodeView) -> None:
    """The same form twice refuses once and shows the same receipt."""
    page = await browser.scan(code)
    for _ in range(2):
        sent = await browser.send(page, "refuse", reason="matter")
        assert "您已拒绝本次勘验" in (await browser.follow(sent)).text
    refusals = [row for row in office.rows("audit") if row["method"] == "TokenService/RefuseVisit"]
    assert len(refusals) == 1


async def test_confirmed_visit_cannot_be_refused_from_an_old_page(browser: Any, office: Office, code: CodeView) -> None:
    """Confirming ends the choice; the old page is told the state."""
    old = await browser.scan(code)
    await browser.confirm(await browser.scan(code))
    page = await browser.send(old, "refuse", reason="people")
    assert page.status == 409
    assert office.rows("visits")[0]["state"] == "CONFIRMED"
