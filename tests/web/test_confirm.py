"""Confirming on the page: once, with the code, with enough people."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from gateway.testkit.office import INSPECTORS, ONE_TIME_CODE, Office
from gateway.usecases.views import CodeView

WRONG = "654321"


def state(office: Office) -> str:
    """Of the one visit."""
    return str(office.rows("visits")[0]["state"])


async def test_right_code_leads_to_a_receipt(browser: Any, office: Office, code: CodeView) -> None:
    """Ticks and code confirm the visit; a redirect leads to the receipt."""
    sent = await browser.confirm(await browser.scan(code))
    assert sent.status == 303
    receipt = await browser.follow(sent)
    assert (receipt.status, state(office)) == (200, "CONFIRMED")
    assert "您已确认本次勘验" in receipt.text
    assert "TJKY-430922-20261123-0001" in receipt.text
    assert "2026年11月23日 10:30" in receipt.text
    present = {row["inspector_id"]: row["present"] for row in office.rows("visit_people")}
    assert present == {"TJ-001": True, "TJ-002": True, "TJ-003": False}


async def test_code_from_a_chinese_keyboard_is_taken(browser: Any, office: Office, code: CodeView) -> None:
    """Full-width digits and spaces are what a keyboard made of the same code."""
    sent = await browser.confirm(await browser.scan(code), code="123 456 ")
    assert (sent.status, state(office)) == (303, "CONFIRMED")


async def test_wrong_code_is_counted_and_locked(browser: Any, office: Office, code: CodeView) -> None:
    """Each wrong code says how many tries are left; after the fifth the right one does not help either."""
    page = await browser.scan(code)
    for left in (4, 3, 2, 1, 0):
        page = await browser.confirm(page, code=WRONG)
        assert page.status == 403
        assert f"验证码不对,还可以再试 {left} 次。" in page.text
        assert "代码 CODE_WRONG" in page.text
    page = await browser.confirm(page)
    assert (page.status, state(office)) == (403, "SHOWN")
    assert "已锁定" in page.text
    assert "代码 CODE_LOCKED" in page.text


async def test_after_a_wrong_code_the_right_one_confirms(browser: Any, office: Office, code: CodeView) -> None:
    """The page that comes back has another key, keeps the ticks and never the code, and works, even though the code
    at the door has expired meanwhile."""
    first = await browser.scan(code)
    office.clock.advance(timedelta(minutes=5))
    again = await browser.confirm(first, code=WRONG)
    form = again.forms["confirm"]
    assert form.values["present"] == list(INSPECTORS)
    assert form.values["key"] != first.forms["confirm"].values["key"]
    assert WRONG not in again.answer.text
    sent = await browser.send(again, "confirm", one_time_code=ONE_TIME_CODE)
    assert (sent.status, state(office)) == (303, "CONFIRMED")


async def test_coming_back_is_no_new_scan(browser: Any, office: Office, code: CodeView) -> None:
    """A refused POST shows the visit it was made of without scanning once more."""
    page = await browser.scan(code)
    await browser.confirm(page, code=WRONG)
    assert office.counts()["scans"] == 1


async def test_half_a_code_costs_no_try(browser: Any, office: Office, code: CodeView) -> None:
    """What cannot be a code is a slip, not a guess."""
    page = await browser.confirm(await browser.scan(code), code="1234")
    assert page.status == 400
    assert "“验证码”的格式不对:应为 6 位数字" in page.text
    assert office.rows("visits")[0]["code_tries"] == 0


async def test_missing_code_is_named_in_chinese(browser: Any, code: CodeView) -> None:
    """The name of a form field is nothing for an applicant."""
    page = await browser.confirm(await browser.scan(code), code="")
    assert page.status == 400
    assert "缺少必填项:验证码" in page.text


async def test_too_few_present_is_no_confirm(browser: Any, office: Office, code: CodeView) -> None:
    """One ticked person is below the law's minimum; the tick is kept, the sentence says why."""
    page = await browser.confirm(await browser.scan(code), present=["TJ-001"])
    assert (page.status, state(office)) == (422, "SHOWN")
    assert "到场勘验人员 1 人,不足 2 人,不能确认。" in page.text
    assert page.forms["confirm"].values["present"] == ["TJ-001"]


