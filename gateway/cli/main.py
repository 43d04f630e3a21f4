"""The `kanyan` command: finds the subcommand and imports only that one."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from types import ModuleType

from gateway.errors import ConfigInvalid, GatewayError
from gateway.texts.errors_zh import sentence

COMMANDS = {
    "serve": "运行网关",
    "demo": "演示:一件办件从受理到送达的全过程",
    "sandbox": "运行模拟的省平台和短信中心",
    "config": "检查、显示配置,导出 JSON Schema",
    "db": "建立或升级数据库",
    "token": "二维码:生成、查看、识别图片",
    "plugin": "列出插件及其状态",
    "pki": "生成开发用证书",
}
"""Each name is a module of `gateway.cli` with `configure(parser)` and `run(args) -> int`."""

OK, FAILED, USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0 ok, 1 failed, 2 usage or configuration error."""
    words = list(sys.argv[1:] if argv is None else argv)
    parser = argparse.ArgumentParser(prog="kanyan", description="勘验网关")
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True)
    for name, about in COMMANDS.items():
        command = commands.add_parser(name, help=about, description=about)
        if words and words[0] == name:
            module(name).configure(command)
    args = parser.parse_args(words)
    try:
        return int(module(args.command).run(args))
    except GatewayError as error:
        report(error, as_json=getattr(args, "json", False))
        return USAGE if isinstance(error, ConfigInvalid) else FAILED
    except KeyboardInterrupt:
        return FAILED


def module(name: str) -> ModuleType:
    """The module of a command."""
    return importlib.import_module(f"gateway.cli.{name}")


def report(error: GatewayError, *, as_json: bool) -> None:
    """Say on stderr (or as JSON on stdout) why and what to do; of a configuration file, everything that is wrong."""
    problems = getattr(error, "problems", ()) or (error,)
    lines = [{"code": problem.code, "message": sentence(problem.code, problem.facts)} for problem in problems]
    if as_json:
        print(json.dumps({"ok": False, **lines[0], "problems": lines}, ensure_ascii=False))
        return
    for line in lines:
        print(f"错误 [{line['code']}] {line['message']}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
