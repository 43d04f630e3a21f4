"""Rendering a report: sandboxed, escaped, and every failure named."""

from __future__ import annotations

import io
from collections.abc import Callable

import docx
import pytest

from gateway.errors import PluginContractError
from gateway.plugin_host.report import LARGEST_TEMPLATE, render_report
from gateway.testkit.reports import rendered_text

Template = Callable[..., bytes]


@pytest.fixture
def template() -> Template:
    """A .docx with these paragraphs."""

    def build(*paragraphs: str) -> bytes:
        document = docx.Document()
        for paragraph in paragraphs:
            document.add_paragraph(paragraph)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()

    return build


def why(template: bytes, **fields: object) -> str:
    """Why rendering is refused."""
    with pytest.raises(PluginContractError) as caught:
        render_report(template, fields, plugin="matter-a")
    assert caught.value.facts["plugin"] == "matter-a"
    return caught.value.facts["why"]


def test_values_are_filled_in(template: Template) -> None:
    """Text, numbers, loops and nested values."""
    made = template("{{ a }}{{ b }}", "{%p for one in many %}", "[{{ one.x }}]", "{%p endfor %}")

    assert rendered_text(made, {"a": "示例", "b": 7, "many": [{"x": 1}, {"x": 2}]}) == "示例7\n[1]\n[2]"


@pytest.mark.parametrize(("text", "name"), [("{{ nowhere }}", "nowhere"), ("{{ a.nothing }}", "nothing")])
def test_a_placeholder_without_value_is_named(template: Template, text: str, name: str) -> None:
    """An official paper never has a silent gap."""
    assert f"“{name}”没有值" in why(template(text), a={})


@pytest.mark.parametrize(
    "text",
    ["{{ a.__class__.__mro__ }}", "{{ ''.__class__.__base__.__subclasses__() }}", "{{ a.__init__.__globals__ }}"],
)
def test_a_template_cannot_leave_the_sandbox(template: Template, text: str) -> None:
    """A template is a file somebody uploaded, not code."""
    assert why(template(text), a="x")


@pytest.mark.parametrize("text", ["{{ a", "{% for x in %}", "{{ a | nofilter }}"])
def test_a_broken_placeholder_is_a_sentence(template: Template, text: str) -> None:
    """The author is told that the writing of a placeholder is wrong."""
    assert "请" in why(template(text), a="x")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"%PDF-1.7"])
def test_what_is_no_docx_is_refused(content: bytes) -> None:
    """A broken file is the plugin's fault, told in a sentence."""
    assert "请用 Word" in why(content)


def test_a_template_has_a_size_limit() -> None:
    """A template full of pictures does not slow down every report."""
    assert "MiB" in why(b"P" * (LARGEST_TEMPLATE + 1))


def test_nothing_is_printed_for_none(template: Template) -> None:
    """`None` in a report would look like a name."""
    assert rendered_text(template("[{{ a }}]"), {"a": None}) == "[]"
