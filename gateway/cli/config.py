"""`kanyan config`: check a configuration file, show what it amounts to, print its JSON Schema."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from gateway.cli.main import OK, USAGE
from gateway.config.load import load_settings
from gateway.config.policy import PolicyFile, load_profile
from gateway.config.secret import Secret
from gateway.config.settings import Settings
from gateway.errors import ConfigInvalid, ConfigNotFound
from gateway.texts.errors_zh import sentence


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of `kanyan config`."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    check = actions.add_parser("check", help="检查配置文件,列出全部问题及其行和列")
    check.add_argument("file", type=Path, help="配置文件")
    check.add_argument("--no-secrets", action="store_true", help="不读取引用的密钥(在别的机器上检查时用)")
    check.add_argument("--json", action="store_true", help="输出 JSON")
    show = actions.add_parser("show", help="显示实际生效的配置,含默认值;密钥只显示引用")
    show.add_argument("file", type=Path, help="配置文件")
    show.add_argument("--json", action="store_true", help="输出 JSON")
    schema = actions.add_parser("schema", help="输出 JSON Schema,供编辑器补全和检查")
    schema.add_argument("--policy", action="store_true", help="规则文件的,而不是网关配置的")
    schema.add_argument("--json", action="store_true", help="输出 JSON(本来就是)")


def run(args: argparse.Namespace) -> int:
    """Do one of the three."""
    actions: dict[str, Callable[[argparse.Namespace], int]] = {"check": _check, "show": _show, "schema": _schema}
    return actions[args.action](args)


def _check(args: argparse.Namespace) -> int:
    problems = find_problems(args.file, with_secrets=not args.no_secrets)
    lines = [_line(problem) for problem in problems]
    if args.json:
        listed = [
            {"code": problem.code, "where": problem.facts.get("where", ""), "message": line}
            for problem, line in zip(problems, lines, strict=True)
        ]
        print(json.dumps({"ok": not problems, "file": str(args.file), "problems": listed}, ensure_ascii=False))
    elif problems:
        print("\n".join(lines))
        print(f"共 {len(problems)} 处问题。")
    else:
        print(f"配置有效:{args.file}")
    return USAGE if problems else OK


def _line(problem: ConfigInvalid) -> str:
    """One line: where and why, without the advice to run the command that is running."""
    if isinstance(problem, ConfigNotFound):
        return sentence(problem.code, problem.facts)
    why = problem.facts.get("why") or f"不认识的配置项“{problem.facts['key']}”{problem.facts['hint']}"
    return f"{problem.facts['where']} {why}"


def find_problems(path: Path, *, with_secrets: bool = True) -> list[ConfigInvalid]:
    """Everything wrong with a configuration file and the files it names; empty if it can be used."""
    try:
        settings = load_settings(path)
    except ConfigInvalid as error:
        return list(error.problems or (error,))
    found: list[ConfigInvalid] = []
    for use in _uses(settings, with_secrets=with_secrets):
        try:
            use()
        except ConfigInvalid as error:
            found.extend(error.problems or (error,))
    return found


def _uses(settings: Settings, *, with_secrets: bool) -> Iterator[Callable[[], object]]:
    """What start-up will do with the files and secrets that the settings name."""
    for policy in settings.policy:
        yield partial(load_profile, policy)
    for file in (settings.grpc.certificate, settings.grpc.key, settings.grpc.client_ca):
        if file is not None:
            yield partial(_readable, file)
    if with_secrets:
        for secret in _secrets([settings.database.url, settings.keys.secret, settings.plugins]):
            yield secret.reveal


def _readable(file: Path) -> None:
    try:
        file.open("rb").close()
    except OSError as error:
        raise ConfigNotFound(path=file, why=error.strerror or "读取失败") from None


def _secrets(value: Any) -> Iterator[Secret]:
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _secrets(item)


def _show(args: argparse.Namespace) -> int:
    values = load_settings(args.file).model_dump(mode="json")
    if args.json:
        print(json.dumps(values, ensure_ascii=False))
    else:
        print(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), end="")
    return OK


def _schema(args: argparse.Namespace) -> int:
    model = PolicyFile if args.policy else Settings
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    print(json.dumps(schema, ensure_ascii=False, indent=2))
    return OK
