"""Writes docs/reference from the code, so that no page there can say what the code does not."""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from gateway.api.v1 import policy_pb2
from gateway.cli.main import COMMANDS
from gateway.config.policy import PolicyFile
from gateway.config.settings import Settings
from gateway.errors import ConfigInvalid, GatewayError, all_errors
from gateway.texts.errors_zh import TEXTS
from gateway.web.statuses import http_status
from terminals import cli as kiosk_cli
from terminals.settings import KioskSettings

ROOT = Path(__file__).parents[1]
NOTE = "<!-- Written by docs/generate.py (make docs). Do not edit. -->"
Rows = Sequence[Sequence[str]]


def pages() -> dict[str, str]:
    """Every page by its name."""
    makers = {"errors": errors, "configuration": configuration, "grpc": grpc_page, "commands": commands}
    return {f"{name}.md": maker() for name, maker in makers.items()}


def page(*blocks: str) -> str:
    """Blocks of text as one page."""
    return "\n\n".join([NOTE, *blocks]) + "\n"


def table(headings: Sequence[str], rows: Rows) -> str:
    """A Markdown table; bars and line breaks inside cells are made harmless."""
    lines = [list(headings), ["---"] * len(headings), *(list(row) for row in rows)]
    return "\n".join(f"| {' | '.join(cell(text) for text in line)} |" for line in lines)


def cell(text: str) -> str:
    """One cell of a table."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


# --- errors.md -----------------------------------------------------------------------------------------------------

STATUS_ZH = {
    "INVALID_ARGUMENT": "请求本身有误,原样重发没有用",
    "UNAUTHENTICATED": "不知道调用方是谁",
    "PERMISSION_DENIED": "知道是谁,但不允许",
    "NOT_FOUND": "没有,或无权查看",
    "ALREADY_EXISTS": "同一编号或幂等键,内容不同",
    "FAILED_PRECONDITION": "按规定不能办理,状况不变则结果不变",
    "RESOURCE_EXHAUSTED": "忙,稍后重试",
    "DEADLINE_EXCEEDED": "超时,用同一个幂等键重试",
    "UNAVAILABLE": "暂不可用,用同一个幂等键重试",
    "INTERNAL": "系统自身的问题,须有人查看",
}


def errors() -> str:
    """Every error code with its status and sentences."""
    own = [kind for kind in all_errors() if kind.__module__ == "gateway.errors"]
    by_code = {kind.code: kind for kind in own}
    known = [by_code[code] for code in TEXTS]
    return page(
        "# 错误码",
        "每个错误都有固定的代码:gRPC 中是 `google.rpc.ErrorInfo.reason`,命令行显示为 `错误 [代码] …`。"
        "句子同时作为 `LocalizedMessage`(zh-CN)返回;花括号处填入当时的具体内容。"
        "“可重试”表示稍后用同一个幂等键再试可能成功,不会重复办理。"
        "“网页”是网页上的 HTTP 状态码,“退出码”是命令行的退出码。",
        *(_errors_of(status, about, known) for status, about in STATUS_ZH.items()),
    )


def _errors_of(status: str, about: str, known: Sequence[type[GatewayError]]) -> str:
    rows = [_error_row(kind) for kind in known if kind.status == status]
    heading = f"## {status}({about})"
    return heading + "\n\n" + table(["代码", "可重试", "网页", "退出码", "发生了什么", "怎么办"], rows)


def _error_row(kind: type[GatewayError]) -> list[str]:
    text = TEXTS[kind.code]
    leaving = "2" if issubclass(kind, ConfigInvalid) else "1"
    retry = "是" if kind.retryable else "否"
    return [f"`{kind.code}`", retry, str(http_status(kind())), leaving, text.what, text.do]


# --- configuration.md ----------------------------------------------------------------------------------------------


def configuration() -> str:
    """Every setting of the three kinds of files."""
    return page(
        "# 配置项",
        "三种文件,都是 YAML;不认识的配置项是错误,报错指明行和列。相对路径从该文件所在目录算起"
        '(插件自己的设置除外:`type = "path"` 的相对路径从进程的当前目录算起,请写绝对路径)。'
        "密钥只能写引用:`${file:路径}`、`${env:名称}`、`${cred:systemd 凭据名}`。"
        "`kanyan config check` 检查网关配置和它引用的规则文件;`kanyan config schema` 输出 JSON Schema。",
        "## 网关\n\n示例:[gateway.example.yaml](../../configs/gateway.example.yaml)。\n\n" + settings_table(Settings),
        "插件各自的设置见其 `plugin.toml` 的 `[config.…]`。",
        "## 规则文件\n\n网关配置的 `policy` 列出的文件,例如 [demo.yaml](../../configs/policy/demo.yaml)。"
        "某一天有几份有效时,取开始日期最晚的一份;一份也没有时,当天不能报备。\n\n" + settings_table(PolicyFile),
        "## 核验终端\n\n示例:[kiosk.example.yaml](../../configs/kiosk.example.yaml)。\n\n"
        + settings_table(KioskSettings),
    )


def settings_table(model: type[BaseModel]) -> str:
    """All settings of a model, nested ones by their dotted name."""
    schema = model.model_json_schema()
    return table(["配置项", "类型", "默认", "说明"], list(setting_rows(model, schema, schema, "")))


def setting_rows(
    model: type[BaseModel], shape: Mapping[str, Any], schema: Mapping[str, Any], prefix: str
) -> Iterator[list[str]]:
    """One row per leaf."""
    for name, field in model.model_fields.items():
        inner, many = model_within(field.annotation)
        about = field.description or ""
        if inner is None:
            yield [f"`{prefix}{name}`", type_zh(shape["properties"][name]), default_zh(field.default), about]
            continue
        if many:
            yield [f"`{prefix}{name}`", "列表", default_zh(field.default), about]
        below = schema["$defs"][inner.__name__]
        yield from setting_rows(inner, below, schema, f"{prefix}{name}{'[]' if many else ''}.")


def model_within(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The model a setting holds, and whether it holds several."""
    for one in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one, one is not annotation
    return None, False


