"""`plugin.toml` becomes a typed `Manifest`, or a sentence that says which key to change."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from gateway.errors import PluginInvalid
from gateway.plugin_host.table import Table
from gateway.plugin_host.words import did_you_mean
from gateway.sdk.version import API

OPERATIONS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "matter": {"check_filing": 2.0, "judge": 2.0, "report_fields": 5.0, "time_limit": 2.0},
        "upstream": {"deliver": 15.0, "query": 10.0, "pull": 20.0},
        "notifier": {"send": 15.0, "query": 10.0},
        "crypto": {},
    }
)
"""The operations of each kind with their time limits in seconds where the manifest says nothing."""

LONGEST_S = 60.0
MOST_IN_FLIGHT = 64
ISOLATIONS = ("thread", "process")
FIELD_TYPES = ("url", "str", "int", "bool", "path")

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_API = re.compile(r"([0-9]{1,4})\.([0-9]{1,4})")
_PYTHON = re.compile(r"(>=|<)\s*([0-9]+)\.([0-9]+)")
_NETWORK = re.compile(r"(\[[0-9a-f:]+\]|[a-z0-9.-]+):([0-9]{1,5})")


@dataclass(frozen=True)
class ConfigField:
    """One setting of a plugin. `least` and `most` bound an int."""

    type: str
    required: bool = False
    default: Any = None
    help: str = ""
    example: Any = None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Manifest:
    """What `plugin.toml` says; everything the host must know before it imports a line of the plugin."""

    id: str
    name: str
    kind: str
    module: str
    version: str
    owner: str
    on_call: str
    api: tuple[int, int]
    python: str
    isolation: str
    max_in_flight: int
    timeouts: Mapping[str, float]
    network: tuple[str, ...]
    config_fields: Mapping[str, ConfigField] = field(default_factory=dict)


def parse_manifest(text: str, *, file: str, distribution: str, version: str, module: str) -> Manifest:
    """Read a manifest and hold it against the installed distribution.

    Args:
        text: the content of `plugin.toml`.
        file: how messages name the file.
        distribution: name of the distribution it came with; the id must equal it.
        version: version of that distribution; the manifest's must equal it.
        module: the package its entry point names.

    Raises:
        PluginInvalid: with a Chinese sentence naming file, key and what to do.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PluginInvalid(plugin=distribution, why=f"{file} 不是合法的 TOML:{error};请按行号改正。") from None
    top = Table(raw, plugin=distribution, file=file, path="")
    if top.integer("manifest") != 1:
        top.refuse("manifest", "只支持清单版本 1,请写 manifest = 1")
    about, run, permissions = top.table("plugin"), top.table("run"), top.table("permissions")
    config = top.table("config", required=False)
    top.close()
    manifest = _identity(about, run, permissions, config)
    _same(about, "id", manifest.id, distribution, "发行包名")
    _same(about, "version", manifest.version, version, "发行包版本")
    _same(about, "module", manifest.module, module, "入口点 gateway.plugins 的值")
    return manifest


def _identity(about: Table, run: Table, permissions: Table, config: Table) -> Manifest:
    kind = about.choice("kind", OPERATIONS)
    python = about.text("python")
    _python_fits(about, python)
    fields = {name: _config_field(config.table(name)) for name in config.names()}
    identifier = about.text("id")
    if not _ID.fullmatch(identifier):
        about.refuse("id", "只能用小写字母、数字和连字符,例如 matter-food-business")
    module = about.text("module")
    if not module.isidentifier():
        about.refuse("module", "应为顶层包名,例如 matter_food_business")
    manifest = Manifest(
        id=identifier,
        name=about.text("name"),
        kind=kind,
        module=module,
        version=about.text("version"),
        owner=about.text("owner"),
        on_call=about.text("on_call"),
        api=_api(about),
        python=python,
        isolation=run.choice("isolation", ISOLATIONS, default="thread"),
        max_in_flight=run.integer("max_in_flight", least=1, most=MOST_IN_FLIGHT, default=4),
        timeouts=_timeouts(run.table("timeouts", required=False), kind),
        network=_network(permissions, fields),
        config_fields=MappingProxyType(fields),
    )
    for table in (about, run, permissions):
        table.close()
    return manifest


