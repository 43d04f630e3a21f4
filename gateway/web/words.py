"""The Chinese of the pages: errors told to an applicant, reasons to refuse, spans of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from gateway.clock import SHANGHAI, beijing
from gateway.errors import GatewayError
from gateway.texts.errors_zh import TEXTS, Text
from gateway.usecases.refuse_visit import RefusalReason

REASONS: Mapping[RefusalReason, str] = MappingProxyType(
    {
        RefusalReason.PEOPLE: "人员不符",
        RefusalReason.MATTER: "事项不符",
        RefusalReason.TIME: "时间不符",
        RefusalReason.NO_CERTIFICATE: "未出示证件",
        RefusalReason.TOO_MANY: "超出报备人数",
        RefusalReason.OTHER: "其他(请写明)",
    }
)

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "one_time_code": "验证码",
        "present": "到场人员",
        "proof": "页面凭证",
        "reason": "拒绝原因",
        "remark": "补充说明",
        "text": "二维码内容",
    }
)

RETRY = "请稍等片刻再点一次,不会重复办理。"

OWN: Mapping[str, Text] = MappingProxyType(
    {
        "IDEMPOTENCY_KEY_REUSED": Text("这个页面已经提交过其他内容。", "请重新扫描二维码后再操作。"),
        "POLICY_MISSING": Text("系统暂时不能核验。", "请致电县政务服务中心核实。"),
        "VISIT_NOT_FILED": Text("本次上门未备案登记,不得实施现场勘验。", "请勿放行;您有权拒绝。"),
    }
)
"""Where the sentence of `gateway.texts` speaks to a machine or to a department, not to an applicant."""

PROBLEMS: Mapping[int, Text] = MappingProxyType(
    {
        400: Text("提交的内容不完整或有误。", "请重新扫描二维码后再操作。"),
        404: Text("没有这个页面。", "请扫描勘验人员出示的二维码,或核对网址。"),
        405: Text("不能这样打开这个页面。", "请重新扫描二维码。"),
        408: Text("提交太慢,已中断。", "请检查网络后再试一次。"),
        413: Text("提交的内容太大。", "请缩短补充说明后再试。"),
        415: Text("提交的格式不对。", "请在页面上点按钮提交。"),
        500: Text("系统内部错误。", "请稍后再试;仍不行请致电县政务服务中心。"),
    }
)
"""What HTTP itself can refuse, by status."""


@dataclass(frozen=True)
class Problem:
    """What an applicant is told: what happened, what to do, and the code to name on the telephone."""

    what: str
    do: str
    code: str


class _Known(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "未知"


def explain(error: GatewayError) -> Problem:
    """The sentence of an error in two parts; what may succeed later says so in words without idempotency keys."""
    text = OWN.get(error.code) or TEXTS.get(error.code, TEXTS["INTERNAL"])
    facts = _Known(error.facts)
    if "field" in facts:
        facts["field"] = FIELDS.get(facts["field"], facts["field"])
    do = RETRY if error.retryable else text.do.format_map(facts)
    return Problem(text.what.format_map(facts), do, error.code)


def problem_of(status: int) -> Problem:
    """The words for a status that HTTP itself gave."""
    text = PROBLEMS.get(status, PROBLEMS[400 if status < 500 else 500])
    return Problem(text.what, text.do, f"HTTP {status}")


def span(starts_at: datetime, ends_at: datetime) -> str:
    """`2026年1月5日 09:30 至 11:30`; the day is repeated only where it changes."""
    last = ends_at.astimezone(SHANGHAI)
    same_day = starts_at.astimezone(SHANGHAI).date() == last.date()
    return f"{beijing(starts_at)} 至 {f'{last:%H:%M}' if same_day else beijing(ends_at)}"
