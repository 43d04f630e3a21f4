"""`kanyan plugin list`: every installed plugin, its state and, where it is not ready, why."""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from gateway.clock import SystemClock
from gateway.plugin_host.host import PluginHost, PluginStatus, State, installed

STATES = {
    State.FOUND: "已发现",
    State.VALID: "清单有效",
    State.NOT_ALLOWED: "未启用",
    State.FAILED: "不可用",
    State.READY: "就绪",
}
KINDS = {"matter": "勘验事项", "upstream": "上级平台", "notifier": "短信", "crypto": "密码算法"}
HEADINGS = ("插件", "版本", "类型", "状态", "说明")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="操作", required=True)
    listing = actions.add_parser("list", help="列出已安装的插件及其状态")
    listing.add_argument("--config", type=Path, metavar="文件", help="配置文件;给出时按配置试加载,不给出时只读清单")
    listing.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Print the list. 0 unless an allowed plugin failed; without a configuration, unless a manifest is broken."""
    plugins = _with_config(args.config) if args.config is not None else installed()
    failed = any(plugin.state is State.FAILED for plugin in plugins)
    if args.json:
        rows = [{**asdict(plugin), "state": plugin.state.value} for plugin in plugins]
        print(json.dumps({"ok": not failed, "plugins": rows}, ensure_ascii=False))
    else:
        print("\n".join(_lines(plugins)))
    return 1 if failed else 0


def _with_config(file: Path) -> list[PluginStatus]:
    # Only here: reading manifests must work while the configuration is broken.
    from gateway.config.load import load_settings

    settings = load_settings(file)
    allowed = {name: settings.plugin_settings(name) for name in settings.plugins}
    host = PluginHost.load(allowed, SystemClock())
    try:
        return host.plugins
    finally:
        host.close()


def _lines(plugins: Sequence[PluginStatus]) -> list[str]:
    if not plugins:
        return ["没有安装任何插件。"]
    rows = [HEADINGS, *(_row(plugin) for plugin in plugins)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(HEADINGS) - 1)]
    return ["  ".join([*map(_padded, row[:-1], widths), row[-1]]).rstrip() for row in rows]


def _row(plugin: PluginStatus) -> tuple[str, ...]:
    kind = KINDS.get(plugin.kind, plugin.kind)
    return (plugin.id, plugin.version or "-", kind or "-", STATES[plugin.state], plugin.problem)


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
