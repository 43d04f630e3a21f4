"""Build report.docx, the Word template of 《现场勘验评审报告》 (示例); run it after changing this file."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.styles.style import ParagraphStyle
from docx.text.run import Run

TARGET = Path(__file__).parent / "src" / "matter_food_business" / "report.docx"
BODY_FONT, HEADING_FONT = "仿宋", "宋体"

FACTS = (
    ("办件编号", "{{ case_no }}", "勘验编号", "{{ visit_no }}"),
    ("勘验事项", "{{ matter_name }}", "勘验单位", "{{ department_name }}"),
    ("申请人", "{{ party_name }}", "受理日期", "{{ accepted_on }}"),
    ("勘验地址", "{{ address }}", "勘验时间", "{{ visited_at }}"),
)
COUNTS = (
    ("关键项不符合", "{{ key_fails }} 项"),
    ("重点项不符合", "{{ important_fails }} 项"),
    ("一般项不符合", "{{ general_fails }} 项"),
    ("合理缺项", "{{ absent }} 项"),
    ("勘验结论", "{{ decision }}"),
)
COLUMNS = (("序号", 1.1), ("编号", 1.4), ("类别", 1.6), ("检查内容", 7.0), ("结果", 1.9), ("说明", 3.4))
CELLS = (
    "{{ line.number }}",
    "{{ line.code }}",
    "{{ line.kind }}",
    "{{ line.text }}",
    "{{ line.mark }}",
    "{{ line.remark }}",
)


def build(target: Path) -> None:
    """Write the template."""
    document = docx.Document()
    _page(document)
    _heading(document)
    _facts(document)
    _section(document, "一、勘验人员")
    _loop(document, (("姓名", 6.0), ("行政执法证号", 10.4)), "inspector in inspectors", _PEOPLE)
    _section(document, "二、逐项检查结果(检查表版本:{{ checklist_version }})")
    _loop(document, COLUMNS, "line in lines", CELLS)
    _section(document, "三、统计与结论")
    _pairs(document, COUNTS)
    document.add_paragraph("{%p for reason in reasons %}")
    document.add_paragraph("{{ reason }}")
    document.add_paragraph("{%p endfor %}")
    _section(document, "四、评审意见")
    document.add_paragraph("{{ opinion }}")
    _signatures(document)
    document.save(str(target))


_PEOPLE = ("{{ inspector.name }}", "{{ inspector.certificate_no }}")


def _page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin = section.bottom_margin = Cm(2.3)
    normal = document.styles["Normal"]
    if isinstance(normal, ParagraphStyle):
        normal.font.name, normal.font.size = BODY_FONT, Pt(11)
        normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
    document.core_properties.title = "现场勘验评审报告(示例)"
    document.core_properties.author = ""
    document.core_properties.comments = ""


def _heading(document: Document) -> None:
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title.add_run("现场勘验评审报告"), HEADING_FONT, 20)
    mark = document.add_paragraph()
    mark.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(mark.add_run("(示例文书,仅供演示,不具有法律效力)"), BODY_FONT, 10)


def _run(run: Run, font: str, size: int) -> None:
    run.bold = font == HEADING_FONT
    run.font.name, run.font.size = font, Pt(size)
    run.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _section(document: Document, text: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(8)
    paragraph.paragraph_format.keep_with_next = True
    _run(paragraph.add_run(text), HEADING_FONT, 12)


def _facts(document: Document) -> None:
    table = _table(document, (2.4, 5.8, 2.4, 5.8))
    for row in FACTS:
        _fill(table.add_row(), row)


def _pairs(document: Document, pairs: Sequence[tuple[str, str]]) -> None:
    table = _table(document, (5.0, 11.4))
    for row in pairs:
        _fill(table.add_row(), row)


def _loop(document: Document, columns: Sequence[tuple[str, float]], loop: str, cells: Sequence[str]) -> None:
    """A table whose middle row repeats; the heading row repeats on every page."""
    table = _table(document, [width for _, width in columns])
    heading = table.add_row()
    _fill(heading, [name for name, _ in columns])
    heading._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - python-docx has no other way
    _fill(table.add_row(), ["{%tr for " + loop + " %}"])
    _fill(table.add_row(), cells)
    _fill(table.add_row(), ["{%tr endfor %}"])


def _table(document: Document, widths: Sequence[float]) -> Any:
    table = document.add_table(rows=0, cols=len(widths))
    table.style = "Table Grid"
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    return table


def _fill(row: Any, texts: Sequence[str]) -> None:
    for cell, text in zip(row.cells, texts, strict=False):
        cell.paragraphs[0].add_run(text)


def _signatures(document: Document) -> None:
    document.add_paragraph()
    for line in (
        "勘验人员(签名):____________________    ____________________",
        "申请人或其代表(签名):____________________",
        "勘验单位(盖章):____________________",
        "日期:________年____月____日",
    ):
        document.add_paragraph(line)


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
