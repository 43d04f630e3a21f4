"""Render a plugin's report in a test and read the text back as a person would see it."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import docx
from docxtpl import DocxTemplate

from gateway.plugin_host.report import render_report


def rendered_text(template: bytes, fields: Mapping[str, Any]) -> str:
    """All text of the rendered report, one line per paragraph and per table row (cells joined by ` | `).

    Raises:
        PluginContractError: as `render_report`.
    """
    return "\n".join(_lines(render_report(template, fields)))


def placeholders(template: bytes) -> frozenset[str]:
    """The top-level placeholders of a template."""
    return frozenset(DocxTemplate(io.BytesIO(template)).get_undeclared_template_variables())


def _lines(content: bytes) -> Iterator[str]:
    document = docx.Document(io.BytesIO(content))
    for paragraph in document.paragraphs:
        yield paragraph.text
    for table in document.tables:
        for row in table.rows:
            yield " | ".join(cell.text for cell in row.cells)
