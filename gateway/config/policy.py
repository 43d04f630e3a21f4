"""A policy file becomes a PolicyProfile of the domain."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from gateway.config.load import load_file
from gateway.config.settings import Group
from gateway.config.values import Misplaced
from gateway.domain.policy import HARD_MIN_INSPECTORS, PolicyProfile


class PolicyFile(Group):
    """一份有日期的规则。"""

    profile: str = Field(min_length=1, max_length=60, description="规则的编号,例如 示例-2026")
    title: str = Field(min_length=1, max_length=200, description="规则的名称")
    valid_from: date = Field(description="自哪天起有效(含当天)")
    valid_to: date | None = Field(default=None, description="到哪天为止有效(含当天);不写表示没有期限")
    min_inspectors: int = Field(le=20, description="每个部门至少几名合格勘验人员;法律规定不得少于 2 人")
    max_inspectors_single: int = Field(le=50, description="单独勘验至多几人;再多须经县优办同意")
    window_max_hours: int = Field(ge=1, le=72, description="一次勘验的时间段最长几小时")
    code_opens_minutes_before: int = Field(ge=0, le=1440, description="时间段开始前几分钟可以亮码")
    code_closes_minutes_after: int = Field(ge=0, le=1440, description="时间段结束后几分钟内仍可亮码")
    screen_code_seconds: int = Field(ge=15, le=3600, description="手机屏幕上的二维码有效几秒")
    paper_code_max_hours: int = Field(ge=1, le=8, description="纸质二维码至多有效几小时")
    one_time_code_tries: int = Field(ge=1, le=10, description="短信验证码可以输错几次")
    proof_minutes: int = Field(ge=1, le=60, description="核验之后几分钟内可以确认或拒绝")

    @field_validator("min_inspectors")
    @classmethod
    def _law(cls, value: int) -> int:
        if value < HARD_MIN_INSPECTORS:
            raise ValueError(f"不得小于 {HARD_MIN_INSPECTORS}(行政许可法第三十四条)。")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise Misplaced("不能早于 valid_from。", "valid_to")
        if self.max_inspectors_single < self.min_inspectors:
            raise Misplaced("不能小于 min_inspectors。", "max_inspectors_single")
        return self


def load_profile(path: Path) -> PolicyProfile:
    """The profile of a policy file; the same errors as `load_settings`."""
    return PolicyProfile(**load_file(path, PolicyFile).model_dump())
