"""YAML text becomes plain data that remembers the line and column of every key and value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from gateway.config.syntax import TOO_DEEP, RefusingLoader, syntax_fault
from gateway.errors import ConfigInvalid, ConfigNotFound

MAX_BYTES = 1 << 20
MAX_DEPTH = 20

Place = tuple[int, int]
"""Line and column, both from 1."""

Route = tuple[str | int, ...]
"""How to reach a value from the root: keys and indexes."""


@dataclass(frozen=True)
class Fault:
    """One problem and where it stands."""

    place: Place
    error: ConfigInvalid


@dataclass
class Document:
    """The data of one YAML file.

    Attributes:
        name: the file as the operator named it; the first part of every `where`.
        data: mappings, lists and scalars.
        values: where each value begins; the root is `()`.
        keys: where each key begins.
        faults: what is wrong with the YAML itself although it could be read.
    """

    name: str
    data: Any = None
    values: dict[Route, Place] = field(default_factory=dict)
    keys: dict[Route, Place] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def place(self, route: Route) -> Place:
        """Where a value begins; for what is not in the file, where the nearest thing around it begins."""
        while route not in self.values and route:
            route = route[:-1]
        return self.values.get(route, (1, 1))

    def where(self, place: Place) -> str:
        """`configs/x.yaml:12:3`."""
        return f"{self.name}:{place[0]}:{place[1]}"

    def fault(self, place: Place, why: str) -> Fault:
        """A problem of this file in words."""
        return Fault(place, ConfigInvalid(where=self.where(place), why=why))


def read_document(path: Path) -> Document:
    """The data of a YAML file. ConfigNotFound if it cannot be read, ConfigInvalid where nothing can be made of it."""
    document = Document(str(path))
    text = _decode(document, _read(path))
    loader: RefusingLoader | None = None
    try:
        loader = RefusingLoader(text, MAX_DEPTH)
        root = loader.get_single_node()
        faults = [document.fault(located.place, located.why) for located in loader.found]
        document.faults.extend(faults)
        document.data = _Reader(document, loader).read(root) if root is not None else {}
    except RecursionError:
        raise_first([document.fault((1, 1), TOO_DEEP)])
    except yaml.YAMLError as error:
        located = syntax_fault(error, text)
        raise_first([*document.faults, document.fault(located.place, located.why)])
    finally:
        if loader is not None:
            loader.dispose()
    return document


def raise_first(faults: Sequence[Fault]) -> None:
    """Raise the first problem in the file's order, carrying all of them; nothing if there are none."""
    if not faults:
        return
    errors = tuple(fault.error for fault in sorted(faults, key=lambda fault: fault.place))
    errors[0].problems = errors
    raise errors[0]


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigNotFound(path=path, why=_os_reason(error)) from None
    if len(content) > MAX_BYTES:
        raise ConfigInvalid(where=f"{path}:1:1", why="文件超过 1 MiB,不像是配置文件。")
    return content


def _os_reason(error: OSError) -> str:
    reasons = {
        FileNotFoundError: "文件不存在",
        PermissionError: "没有读取权限",
        IsADirectoryError: "这是一个目录",
    }
    return next((why for kind, why in reasons.items() if isinstance(error, kind)), error.strerror or "读取失败")


def _decode(document: Document, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise_first([document.fault(place, "文件不是 UTF-8 编码(可能是 GBK),请另存为 UTF-8。")])
        raise AssertionError from None


class _Reader:
    """Turns nodes into data, noting places, repeated keys and scalars that are nothing."""

    def __init__(self, document: Document, loader: RefusingLoader) -> None:
        self._document = document
        self._loader = loader

    def read(self, node: Node, route: Route = ()) -> Any:
        """The data of a node; what is wrong with it goes to the document's faults."""
        self._document.values[route] = _place(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, route)
        if isinstance(node, SequenceNode):
            return [self.read(item, (*route, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: MappingNode, route: Route) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or not key.value:
                self._note(key, "键应为非空的文字。")
            elif key.value in data:
                first = self._document.keys[(*route, key.value)]
                self._note(key, f"配置项“{key.value}”重复,第 {first[0]} 行已写过。")
            else:
                self._document.keys[(*route, key.value)] = _place(key)
                data[key.value] = self.read(value, (*route, key.value))
        return data

    def _scalar(self, node: Node) -> Any:
        try:
            return self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            self._note(node, "这个值看起来是数字或日期,但不成立;如是文字请加引号。")
            return None

    def _note(self, node: Node, why: str) -> None:
        self._document.faults.append(self._document.fault(_place(node), why))


def _place(node: Node) -> Place:
    return (node.start_mark.line + 1, node.start_mark.column + 1)
