"""Check the objects a plugin registers before anybody relies on them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from gateway.plugin_host.loading import Unfit
from gateway.sdk import Checklist, ChecklistItem, Kind, MatterRules

METHODS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "matter": ("check_filing", "judge", "report_fields", "time_limit"),
        "upstream": ("deliver", "query", "pull"),
        "notifier": ("send", "query"),
        "crypto": ("generate", "public", "sign", "verify", "self_test"),
    }
)
"""What each kind of object must be able to do."""

_CODE = re.compile(r"[0-9]{12}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ZIP = b"PK\x03\x04"


def checked_offer(kind: str, thing: Any) -> str:
    """The catalogue code or name under which the object is found.

    Runs the plugin's code (properties, the self-test of a suite): call it through a guard.

    Raises:
        Unfit: it lacks something or has it in the wrong form.
    """
    if kind == "matter":
        return _matter(thing)
    name = getattr(thing, "name", None)
    if isinstance(thing, type):
        raise Unfit(f"登记的应是对象,却是类 {thing.__name__};请写成 {thing.__name__}()。")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Unfit(f"{type(thing).__name__}.name 应为 1 至 64 位字母、数字、点、下划线或连字符;请改正。")
    _methods(kind, thing)
    if kind == "crypto":
        thing.self_test()
    return name


def _matter(thing: Any) -> str:
    if not isinstance(thing, MatterRules):
        raise Unfit(f"登记的应是 MatterRules,却是 {type(thing).__name__};请改正。")
    if not isinstance(thing.code, str) or not _CODE.fullmatch(thing.code):
        raise Unfit("MatterRules.code 应为 12 位数字的基本编码;请改正。")
    if not isinstance(thing.report_template, bytes) or not thing.report_template.startswith(_ZIP):
        raise Unfit(f"事项 {thing.code} 的 report_template 应为 .docx 文件的内容;请检查模板文件。")
    _checklist(thing.code, thing.checklist)
    _methods("matter", thing)
    return thing.code


def _checklist(matter: str, checklist: Any) -> None:
    if not isinstance(checklist, Checklist) or not isinstance(checklist.items, tuple) or not checklist.items:
        raise Unfit(f"事项 {matter} 的 checklist 应为至少一项的 Checklist;请改正。")
    _words(matter, checklist.version)
    seen: set[str] = set()
    for item in checklist.items:
        if not isinstance(item, ChecklistItem) or not isinstance(item.kind, Kind):
            raise Unfit(f"事项 {matter} 的检查表有一项不是 ChecklistItem,或其 kind 不是 Kind;请改正。")
        _words(matter, item.code, item.text, item.basis)
        if item.code in seen:
            raise Unfit(f"事项 {matter} 的检查表中项目 {item.code} 重复;请改成不同的编号。")
        seen.add(item.code)


def _words(matter: str, *values: object) -> None:
    if not all(isinstance(value, str) and value.strip() for value in values):
        raise Unfit(f"事项 {matter} 的检查表的版本、编号、内容和依据都应为非空文字;请补齐。")


def _methods(kind: str, thing: Any) -> None:
    for method in METHODS[kind]:
        function: Callable[..., Any] | None = getattr(thing, method, None)
        if not callable(function):
            raise Unfit(f"{type(thing).__name__} 没有函数 {method};请补上。")
        if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
            raise Unfit(f"{type(thing).__name__}.{method} 写成了 async def;请改为普通的 def。")
