"""The rules of 食品经营许可 (示例): checklist, passing rule, filing hours and report."""

from collections.abc import Iterable
from functools import partial
from importlib.resources import files

from gateway.sdk import MatterRules, hookimpl
from matter_food_business.checklist import read_checklist
from matter_food_business.filing import check_filing, time_limit
from matter_food_business.report import report_fields
from matter_food_business.rule import judge

CODE = "430131001000"
"""The catalogue code (基本编码) this plugin answers to: 示例, not a code of any real catalogue."""


@hookimpl
def gateway_register_matters() -> Iterable[MatterRules]:
    """Register the one matter of this plugin."""
    checklist = read_checklist()
    yield MatterRules(
        code=CODE,
        checklist=checklist,
        report_template=(files(__name__) / "report.docx").read_bytes(),
        check_filing=check_filing,
        judge=partial(judge, checklist),
        report_fields=report_fields,
        time_limit=time_limit,
    )
