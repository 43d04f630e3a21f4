"""What of YAML is refused, and what its syntax errors say in Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from yaml.events import AliasEvent, CollectionStartEvent, Event, ScalarEvent
from yaml.nodes import Node, ScalarNode

TOO_DEEP = "嵌套层数过多。"

SENTENCES = (
    ("'\\t'", "不能用制表符(Tab)缩进,请改用空格。"),
    ("mapping values are not allowed here", "此处不能再写“键: 值”;请检查缩进,以及上一行的冒号后面有没有空格。"),
    ("could not find expected ':'", "这一行缺少冒号;键的后面要写半角冒号加空格。"),
    ("expected <block end>", "缩进与前面的行没有对齐。"),
    ("expected ',' or", "方括号或花括号没有配对,或缺少逗号。"),
    ("unexpected end of stream", "引号没有配对。"),
    ("cannot start any token", "值以特殊字符开头时要加引号。"),
    ("another document", "一个文件只能写一份配置,不能出现第二个“---”。"),
)
"""The first whose words are in PyYAML's own sentence is said."""

SAID_AT_THE_BEGINNING = ("could not find expected ':'", "unexpected end of stream")
"""For these, where it began helps and where PyYAML noticed does not."""


@dataclass(frozen=True)
class Located:
    """A sentence and where it belongs."""

    place: tuple[int, int]
    why: str


class RefusingLoader(yaml.SafeLoader):
    """Composes without anchors, aliases and tags, to a depth; what it refuses is in `found`."""

    def __init__(self, text: str, max_depth: int) -> None:
        self.found: list[Located] = []
        self._depth = 0
        self._max_depth = max_depth
        super().__init__(text)

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        """One node; an alias reads as nothing, so that the rest of the file is still looked at."""
        event: Event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave the parser untyped
        if isinstance(event, AliasEvent):
            self.get_event()  # type: ignore[no-untyped-call]  # as above
            self._refuse(event, "不支持别名(*),请把内容写出来。")
            return ScalarNode("tag:yaml.org,2002:null", "", _mark(event))
        if isinstance(event, ScalarEvent | CollectionStartEvent):
            self._strip(event)
        self._depth += 1
        if self._depth > self._max_depth:
            raise yaml.MarkedYAMLError(problem=TOO_DEEP, problem_mark=_mark(event))
        node: Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _strip(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._refuse(event, "不支持锚点(&)。")
            event.anchor = None
        if event.tag is not None:
            self._refuse(event, "不支持类型标签(!)。")
            event.tag = None

    def _refuse(self, event: Event, why: str) -> None:
        mark = _mark(event)
        self.found.append(Located((mark.line + 1, mark.column + 1), why))


def _mark(event: Event) -> yaml.Mark:
    """Where an event begins; the pure Python parser always knows."""
    assert isinstance(event.start_mark, yaml.Mark)  # noqa: S101 - for the type checker: no C parser here
    return event.start_mark


def syntax_fault(error: yaml.YAMLError, text: str) -> Located:
    """The Chinese sentence of a YAML error and where the operator should look."""
    if not isinstance(error, yaml.MarkedYAMLError):
        position = getattr(error, "position", 0)
        before = text[:position]
        return Located((before.count("\n") + 1, position - before.rfind("\n")), "文件里有不可见的控制字符。")
    said = f"{error.context or ''} {error.problem or ''}"
    found = next(((words, sentence) for words, sentence in SENTENCES if words in said), ("", "YAML 语法不对。"))
    began = found[0] in SAID_AT_THE_BEGINNING and error.context_mark is not None
    mark = error.context_mark if began else error.problem_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if error.problem == TOO_DEEP:
        return Located(place, TOO_DEEP)
    return Located(place, found[1] + _full_width_hint(text, place[0]))


def _full_width_hint(text: str, line: int) -> str:
    """Chinese input methods type a colon that YAML does not know."""
    lines = text.splitlines()[max(0, line - 2) : line]
    return "附近有全角冒号“\uff1a”,请改为半角冒号加空格。" if any("\uff1a" in one for one in lines) else ""