async def test_nobody_else_can_be_ticked(browser: Any, office: Office, code: CodeView) -> None:
    """A tampered form cannot bring in a person who was not filed, and its text is not obeyed."""
    page = await browser.confirm(await browser.scan(code), present=[*INSPECTORS, "<b>TJ-9"])
    assert (page.status, state(office)) == (403, "SHOWN")
    assert "代码 PERSON_NOT_FILED" in page.text
    assert "b" not in page.tags


async def test_double_click_is_one_confirm(browser: Any, office: Office, code: CodeView) -> None:
    """The same form sent twice at once and once more later gives one confirm and the same outcome each time."""
    page = await browser.scan(code)
    twice = await asyncio.gather(browser.confirm(page), browser.confirm(page))
    later = await browser.confirm(page)
    for sent in (*twice, later):
        assert sent.status == 303
        assert "您已确认本次勘验" in (await browser.follow(sent)).text
    confirms = [row for row in office.rows("audit") if row["method"] == "TokenService/ConfirmVisit"]
    assert [row["outcome"] for row in confirms] == ["OK"]


async def test_second_page_cannot_confirm_again(browser: Any, code: CodeView) -> None:
    """Another open page is told the state and gets a link instead of forms."""
    first, second = await browser.scan(code), await browser.scan(code)
    await browser.confirm(first)
    late = await browser.confirm(second)
    assert late.status == 409
    assert "当前状态为“已确认”" in late.text
    assert late.forms == {}
    assert late.path in late.links


async def test_changed_form_under_the_same_key_is_refused(browser: Any, code: CodeView) -> None:
    """A key stands for one content; the applicant is told without a word about keys."""
    page = await browser.scan(code)
    await browser.confirm(page, present=["TJ-001"])
    changed = await browser.confirm(page)
    assert changed.status == 409
    assert "这个页面已经提交过其他内容" in changed.text
    assert "幂等键" not in changed.text


async def test_old_page_does_not_confirm(browser: Any, office: Office, code: CodeView) -> None:
    """After fifteen minutes the page rests on nothing; it says so and offers to verify again."""
    page = await browser.scan(code)
    office.clock.advance(timedelta(minutes=16))
    late = await browser.confirm(page)
    assert (late.status, state(office)) == (410, "SHOWN")
    assert "页面已超时" in late.text
    assert "代码 PAGE_EXPIRED" in late.text
    assert late.forms == {}
    assert late.path in late.links


async def test_another_pages_proof_is_refused(browser: Any, office: Office, code: CodeView) -> None:
    """The proof belongs to one verification; a form made elsewhere cannot borrow or invent one."""
    first, second = await browser.scan(code), await browser.scan(code)
    office.clock.advance(timedelta(seconds=1))
    other = await browser.scan(code)
    for proof in (other.forms["confirm"].values["proof"][0], "", "A" * 68, "凭证"):
        assert (await browser.confirm(first, proof=proof)).status == 400
    assert state(office) == "SHOWN"
    assert (await browser.confirm(second)).status == 303


async def test_storage_away_keeps_key_and_ticks(browser: Any, office: Office, code: CodeView) -> None:
    """What may succeed later comes back with the same key and ticks, says to try again, and is a 503."""
    page = await browser.scan(code)
    office.writer.stop()
    again = await browser.confirm(page)
    assert again.status == 503
    assert again.answer.headers["retry-after"] == "5"
    assert "请稍等片刻再点一次,不会重复办理" in again.text
    assert again.forms["confirm"].values["key"] == page.forms["confirm"].values["key"]
    assert again.forms["confirm"].values["present"] == list(INSPECTORS)
    assert ONE_TIME_CODE not in again.answer.text