def _same(table: Table, key: str, ours: str, theirs: str, what: str) -> None:
    if ours != theirs:
        table.refuse(key, f"写的是“{ours}”,与{what}“{theirs}”不一致;请改成一样")


def _api(about: Table) -> tuple[int, int]:
    match = _API.fullmatch(about.text("api"))
    if match is None:
        about.refuse("api", '应写成 "主版本.次版本",例如 "1.0"')
    major, minor = int(match[1]), int(match[2])
    ours = f"{API[0]}.{API[1]}"
    if major != API[0]:
        about.refuse("api", f"插件按接口 {major}.{minor} 编写,网关提供 {ours};请换用主版本为 {API[0]} 的插件")
    if minor > API[1]:
        about.refuse("api", f"插件需要接口 {major}.{minor},网关只提供 {ours};请升级网关或换用旧版插件")
    return major, minor


def _python_fits(about: Table, wanted: str) -> None:
    running = sys.version_info[:2]
    for part in wanted.split(","):
        match = _PYTHON.fullmatch(part.strip())
        if match is None:
            about.refuse("python", '应写成 ">=3.11" 或 ">=3.11,<3.14"')
        bound = (int(match[2]), int(match[3]))
        fits = running >= bound if match[1] == ">=" else running < bound
        if not fits:
            about.refuse("python", f"要求 Python {wanted},当前是 {running[0]}.{running[1]};请换用合适的版本")


def _timeouts(table: Table, kind: str) -> Mapping[str, float]:
    limits = dict(OPERATIONS[kind])
    for operation in table.names():
        if operation not in limits:
            table.refuse(operation, f"{kind} 类插件没有这个操作{did_you_mean(operation, limits)}")
        limits[operation] = table.seconds(operation, most=LONGEST_S)
    return MappingProxyType(limits)


def _network(permissions: Table, fields: Mapping[str, ConfigField]) -> tuple[str, ...]:
    entries = permissions.texts("network")
    for entry in entries:
        if entry.startswith("config:"):
            named = fields.get(entry.removeprefix("config:"))
            if named is None or named.type != "url":
                permissions.refuse("network", f"“{entry}”指的配置项不存在,或其 type 不是 url")
        elif (match := _NETWORK.fullmatch(entry)) is None or not 0 < int(match[2]) < 65536:
            permissions.refuse("network", f'“{entry}”应写成 "主机:端口"(小写)或 "config:配置项"')
    return entries


def _config_field(table: Table) -> ConfigField:
    kind = table.choice("type", FIELD_TYPES)
    required = table.flag("required", default=False)
    least, most = (table.bound("min"), table.bound("max")) if kind == "int" else (None, None)
    made = ConfigField(
        type=kind,
        required=required,
        default=table.any("default"),
        help=table.text("help"),
        example=table.any("example"),
        least=least,
        most=most,
    )
    table.close()
    if required and made.default is not None:
        table.refuse("default", "必填项不能有默认值;请去掉 default 或 required")
    for key, value in (("default", made.default), ("example", made.example)):
        if value is not None and (why := wrong_type(made, value)):
            table.refuse(key, why)
    return made


def wrong_type(setting: ConfigField, value: object) -> str:
    """What is wrong with a value for a setting, in Chinese; empty if nothing is."""
    if setting.type == "bool":
        return "" if isinstance(value, bool) else "应为 true 或 false"
    if setting.type == "int":
        return _wrong_int(setting, value)
    if not isinstance(value, str) or not value.strip():
        return "应为非空文字"
    if setting.type == "url" and not re.fullmatch(r"https?://[^/?#@\s]+([/?#]\S*)?", value):
        return "应为 http:// 或 https:// 开头的地址,不含用户名和密码"
    return ""


def _wrong_int(setting: ConfigField, value: object) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        return "应为整数"
    if setting.least is not None and value < setting.least:
        return f"不能小于 {setting.least}"
    if setting.most is not None and value > setting.most:
        return f"不能大于 {setting.most}"
    return ""
