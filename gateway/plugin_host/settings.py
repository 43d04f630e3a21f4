"""Hold a plugin's settings against the fields its manifest declares."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gateway.errors import PluginInvalid
from gateway.plugin_host.http import host_port
from gateway.plugin_host.manifest import ConfigField, Manifest, wrong_type
from gateway.plugin_host.words import did_you_mean


def checked_settings(manifest: Manifest, given: Mapping[str, Any], base: Path = Path()) -> Mapping[str, Any]:
    """The settings with defaults filled in; a field without value and default is None; a `path` counts from `base`.

    Raises:
        PluginInvalid: a key nobody declared, a required one missing, or a value of the wrong type. A value is never
            repeated in the message: it may be a secret.
    """
    fields = manifest.config_fields
    for key in given:
        if key not in fields:
            near = did_you_mean(key, fields) or ";该插件没有配置项"
            raise PluginInvalid(plugin=manifest.id, why=f"配置项 {key} 不认识{near},请改正或删除。")
    return MappingProxyType({key: _value(manifest.id, key, one, given.get(key), base) for key, one in fields.items()})


def _value(plugin: str, key: str, setting: ConfigField, value: Any, base: Path) -> Any:
    if value is None:
        if setting.required:
            example = f",例如 {setting.example}" if setting.example is not None else ""
            raise PluginInvalid(plugin=plugin, why=f"缺少配置项 {key}({setting.help}{example});请补上。")
        value = setting.default
        if value is None:
            return None
    if isinstance(value, Path) and setting.type == "path":
        return base / value
    why = wrong_type(setting, value) or _wrong_host(setting, value)
    if why:
        raise PluginInvalid(plugin=plugin, why=f"配置项 {key} {why};请改正。")
    return base / value if setting.type == "path" else value


def _wrong_host(setting: ConfigField, value: Any) -> str:
    if setting.type == "url":
        try:
            host_port(value)
        except ValueError:
            return "不是有效的 http(s) 地址"
    return ""