def default_zh(value: object) -> str:
    """A default as it would be written."""
    if value is PydanticUndefined:
        return "**必填**"
    if value is None:
        return "不写"
    if isinstance(value, bool | int | float | list | tuple | dict):
        return f"`{json.dumps(value, ensure_ascii=False)}`"
    return f"`{value}`"


PLAIN_ZH = {"string": "文本", "integer": "整数", "number": "数", "boolean": "true 或 false", "array": "列表"}
BOUNDS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "minLength": "至少 {} 个字符",
    "maxLength": "至多 {} 个字符",
    "minItems": "至少 {} 项",
}


def type_zh(shape: Mapping[str, Any]) -> str:
    """The type and bounds of a setting."""
    if "enum" in shape:
        return "、".join(str(one) for one in shape["enum"])
    if "anyOf" in shape:
        parts = [type_zh(one) for one in shape["anyOf"] if one.get("type") != "null"]
        return " 或 ".join(dict.fromkeys(parts))
    kind = shape.get("type", "")
    if kind == "object":
        return "键值"
    if "${" in str(shape.get("pattern", "")).replace("\\", ""):
        return "密钥引用"
    words = ["日期" if shape.get("format") == "date" else PLAIN_ZH[kind]]
    words += [form.format(shape[bound]) for bound, form in BOUNDS.items() if bound in shape]
    return ",".join(words) + (f":{type_zh(shape['items'])}" if shape.get("items") else "")


# --- commands.md ---------------------------------------------------------------------------------------------------


def commands() -> str:
    """Every command with its arguments."""
    blocks = [
        block
        for parser, about in all_parsers()
        for block in command_blocks(parser, about)
    ]  # fmt: skip
    return page(
        "# 命令",
        "退出码:0 成功,1 失败,2 用法或配置有误。`--json` 输出一行 JSON,供程序读取。",
        *blocks,
    )


def all_parsers() -> list[tuple[argparse.ArgumentParser, str]]:
    """The parser of every top command and what it is for."""
    found = []
    for name, about in COMMANDS.items():
        parser = argparse.ArgumentParser(prog=f"kanyan {name}", add_help=False)
        importlib.import_module(f"gateway.cli.{name}").configure(parser)
        found.append((parser, about))
    kiosk = kiosk_cli._parser()  # noqa: SLF001 - the command shows its parser to nobody else
    found += [(parser, about) for _, parser, about in actions_of(kiosk)]
    return found


def command_blocks(parser: argparse.ArgumentParser, about: str) -> Iterator[str]:
    """A heading and a table for each command that can be run."""
    actions = list(actions_of(parser))
    if not actions:
        yield f"## {parser.prog}\n\n{about}。"
        yield arguments_table(parser)
    for _, action, what in actions:
        yield f"## {action.prog}\n\n{what}。"
        yield arguments_table(action)


def actions_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    """The subcommands of a parser."""
    for one in arguments_of(parser):
        if isinstance(one, argparse._SubParsersAction):  # noqa: SLF001 - argparse has no public name for it
            helps = {choice.dest: choice.help or "" for choice in one._choices_actions}  # noqa: SLF001 - as above
            for name, child in one.choices.items():
                yield name, cast("argparse.ArgumentParser", child), helps[name]


def arguments_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """The arguments of a parser but for --help."""
    listed = parser._actions  # noqa: SLF001 - argparse has no public list of its arguments
    return [one for one in listed if "--help" not in one.option_strings]


