"""Fill a department's Word template with a plugin's values; whatever the values hold, they stay text."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any, NoReturn

import docx
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, Undefined, UndefinedError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from gateway.errors import PluginContractError

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_QUOTED = re.compile(r"'([^']*)'")
LARGEST_TEMPLATE = 4 * 1024 * 1024


def render_report(template: bytes, fields: Mapping[str, Any], *, plugin: str = "报告模板") -> bytes:
    """The .docx with its placeholders filled.

    Args:
        template: a .docx with docxtpl placeholders.
        fields: values by placeholder; text, numbers, lists and mappings of them.
        plugin: whose template it is, for the message.

    Raises:
        PluginContractError: a placeholder without value (named), a template that is no template, or a result that Word
            could not open.
    """
    if len(template) > LARGEST_TEMPLATE:
        _refuse(plugin, f"模板超过 {LARGEST_TEMPLATE // 1024 // 1024} MiB;请去掉大图片。")
    try:
        document = DocxTemplate(io.BytesIO(template))
        document.render(dict(fields), jinja_env=_environment(), autoescape=True)
        out = io.BytesIO()
        document.save(out)
    except UndefinedError as error:
        _refuse(plugin, f"模板中的占位符“{_name_in(error)}”没有值;请在 report_fields 中给出它,或改正模板。")
    except TemplateError as error:
        _refuse(plugin, f"模板中的占位符写法有误({type(error).__name__});请核对花括号和语句。")
    # A template is a file of strangers: zip, XML and Word parts may each be broken in their own way.
    except Exception as error:  # noqa: BLE001 - the edge to foreign files
        _refuse(plugin, f"模板不能填写({type(error).__name__});请用 Word 另存为 .docx 后重试。")
    _open_again(out.getvalue(), plugin)
    return out.getvalue()


def _open_again(content: bytes, plugin: str) -> None:
    try:
        docx.Document(io.BytesIO(content))
    except Exception as error:  # noqa: BLE001 - any failure means the same: nobody could open it
        _refuse(plugin, f"填好的文件打不开({type(error).__name__});请检查模板。")


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=_as_text)


def _as_text(value: object) -> object:
    """A value as XML text: no control characters, and no brace that docxtpl would take for a placeholder afterwards."""
    if isinstance(value, Undefined):
        return value
    text = "" if value is None else str(value)
    plain = str(escape(_NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")))
    return Markup(plain.replace("{", "&#123;").replace("}", "&#125;"))  # noqa: S704 - escaped just above


def _name_in(error: UndefinedError) -> str:
    names = _QUOTED.findall(error.message or "")
    return names[-1] if names else "?"


def _refuse(plugin: str, why: str) -> NoReturn:
    raise PluginContractError(plugin=plugin, why=why)
