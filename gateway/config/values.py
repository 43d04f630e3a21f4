"""The kinds of values a setting can have: addresses, paths, identities, roles, plugin settings."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from gateway.config.secret import FORM, SECRET_KEY, URL_WITH_PASSWORD, Secret, base_folder, is_reference
from gateway.domain.access import Role

SPIFFE_ID = re.compile(r"spiffe://kanyan/[a-z0-9-]+/[a-z0-9._-]+")
PLUGIN_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
ADDRESS = re.compile(r"(?:\[(?P<v6>[0-9a-fA-F:]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<port>\d{1,5})")

MACHINE_ROLES = frozenset({Role.PLATFORM, Role.TERMINAL, Role.SYSTEM})
"""Roles no person has, so that no platform can speak for one."""


class Misplaced(ValueError):
    """A problem of a whole group of settings that belongs to one place inside it."""

    def __init__(self, why: str, *route: str | int) -> None:
        super().__init__(why)
        self.route = route


@dataclass(frozen=True)
class Address:
    """Where to listen. Port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def to_address(value: object) -> Address:
    """The address of `host:port` or `[v6]:port`; ValueError with a sentence otherwise."""
    if isinstance(value, Address):
        return value
    match = ADDRESS.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match["port"]) > 65535:
        raise ValueError("应写作 主机:端口,例如 127.0.0.1:7443。")
    return Address(match["v6"] or match["host"], int(match["port"]))


def _to_path(value: object, info: ValidationInfo) -> Path:
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError("应为文件路径。")
    if is_reference(value):
        raise ValueError("此处应写文件路径本身,不是密钥引用。")
    return Path(os.path.normpath(base_folder(info) / value))


def _to_role(value: object) -> Role:
    if isinstance(value, Role) and value is not Role.SYSTEM:
        return value
    names = [role.value for role in Role if role is not Role.SYSTEM]
    if value not in names:
        raise ValueError(f"没有这个角色;可用:{'、'.join(names)}。")
    return Role(value)


def _personal(role: Role) -> Role:
    if role in MACHINE_ROLES:
        raise ValueError(f"“{role.value}”是系统的角色,不能代个人行使。")
    return role


def _identity(value: str) -> str:
    if not SPIFFE_ID.fullmatch(value):
        raise ValueError("应写作 spiffe://kanyan/<平台>/<名称>,只用小写字母、数字和连字符。")
    return value


def _plugin_name(value: str) -> str:
    if not PLUGIN_NAME.fullmatch(value):
        raise ValueError("插件名只用小写字母、数字和连字符。")
    return value


def _to_plugin_settings(value: object, info: ValidationInfo) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("应为该插件的设置(一组“键: 值”);没有设置时写 {}。")
    return {key: _plugin_value((key,), item, base_folder(info)) for key, item in value.items()}


def _plugin_value(route: tuple[str | int, ...], value: Any, base: Path) -> Any:
    """References become secrets; what is plainly a secret and no reference is refused."""
    if isinstance(value, dict):
        return {key: _plugin_value((*route, key), item, base) for key, item in value.items()}
    if isinstance(value, list):
        return [_plugin_value((*route, index), item, base) for index, item in enumerate(value)]
    if is_reference(value):
        return Secret(value, base)
    names = [step for step in route if isinstance(step, str)]
    if value and not isinstance(value, Secret) and SECRET_KEY.search(names[-1].lower()):
        raise Misplaced(f"是密钥,不能直接写在配置里,请写成引用 {FORM}。", *route)
    if isinstance(value, str) and URL_WITH_PASSWORD.search(value):
        raise Misplaced(f"含有口令,请把整个网址写成引用 {FORM}。", *route)
    return value


def _masked(value: Any) -> Any:
    """References instead of secrets, at any depth."""
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item) for item in value]
    return str(value) if isinstance(value, Secret) else value


AddressText = Annotated[
    Address,
    BeforeValidator(to_address),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["127.0.0.1:7443", "[::1]:7443"]}),
]
FilePath = Annotated[Path, BeforeValidator(_to_path), PlainSerializer(str), WithJsonSchema({"type": "string"})]
RoleName = Annotated[
    Role,
    BeforeValidator(_to_role),
    PlainSerializer(lambda role: role.value),
    WithJsonSchema({"enum": [role.value for role in Role if role is not Role.SYSTEM]}),
]
PersonalRoleName = Annotated[RoleName, AfterValidator(_personal)]
SpiffeId = Annotated[str, AfterValidator(_identity), WithJsonSchema({"type": "string", "pattern": SPIFFE_ID.pattern})]
PluginName = Annotated[str, AfterValidator(_plugin_name)]
PluginSettings = Annotated[
    dict[str, Any],
    BeforeValidator(_to_plugin_settings),
    PlainSerializer(_masked),
    WithJsonSchema({"type": ["object", "null"]}),
]
