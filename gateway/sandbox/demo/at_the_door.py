"""Steps: the picture is read, the kiosk verifies, a forgery is refused, the applicant confirms."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import Any

import httpx

from gateway.api.v1 import token_service_pb2, visit_service_pb2
from gateway.sandbox.demo.arrival import INSPECTOR
from gateway.sandbox.demo.clients import call, new_key, refusal
from gateway.sandbox.demo.journey import Journey, Step, expect
from gateway.sandbox.demo.opening import PEOPLE
from gateway.sandbox.demo.processes import wait_for
from gateway.sandbox.demo.stage import APP, KIOSK

FIELD = re.compile(r'name="(proof|key|verification)" value="([^"]+)"')


def _picture(journey: Journey) -> str:
    stage = journey.stage
    bundle = call(journey.client(KIOSK).tokens.GetTrustBundle, token_service_pb2.GetTrustBundleRequest()).bundle
    (stage.out / "trust-bundle").write_bytes(bundle)
    root = stage.run_folder / "gateway" / "keys" / "root.pub"
    words = ["token", "scan", str(stage.out / "code.png"), "--bundle", str(stage.out / "trust-bundle")]
    done = subprocess.run(
        [sys.executable, "-m", "gateway", *words, "--root-key", str(root), "--json"],
        capture_output=True,
        check=False,
        timeout=30,
    )
    expect(done.returncode == 0, f"kanyan token scan 退出码 {done.returncode}:{done.stderr.decode()[-300:]}")
    expect(journey.code_url in done.stdout.decode(), "识别内容与签发内容不同")
    return "pyzbar 读出网址,签名核验通过"


def _kiosk(journey: Journey) -> str:
    journey.stage.scan(journey.code_url)
    seen = _screen(journey, "ACCEPTED")
    visit = seen["visit"] or {}
    shown = json.dumps(visit, ensure_ascii=False)
    expect(all(name in shown for _number, name, _certificate in PEOPLE), f"屏幕上缺少人员:{shown}")
    return f"{seen['icon']} {seen['title']}:{'、'.join(name for _n, name, _c in PEOPLE)}"


def _forged(journey: Journey) -> str:
    forged = journey.code_url[:-1] + str((int(journey.code_url[-1]) + 1) % 10)
    request = token_service_pb2.VerifyTokenRequest(idempotency_key=new_key(), text=forged)
    code, sentence = refusal(journey.client(KIOSK).tokens.VerifyToken, request)
    expect(code == "BAD_SIGNATURE", f"网关应以 BAD_SIGNATURE 拒绝,实为 {code or '通过'}")
    journey.stage.scan(forged)
    seen = _screen(journey, "REFUSED")
    expect(seen["code"] == "BAD_SIGNATURE", f"终端应显示 BAD_SIGNATURE,实为 {seen['code']}")
    return f"[{code}] {sentence}"


def _page(journey: Journey) -> str:
    reply = httpx.get(_page_url(journey), timeout=10)
    expect(reply.status_code == 200, f"页面状态 {reply.status_code}")
    wanted = [journey.party_name, *(name for _number, name, _certificate in PEOPLE)]
    missing = [word for word in wanted if word not in reply.text]
    expect(not missing, f"页面缺少:{missing}")
    journey.facts["form"] = dict(FIELD.findall(reply.text))
    return f"{journey.stage.web}/v/…:单位、事项、依据、时间、人员齐全"


def _confirmed(journey: Journey) -> str:
    form: dict[str, Any] = {
        **journey.facts["form"],
        "action": "confirm",
        "present": [number for number, _name, _certificate in PEOPLE],
        "one_time_code": journey.one_time_code,
    }
    reply = httpx.post(_page_url(journey), data=form, timeout=10, follow_redirects=False)
    expect(reply.status_code == 303, f"确认未成功:{reply.status_code} {reply.text[:200]}")
    receipt = httpx.get(str(reply.next_request.url) if reply.next_request else "", timeout=10)
    expect(receipt.status_code == 200, f"回执页状态 {receipt.status_code}")
    state = _state(journey)
    expect(state == "CONFIRMED", f"状态应为 CONFIRMED,实为 {state}")
    return "服务对象凭通知中的验证码确认"


def _finished(journey: Journey) -> str:
    request = visit_service_pb2.FinishVisitRequest(idempotency_key=new_key(), visit_no=journey.visit_no)
    reply = call(journey.client(APP).visits.FinishVisit, request, INSPECTOR)
    expect(reply.visit.state == "FINISHED", f"状态应为 FINISHED,实为 {reply.visit.state}")
    again = token_service_pb2.VerifyTokenRequest(idempotency_key=new_key(), text=journey.code_url)
    code, sentence = refusal(journey.client(KIOSK).tokens.VerifyToken, again)
    expect(code == "FINISHED", f"结束后应以 FINISHED 拒绝,实为 {code or '通过'}")
    return f"原二维码随即失效:[{code}] {sentence}"


def _page_url(journey: Journey) -> str:
    digits = journey.door_url.removeprefix(journey.facts["url_prefix"])
    return f"{journey.stage.web}/v/{digits}"


def _state(journey: Journey) -> str:
    request = visit_service_pb2.GetVisitRequest(visit_no=journey.visit_no)
    return str(call(journey.client(APP).visits.GetVisit, request, INSPECTOR).visit.state)


def _screen(journey: Journey, view: str) -> dict[str, Any]:
    def shows() -> dict[str, Any] | None:
        seen: dict[str, Any] = httpx.get(f"{journey.stage.screen}/state", timeout=5).json()
        return seen if seen["view"] == view else None

    return wait_for(f"screen {view}", shows, 10.0)


STEPS = (
    Step("picture_read", "识别图片并核验", _picture),
    Step("kiosk_verified", "串口扫码,终端核验并显示", _kiosk),
    Step("forged_code_refused", "伪造的二维码:拒绝", _forged),
    Step("page_shown", "服务对象扫码看到的页面", _page),
    Step("party_confirmed", "服务对象确认", _confirmed),
    Step("visit_finished", "勘验结束", _finished),
)
