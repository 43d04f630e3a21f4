"""Rules of the screen, over real HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.config.values import Address
from gateway.errors import PortInUse
from terminals.outcome import Answer, Outcome, Person, VisitCard
from terminals.screen import FILES, STATIC, Screen, bind, serving
from terminals.screen_view import answer_view

WAIT_S = 20.0
CARD = VisitCard("NO-1", (Person("张示例", "SL-1", False),), "示例事项", "示例局", "今天")
ACCEPTED = Answer(Outcome.ACCEPTED, visit=CARD)
REFUSED = Answer(Outcome.REFUSED, "EXPIRED", {"until": "2026年1月5日 09:30"})


@contextlib.asynccontextmanager
async def served(screen: Screen) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the page for the length of the block."""
    listener = bind(Address("127.0.0.1", 0))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with serving(screen, listener), httpx.AsyncClient(base_url=base, trust_env=False, timeout=WAIT_S) as browser:
        yield browser


async def next_event(lines: AsyncIterator[str]) -> tuple[str, Any]:
    """The name and data of the next server-sent event."""
    fields: dict[str, str] = {}
    async with asyncio.timeout(WAIT_S):
        async for line in lines:
            if not line and fields:
                return fields["event"], json.loads(fields["data"])
            name, _, value = line.partition(": ")
            fields[name] = value
    raise AssertionError("the stream ended")


async def test_snapshot_then_changes() -> None:
    """A browser that connects gets the state at once, then each change, and a beat between."""
    screen = Screen("/dev/kiosk")
    screen.link(True)
    screen.show(ACCEPTED)
    async with served(screen) as browser, browser.stream("GET", "/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.aiter_lines()
        name, state = await next_event(lines)
        assert (name, state["view"], state["visit"]["people"][0]["name"]) == ("state", "ACCEPTED", "张示例")
        assert await next_event(lines) == ("beat", {})
        screen.show(REFUSED)
        name, after = await next_event(lines)
        assert (name, after["view"], after["visit"]) == ("state", "REFUSED", None)
        assert after["seq"] > state["seq"]


async def test_clears_itself() -> None:
    """An answer leaves the screen by itself."""
    screen = Screen("/dev/kiosk", short_s=0.05)
    screen.link(True)
    async with served(screen) as browser, browser.stream("GET", "/events") as stream:
        lines = stream.aiter_lines()
        await next_event(lines)
        screen.show(REFUSED)
        assert [(await next_event(lines))[1]["view"] for _ in range(2)] == ["REFUSED", "IDLE"]


async def test_a_new_answer_has_its_whole_time() -> None:
    """The end of an old answer's time does not clear a newer one."""
    screen = Screen("/dev/kiosk", short_s=0.05, long_s=600)
    screen.link(True)
    screen.show(REFUSED)
    screen.show(ACCEPTED)
    async with served(screen) as browser, browser.stream("GET", "/events") as stream:
        lines = stream.aiter_lines()
        assert (await next_event(lines))[1]["view"] == "ACCEPTED"
        # The beat comes a second later, long after the old answer would have been cleared.
        assert (await next_event(lines))[0] == "beat"
        assert screen.snapshot()["view"] == "ACCEPTED"


async def test_scanner_gone() -> None:
    """Without a scanner the screen says so, and which one."""
    screen = Screen("/dev/kiosk")
    state = screen.snapshot()
    assert (state["view"], state["code"]) == ("OUT_OF_SERVICE", "SERIAL_NOT_FOUND")
    assert "/dev/kiosk" in str(state["message"])
    screen.link(True)
    assert screen.snapshot()["view"] == "IDLE"


async def test_page() -> None:
    """The page and its files come with a policy that allows no inline script, and hold none."""
    async with served(Screen("/dev/kiosk")) as browser:
        for path in FILES:
            answer = await browser.get(path)
            assert answer.status_code == 200
            assert "script-src 'self';" in answer.headers["content-security-policy"]
            assert "unsafe" not in answer.headers["content-security-policy"]
        assert (await browser.get("/state")).json()["view"] == "OUT_OF_SERVICE"
        assert (await browser.get("/else")).status_code == 404
    page = (STATIC / "index.html").read_text("utf-8")
    assert re.findall(r"<script[^>]*>", page) == ['<script src="/screen.js" defer>']
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
    assert "innerHTML" not in (STATIC / "screen.js").read_text("utf-8")


async def test_foreign_host() -> None:
    """A page elsewhere that points its own name at this machine gets nothing."""
    async with served(Screen("/dev/kiosk")) as browser:
        assert (await browser.get("/state", headers={"Host": "evil.example.com"})).status_code == 400


async def test_port_in_use() -> None:
    """An address someone else listens on is named."""
    with bind(Address("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        with pytest.raises(PortInUse) as caught:
            bind(Address("127.0.0.1", port))
    assert caught.value.facts["address"] == f"127.0.0.1:{port}"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_never_by_colour_alone(outcome: Outcome) -> None:
    """Every outcome has an icon, a Chinese title and an English one of its own."""
    view = answer_view(Answer(outcome, "EXPIRED", visit=CARD, revocation_age_s=60))
    others = [answer_view(Answer(other, "EXPIRED")) for other in Outcome if other is not outcome]
    for name in ("icon", "title", "title_en", "message", "message_en"):
        assert view[name]
    for name in ("icon", "title", "title_en"):
        assert view[name] not in [other[name] for other in others]


def test_refusal_in_chinese() -> None:
    """A refusal says its reason and what to do in Chinese, with English below; the gateway's own words win."""
    view = answer_view(REFUSED)
    assert (view["message"], view["message_en"]) == (
        "二维码已过期(2026年1月5日 09:30)。请对方在手机上刷新后重新出示。",
        "The code is no longer valid.",
    )
    assert answer_view(Answer(Outcome.REFUSED, "EXPIRED", text="网关的话。"))["message"] == "网关的话。"


def test_provisional_says_how_old() -> None:
    """A provisional answer says the age of the revocations in minutes."""
    view = answer_view(Answer(Outcome.PROVISIONAL, revocation_age_s=754))
    assert "12 分钟前" in str(view["message"])
    assert view["revocation_age_s"] == 754
