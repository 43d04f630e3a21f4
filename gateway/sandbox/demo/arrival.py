"""Steps: a case is accepted, the unit is told, the visit is filed, the applicant is told."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import grpc
import httpx
from google.protobuf.timestamp_pb2 import Timestamp

from gateway.api.v1 import case_service_pb2, token_service_pb2, visit_service_pb2
from gateway.clock import SystemClock
from gateway.sandbox.demo.clients import call, new_key, refusal, speaking_for
from gateway.sandbox.demo.journey import Journey, Step, expect
from gateway.sandbox.demo.opening import DEPARTMENT, PEOPLE
from gateway.sandbox.demo.processes import wait_for
from gateway.sandbox.demo.stage import APP, OPERATOR, visit_window
from gateway.trust.picture import draw_png, draw_svg

INSPECTOR = speaking_for(PEOPLE[0][0], "inspector", DEPARTMENT)


def _accepted(journey: Journey) -> str:
    url = f"{journey.stage.province}/_sandbox/accept-case"
    case = httpx.post(url, json={}, timeout=5).raise_for_status().json()
    journey.case_no = case["case_no"]
    journey.party_name = case["applicant_name"]
    client = journey.client(OPERATOR)

    def pulled() -> Any | None:
        try:
            return call(client.cases.GetCase, case_service_pb2.GetCaseRequest(case_no=journey.case_no)).case
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.NOT_FOUND:
                return None
            raise

    found = wait_for("case", pulled)
    expect(found.state == "ACCEPTED", f"状态应为 ACCEPTED,实为 {found.state}")
    return f"{journey.party_name},{found.matter_name},办件 {journey.case_no}"


def _unit_told(journey: Journey) -> str:
    notice = _sms(journey, "notice.case_accepted")
    expect(journey.case_no[-4:] in notice, f"短信未提到办件:{notice}")
    return notice


def _one_inspector(journey: Journey) -> str:
    request = _filing(journey, [PEOPLE[0][0]])
    code, sentence = refusal(journey.client(APP).visits.FileVisit, request, INSPECTOR)
    expect(code == "TOO_FEW_INSPECTORS", f"应以 TOO_FEW_INSPECTORS 拒绝,实为 {code or '通过'}")
    return f"[{code}] {sentence}"


def _filed(journey: Journey) -> str:
    request = _filing(journey, [number for number, _name, _certificate in PEOPLE])
    visits = journey.client(APP).visits
    reply = call(visits.FileVisit, request, INSPECTOR)
    again = call(visits.FileVisit, request, INSPECTOR)
    expect(again.visit.visit_no == reply.visit.visit_no, "同一幂等键重发产生了第二次报备")
    expect(reply.visit.state == "FILED" and len(reply.codes) == 2, f"报备结果不对:{reply.visit.state}")
    journey.visit_no = reply.visit.visit_no
    journey.code_url = reply.codes[0].url
    return f"勘验编号 {journey.visit_no},2 名人员各得一码"


def _party_told(journey: Journey) -> str:
    notice = _sms(journey, "notice.visit_filed")
    found = re.search(r"验证码 (\d{6})", notice)
    expect(found is not None, f"通知里没有验证码:{notice}")
    if found:
        journey.one_time_code = found[1]
    return notice


def _rendered(journey: Journey) -> str:
    prefix = journey.facts["url_prefix"]
    png = draw_png(journey.code_url, prefix)
    (journey.stage.out / "code.png").write_bytes(png)
    (journey.stage.out / "code.svg").write_bytes(draw_svg(journey.code_url, prefix))
    return f"code.png({len(png)} 字节)和 code.svg,内容 {len(journey.code_url)} 个字符"


def _shown(journey: Journey) -> str:
    request = token_service_pb2.IssueTokenRequest(idempotency_key=new_key(), visit_no=journey.visit_no)
    code = call(journey.client(APP).tokens.IssueToken, request, INSPECTOR).code
    journey.door_url = code.url
    visit = call(
        journey.client(APP).visits.GetVisit,
        visit_service_pb2.GetVisitRequest(visit_no=journey.visit_no),
        INSPECTOR,
    ).visit
    expect(visit.state == "SHOWN", f"状态应为 SHOWN,实为 {visit.state}")
    return f"手机亮码,有效 {code.expires_at.seconds - code.not_before.seconds} 秒"


def _filing(journey: Journey, people: list[str]) -> visit_service_pb2.FileVisitRequest:
    starts_at, ends_at = visit_window(SystemClock().now())
    return visit_service_pb2.FileVisitRequest(
        idempotency_key=new_key(),
        case_no=journey.case_no,
        inspector_ids=people,
        starts_at=_stamp(starts_at),
        ends_at=_stamp(ends_at),
        purpose="核查经营场所与申请材料是否一致(示例)",
    )


def _stamp(moment: datetime) -> Timestamp:
    return Timestamp(seconds=int(moment.timestamp()))


def _sms(journey: Journey, kind: str) -> str:
    def sent() -> str | None:
        for one in journey.stage.received(journey.stage.sms):
            if one["kind"] == kind:
                return str(one["body"]["text"])
        return None

    return wait_for(kind, sent)


STEPS = (
    Step("case_accepted", "省平台受理,网关取得办件", _accepted),
    Step("unit_notified", "短信提醒勘验单位", _unit_told),
    Step("one_inspector_refused", "只报一名人员:拒绝", _one_inspector),
    Step("visit_filed", "事前报备:两名人员", _filed),
    Step("party_notified", "短信通知服务对象", _party_told),
    Step("code_rendered", "生成二维码图片", _rendered),
    Step("code_shown", "上门亮码", _shown),
)
