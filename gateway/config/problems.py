"""What pydantic found wrong, as Chinese sentences with line and column."""

from __future__ import annotations

import difflib
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gateway.config.document import Document, Fault, Route
from gateway.config.values import Misplaced
from gateway.errors import ConfigUnknownKey

SENTENCES = {
    "string_type": "应为文字;数字、日期或 yes/no 作文字用时请加引号。",
    "string_too_short": "不能少于 {min_length} 个字。",
    "string_too_long": "不能多于 {max_length} 个字。",
    "int_type": "应为整数。",
    "int_from_float": "应为整数。",
    "float_type": "应为数字。",
    "finite_number": "应为有限的数字。",
    "bool_type": "应为 true 或 false。",
    "date_type": "应为日期,例如 2026-01-01。",
    "tuple_type": "应为列表:每行一项,以“- ”开头。",
    "dict_type": "应为一组“键: 值”。",
    "model_type": "应为一组“键: 值”。",
    "too_short": "至少要有 {min_length} 项。",
    "greater_than": "应大于 {gt:g}。",
    "greater_than_equal": "不能小于 {ge:g}。",
    "less_than": "应小于 {lt:g}。",
    "less_than_equal": "不能大于 {le:g}。",
    "literal_error": "应为 {expected} 之一。",
}


def faults_of(error: ValidationError, document: Document, model: type[BaseModel]) -> list[Fault]:
    """Every problem of a validation, each at its key or value."""
    return [_fault(details, document, model) for details in error.errors(include_url=False)]


def _fault(details: ErrorDetails, document: Document, model: type[BaseModel]) -> Fault:
    route: Route = details["loc"]
    context: dict[str, Any] = details.get("ctx", {})
    match details["type"]:
        case "extra_forbidden":
            return _unknown(route, document, model)
        case "missing":
            return document.fault(document.place(route), f"缺少必填项“{_spelt(route)}”。")
        case "value_error":
            return _own(route, context["error"], document)
    if route and route[-1] == "[key]":
        return document.fault(document.keys[route[:-1]], "键应为文字。")
    if "expected" in context:
        context = {"expected": str(context["expected"]).replace(" or ", ", ").replace(", ", "、").replace("'", "")}
    sentence = SENTENCES.get(details["type"])
    why = sentence.format_map(context) if sentence else f"值不合要求({details['msg']})。"
    return document.fault(document.place(route), f"“{_spelt(route)}”{why}" if route else why)


def _own(route: Route, error: Exception, document: Document) -> Fault:
    """A problem our own validators found; the sentence is theirs."""
    if route and route[-1] == "[key]":
        route = route[:-1]
        return document.fault(document.keys[route], f"“{_spelt(route)}”{error}")
    if isinstance(error, Misplaced):
        route = (*route, *error.route)
    return document.fault(document.place(route), f"“{_spelt(route)}”{error}")


def _unknown(route: Route, document: Document, model: type[BaseModel]) -> Fault:
    key = str(route[-1])
    close = difflib.get_close_matches(key, list(_group_at(model, route[:-1]).model_fields), n=1)
    hint = f",是否想写“{close[0]}”?" if close else "。"
    place = document.keys.get(route, document.place(route))
    return Fault(place, ConfigUnknownKey(where=document.where(place), key=key, hint=hint))


def _group_at(model: type[BaseModel], route: Route) -> type[BaseModel]:
    """The model that stands at a route."""
    for step in route:
        if step in model.model_fields:
            model = _model_in(model.model_fields[str(step)].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _spelt(route: Route) -> str:
    """`callers[2].roles[0]`."""
    text = ""
    for step in route:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")
