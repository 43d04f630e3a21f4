"""The Word template, rendered and read back."""

from __future__ import annotations

import io
import runpy
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.errors import PluginContractError
from gateway.sdk import Answer, Mark, MatterRules, PluginContext, ResultView
from gateway.testkit.reports import placeholders, rendered_text

HERE = Path(__file__).parent
HOSTILE = ["{{7*7}}", "<b>&</b>", "😀", "{%tr endfor %}", "{_{ x }_}", "]]>", "‘{{’", "\x00\x1b\ud800 旁"]


def test_the_template_asks_for_what_the_plugin_gives(
    rules: MatterRules, result: ResultView, context: PluginContext
) -> None:
    """Placeholders and fields are the same set: nothing missing, nothing forgotten."""
    assert placeholders(rules.report_template) == set(rules.report_fields(result, context))


def test_the_report_says_all_of_it(rules: MatterRules, result: ResultView, context: PluginContext) -> None:
    """Facts, people, all 43 lines, counts, verdict, opinion, places to sign and the mark 示例."""
    text = rendered_text(rules.report_template, rules.report_fields(result, context))

    for expected in (
        "现场勘验评审报告",
        "示例文书",
        "示例餐饮店(虚构)",
        "TJKY-430922-20261123-0001",
        "2026年11月23日 09:30",
        "示例乙 | EX-000002",
        "一般项不符合 | 1 项",
        "合理缺项 | 1 项",
        "勘验结论 | 通过",
        "建议改正后长期保持。",
        "签名",
        "盖章",
    ):
        assert expected in text
    assert all(item.text in text for item in result.checklist.items)
    assert "{" not in text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_whatever_people_write_stays_text(
    rules: MatterRules, result: ResultView, context: PluginContext, hostile: str
) -> None:
    """A remark, a name or an opinion is never run, never breaks the file, and is printed as written."""
    answers = tuple(replace(one, remark=hostile) if one.mark is Mark.FAIL else one for one in result.answers)
    case = replace(result.case, party_name=hostile)
    written = replace(result, answers=answers, case=case, opinion=hostile)

    text = rendered_text(rules.report_template, rules.report_fields(written, context))

    printed = "".join(letter for letter in hostile if letter not in "\x00\x1b\ud800")
    assert text.count(printed) == 3
    assert "49" not in text


def test_lines_of_an_opinion_stay_lines(rules: MatterRules, result: ResultView, context: PluginContext) -> None:
    """A line break is a line break in Word."""
    text = rendered_text(rules.report_template, rules.report_fields(replace(result, opinion="第一\r\n第二"), context))

    assert "第一\n第二" in text


def test_a_field_that_is_missing_is_named(rules: MatterRules, result: ResultView, context: PluginContext) -> None:
    """A template that asks for more than the plugin gives is the plugin's fault, by name."""
    fields = dict(rules.report_fields(result, context))
    del fields["visit_no"]

    with pytest.raises(PluginContractError) as caught:
        rendered_text(rules.report_template, fields)

    assert "visit_no" in caught.value.facts["why"]


def test_the_committed_template_is_the_built_one(rules: MatterRules, tmp_path: Path) -> None:
    """Whoever changes build_template.py also commits its output."""
    built = tmp_path / "report.docx"
    runpy.run_path(str(HERE.parent / "build_template.py"))["build"](built)

    def document(content: bytes) -> bytes:
        return zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml")

    assert document(rules.report_template) == document(built.read_bytes())


def test_an_empty_opinion_is_said(rules: MatterRules, result: ResultView, context: PluginContext) -> None:
    """An empty field in a signed paper invites additions."""
    assert rules.report_fields(replace(result, opinion=""), context)["opinion"] == "无"


def test_an_answer_missing_from_the_result_is_an_error(
    rules: MatterRules, result: ResultView, context: PluginContext
) -> None:
    """A report never prints a line nobody answered."""
    without: tuple[Answer, ...] = result.answers[1:]

    with pytest.raises(KeyError):
        rules.report_fields(replace(result, answers=without), context)
