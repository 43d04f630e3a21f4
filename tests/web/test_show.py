"""What stands on the page of a visit, and that looking at it changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.testkit.office import INSPECTORS, MATTER, Office
from gateway.usecases.views import CodeView


async def test_page_says_who_comes_when_and_why(browser: Any, code: CodeView) -> None:
    """Department, matter, basis, window, place, party, every name and number in full, and the head count."""
    page = await browser.scan(code)
    assert page.status == 200
    for words in (
        "部门 示例监管局",
        "事项 示例许可",
        "法律依据 示例",
        "勘验时间 2026年11月23日 10:30 至 13:30",
        "地点 桃花江镇示例路 1 号",
        "服务对象 示例餐饮有限公司",
        "示例人员001 出示人 证号 43092200001",
        "示例人员002 证号 43092200002",
        "示例人员003 辅助人员",
        "共 3 人:勘验人员 2 人,辅助人员 1 人",
        "至少 2 人",
    ):
        assert words in page.text, words


async def test_page_says_what_the_applicant_may_do(browser: Any, code: CodeView) -> None:
    """Check identity, refuse without harm, and whom to call."""
    page = await browser.scan(code)
    assert "查验每名人员的执法证件" in page.text
    assert "拒绝不影响您的申请" in page.text
    assert "举报电话 0737-0000000" in page.text


async def test_page_carries_its_forms(browser: Any, code: CodeView) -> None:
    """One box per qualified person, none ticked; one code field; a proof and a key; six reasons; all labelled."""
    page = await browser.scan(code)
    confirm, refuse = page.forms["confirm"], page.forms["refuse"]
    assert confirm.offered["present"] == list(INSPECTORS)
    assert "present" not in confirm.values
    assert confirm.values["one_time_code"] == [""]
    assert len(confirm.values["proof"][0]) == 68
    assert len(confirm.values["key"][0]) == 32
    assert len(refuse.offered["reason"]) == 6
    assert page.unlabelled == []
    assert 'inputmode="numeric" autocomplete="one-time-code"' in page.answer.text


async def test_every_look_has_its_own_key(browser: Any, code: CodeView) -> None:
    """Two people who open the same code do not share an idempotency key."""
    first, second = await browser.scan(code), await browser.scan(code)
    assert first.forms["confirm"].values["key"] != second.forms["confirm"].values["key"]


async def test_looking_only_leaves_scans(browser: Any, office: Office, code: CodeView) -> None:
    """Two GETs leave two scans with their records, and the visit as it was."""
    visits, before = office.rows("visits"), office.counts()
    await browser.scan(code)
    await browser.scan(code)
    after = office.counts()
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown == {"scans": 2, "messages": 2, "idempotency": 2, "audit": 2}
    assert office.rows("visits") == visits


async def test_confirmed_visit_has_no_forms(browser: Any, office: Office, code: CodeView) -> None:
    """Who scans after the confirm sees that it happened and nothing to press."""
    await office.confirm((await office.verify(code.url)).proof)
    page = await browser.scan(code)
    assert page.status == 200
    assert "本次勘验已确认" in page.text
    assert page.forms == {}


async def test_names_are_text_not_markup(browser: Any, office: Office) -> None:
    """Whatever a name holds, the page shows it and never obeys it."""
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    await office.sync_matter(replace(MATTER, name=hostile))
    for inspector_id in INSPECTORS:
        await office.put_inspector(inspector_id, name=f"{hostile[:40]}{inspector_id}")
    await office.accept(party_name="{{ 7*7 }}'<b>")
    filed = await office.file()
    office.clock.set(filed.visit.starts_at)
    page = await browser.scan(await office.issue(filed.visit.visit_no))
    assert page.status == 200
    assert not {"script", "img", "b"} & set(page.tags)
    assert hostile in page.text
    assert "{{ 7*7 }}'<b>" in page.text


async def test_first_view_is_small(browser: Any, code: CodeView) -> None:
    """Page and style sheet together stay below 30 kB, without script or anything from elsewhere."""
    page = await browser.scan(code)
    style = await browser.client.get("/static/kanyan.css")
    assert style.headers["content-type"].startswith("text/css")
    assert len(page.answer.content) + len(style.content) < 30_000
    assert "script" not in page.tags
    assert "http" not in page.answer.text
