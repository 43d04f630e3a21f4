"""The kiosk's YAML file as typed settings; what nobody reads is an error with its line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from gateway.errors import ConfigInvalid, ConfigNotFound, ConfigUnknownKey

BAUD_RATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
ROOT_KEY_BYTES = 32

WHY = {
    "missing": "缺少这一项。",
    "string_type": "应为文字。",
    "int_type": "应为整数。",
    "int_parsing": "应为整数。",
    "float_type": "应为数字。",
    "float_parsing": "应为数字。",
    "path_type": "应为路径。",
    "model_type": "应为若干子项。",
    "string_too_short": "不能为空。",
    "greater_than": "数值太小。",
    "less_than_equal": "数值太大。",
}
"""Chinese for pydantic's own kinds of errors."""


def _beside_file(path: Path, info: ValidationInfo) -> Path:
    return info.context / path if isinstance(info.context, Path) else path


def _address(text: str) -> str:
    split_address(text)
    return text


def _loopback(text: str) -> str:
    host, _ = split_address(text)
    try:
        local = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise ValueError("屏幕页面只能监听本机地址,如 127.0.0.1:8090。")
    return text


def _baud(rate: int) -> int:
    if rate not in BAUD_RATES:
        raise ValueError("不是串口常用波特率,如 9600 或 115200。")
    return rate


FilePath = Annotated[Path, AfterValidator(_beside_file)]
"""Relative to the folder of the settings file."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GatewaySettings(_Part):
    """Where the gateway is and how we prove who we are; the deadline is in seconds."""

    address: Annotated[str, AfterValidator(_address)]
    certificate: FilePath
    key: FilePath
    authority: FilePath
    deadline_s: Annotated[float, Field(gt=0, le=10)] = 1.5


class ScreenSettings(_Part):
    """Where the page is served; port 0 takes a free one."""

    listen: Annotated[str, AfterValidator(_loopback)] = "127.0.0.1:8090"


class KioskSettings(_Part):
    """Everything `kanyan-kiosk run` needs."""

    device: Annotated[str, Field(min_length=1)]
    baud: Annotated[int, AfterValidator(_baud)] = 9600
    data_dir: FilePath
    root_key: FilePath
    gateway: GatewaySettings
    screen: ScreenSettings = ScreenSettings()


def load_settings(path: Path) -> KioskSettings:
    """The settings of a file. ConfigNotFound, ConfigUnknownKey or ConfigInvalid, with the place in the file."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise ConfigNotFound(path=path, why=error.strerror or "读取失败") from error
    except UnicodeDecodeError:
        raise ConfigInvalid(where=f"{path}:", why="不是 UTF-8 文本。") from None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else f"{path}:"
        raise ConfigInvalid(where=where, why="不是有效的 YAML。") from None
    try:
        return KioskSettings.model_validate(content, context=path.absolute().parent)
    except ValidationError as error:
        raise _problem(path, root, error.errors()[0]) from None


def read_root_key(path: Path) -> bytes:
    """The root's public key, 32 bytes written in hex. ConfigNotFound, ConfigInvalid."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as error:
        raise ConfigNotFound(path=path, why=error.strerror or "读取失败") from error
    except ValueError:
        key = b""
    if len(key) != ROOT_KEY_BYTES:
        raise ConfigInvalid(where=f"{path}:", why="根公钥应为 64 位十六进制数字。")
    return key


def split_address(text: str) -> tuple[str, int]:
    """Host and port of `host:port` or `[v6]:port`; ValueError otherwise."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 0xFFFF:
        raise ValueError("应写成 主机:端口。")
    return host, int(port)


def _problem(path: Path, root: yaml.Node | None, detail: ErrorDetails) -> ConfigInvalid:
    names = [str(name) for name in detail["loc"]]
    where = f"{path}:{_line(root, names)} {'.'.join(names)}".rstrip()
    if detail["type"] == "extra_forbidden":
        near = difflib.get_close_matches(names[-1], _known(names[:-1]), 1)
        return ConfigUnknownKey(where=where, key=names[-1], hint=f",是否想写“{near[0]}”?" if near else "。")
    if detail["type"] == "value_error":
        return ConfigInvalid(where=where, why=str(detail["ctx"]["error"]))
    return ConfigInvalid(where=where, why=WHY.get(detail["type"], "内容不对。"))


def _known(names: list[str]) -> list[str]:
    model: Any = KioskSettings
    for name in names:
        model = model.model_fields[name].annotation
    return list(model.model_fields)


def _line(node: yaml.Node | None, names: list[str]) -> int:
    """The line (from 1) of the key, or of the nearest part of its path that is there."""
    line = node.start_mark.line + 1 if node else 1
    for name in names:
        for key, value in _pairs(node):
            if key.value == name:
                line, node = key.start_mark.line + 1, value
                break
        else:
            break
    return line


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))