def arguments_table(parser: argparse.ArgumentParser) -> str:
    """The arguments of one command."""
    rows = []
    for one in arguments_of(parser):
        takes_value = one.nargs != 0 and one.option_strings
        name = ", ".join(one.option_strings) or one.dest
        must = "必填" if one.required else ""
        rows.append([f"`{name}{f' {one.metavar or one.dest.upper()}' if takes_value else ''}`", must, one.help or ""])
    return table(["参数", "", "说明"], rows)


# --- grpc.md -------------------------------------------------------------------------------------------------------

Comments = Mapping[tuple[int, ...], str]
TYPES = {number: name.removeprefix("TYPE_").lower() for name, number in FieldDescriptorProto.Type.items()}


def grpc_page() -> str:
    """Services with their policies, then messages and enums, with the comments of the protos."""
    files = [file for file in descriptors() if file.message_type or file.service]
    told = {file.name: comments_of(file) for file in files}
    blocks = [block for file in files for block in _file_blocks(file, told[file.name])]
    return page(
        "# gRPC interface",
        "Package `gateway.api.v1`; sources in [protos](../../protos/README.md). Errors: [errors.md](errors.md). Also"
        " served: `grpc.health.v1.Health` and, unless switched off, server reflection.",
        "Callers authenticate by mTLS: the one URI SAN of the client certificate, `spiffe://kanyan/<platform>/<name>`,"
        " must stand in `callers` of the configuration. A platform that may speak for persons names one in the metadata"
        " `kanyan-person`, `kanyan-roles` (comma-separated) and `kanyan-department`.",
        "A call needs a deadline (unless `grpc.require_deadline` is off), of which 10 s count at most. A mutating call"
        " needs an `idempotency_key` and may not carry fields this version does not know. `Class` is declared and"
        " checked at start-up, but nothing is shed by it yet.",
        *blocks,
    )


def descriptors() -> list[FileDescriptorProto]:
    """The protos of this project, compiled with their comments."""
    protos = sorted(str(proto.relative_to(ROOT)) for proto in (ROOT / "protos").rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "set.pb"
        words = ["-Iprotos", "--include_source_info", f"--descriptor_set_out={out}", *protos]
        subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *words], cwd=ROOT, check=True)  # noqa: S603 - ours
        return list(FileDescriptorSet.FromString(out.read_bytes()).file)


def comments_of(file: FileDescriptorProto) -> Comments:
    """The comment of each thing by its path (descriptor.proto, SourceCodeInfo)."""
    return {tuple(place.path): place.leading_comments.strip() for place in file.source_code_info.location}


def _file_blocks(file: FileDescriptorProto, told: Comments) -> Iterator[str]:
    for index, service in enumerate(file.service):
        yield f"## {service.name}\n\n{told[6, index]}"
        yield _rpc_table(service, told, index)
    for index, message in enumerate(file.message_type):
        if message.name != "Policy":
            yield _message_block(message, told, (4, index))
    for index, enum in enumerate(file.enum_type):
        yield _enum_block(enum, told, (5, index))


def _rpc_table(service: ServiceDescriptorProto, told: Comments, index: int) -> str:
    rows = [
        [f"`{method.name}`", told[6, index, 2, number], *_policy_cells(method)]
        for number, method in enumerate(service.method)
    ]
    return table(["RPC", "What it does", "Roles", "Changes", "Key", "Audited", "Class"], rows)


def _policy_cells(method: MethodDescriptorProto) -> list[str]:
    extension: Any = policy_pb2.policy
    policy: policy_pb2.Policy = method.options.Extensions[extension]
    flags = ["yes" if flag else "no" for flag in (policy.mutating, policy.idempotency_key, policy.audit)]
    urgency = policy_pb2.CallClass.Name(policy.call_class).removeprefix("CALL_CLASS_").lower()
    return [", ".join(policy.roles), *flags, urgency]


def _message_block(message: DescriptorProto, told: Comments, path: tuple[int, ...]) -> str:
    rows = [
        [str(field.number), f"`{field.name}`", _field_type(field), told.get((*path, 2, place), "")]
        for place, field in enumerate(message.field)
    ]
    about = f"### {message.name}\n\n{told[path]}"
    return f"{about}\n\n{table(['No.', 'Field', 'Type', 'Meaning'], rows)}" if rows else f"{about} It has no fields."


def _field_type(field: FieldDescriptorProto) -> str:
    name = field.type_name.removeprefix(".").removeprefix("gateway.api.v1.") or TYPES[field.type]
    return f"repeated {name}" if field.label == FieldDescriptorProto.LABEL_REPEATED else name


def _enum_block(enum: EnumDescriptorProto, told: Comments, path: tuple[int, ...]) -> str:
    rows = [[str(one.number), f"`{one.name}`", told[(*path, 2, place)]] for place, one in enumerate(enum.value)]
    return f"### {enum.name}\n\n{told[path]}\n\n{table(['No.', 'Value', 'Meaning'], rows)}"


def main() -> None:
    """Write every page."""
    folder = ROOT / "docs" / "reference"
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
