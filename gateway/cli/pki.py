"""`kanyan pki init`: a development authority with server and client certificates in a folder of their own."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from gateway.bootstrap.certificates import init_folder
from gateway.cli.main import OK
from gateway.clock import SystemClock
from gateway.errors import UsageInvalid


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of `kanyan pki`."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    init = actions.add_parser("init", help="生成根证书、服务端证书和客户端证书(仅供开发)")
    init.add_argument("--dir", type=Path, required=True, help="存放证书的目录,没有则新建")
    init.add_argument(
        "--identity", action="append", default=[], help="客户端身份 spiffe://kanyan/<平台>/<名称>,可写多次"
    )
    init.add_argument("--days", type=int, default=365, help="有效天数,1 至 3650,默认 365")
    init.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Write what is missing, leave what is there, say which is which."""
    if not 1 <= args.days <= 3650:
        raise UsageInvalid(option="--days", why="应为 1 至 3650")
    written, kept = init_folder(args.dir, SystemClock().now(), args.days, args.identity)
    if args.json:
        print(json.dumps({"ok": True, "dir": str(args.dir), "written": written, "kept": kept}, ensure_ascii=False))
        return OK
    for name in written:
        print(f"已生成 {args.dir / name}")
    for name in kept:
        print(f"已存在,未改动 {args.dir / name}")
    print("这些证书仅供开发和演示,正式环境请使用单位的证书。")
    return OK
