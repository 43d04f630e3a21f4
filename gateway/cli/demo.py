"""`kanyan demo`: one case from acceptance to a delivered, acknowledged result, with everything real but the outside."""

from __future__ import annotations

import argparse
import json
import signal
from pathlib import Path

from gateway.cli.main import FAILED, OK
from gateway.sandbox.demo.show import Account, run_demo


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of `kanyan demo`."""
    parser.add_argument("--out", type=Path, default=Path("demo-out"), help="存放图片、报告和日志的目录(默认 demo-out)")
    parser.add_argument("--json", action="store_true", help="只输出一个 JSON 对象")
    parser.add_argument("--keep", action="store_true", help="演示后保持运行,按 Ctrl-C 结束")


def run(args: argparse.Namespace) -> int:
    """0 only if every step held."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    def say(line: str) -> None:
        if not args.json:
            print(line, flush=True)

    say("勘验网关演示:全部为示例数据,省平台和短信中心为模拟,其余为真实运行。")

    def keep(account: Account) -> None:
        _report(account, as_json=args.json, keep=True)
        say("各程序保持运行,按 Ctrl-C 结束:")
        for name, address in account.addresses.items():
            say(f"  {name}:{address}")
        signal.pause()

    try:
        account = run_demo(args.out.resolve(), say, keep if args.keep else None)
    except KeyboardInterrupt:
        return OK if args.keep else FAILED
    if not (args.keep and account.ok):
        _report(account, as_json=args.json)
    return OK if account.ok else FAILED


def _report(account: Account, *, as_json: bool, keep: bool = False) -> None:
    if as_json:
        addresses = {"addresses": account.addresses} if keep else {}
        print(json.dumps({**account.as_json(), **addresses}, ensure_ascii=False), flush=True)
        return
    held = sum(1 for step in account.steps if step.ok)
    print(f"{'全部通过' if account.ok else '未全部通过'}:{held}/{len(account.steps)} 步,用时 {account.seconds} 秒。")
    for name, value in account.artifacts.items():
        if name.endswith(("png", "docx")) and value:
            print(f"  {value}")
