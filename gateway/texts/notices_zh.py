"""The short messages the gateway sends, in Chinese; placeholders are filled by the use cases."""

from __future__ import annotations

SIGNATURE = "【桃江勘验】"

CASE_ACCEPTED = (
    SIGNATURE + "有新办件需要现场勘验:{matter},办件编号尾号 {tail}。请在承诺时限({limit})内选择勘验人员和时间并报备。"
)

VISIT_FILED = (
    SIGNATURE + "{department}定于 {starts} 至 {ends} 到{party}进行“{matter}”现场勘验,人员 {count} 人:{people}。"
    "请扫描勘验人员出示的二维码核验;信息不符可以拒绝,不影响您的申请。"
    "到场确认用验证码 {code},请勿提前告知他人。举报电话 {phone}。"
)

UNITS = {"working_day": "个工作日", "calendar_day": "个自然日"}
