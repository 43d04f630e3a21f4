"""The `kanyan-kiosk` command; heavy imports wait until a subcommand runs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from gateway.errors import ConfigInvalid, GatewayError
from gateway.texts.errors_zh import sentence

OK, FAILED, USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. 0 ok, 1 failed, 2 usage or configuration error."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except GatewayError as error:
        _report(error, as_json=args.json)
        return USAGE if isinstance(error, ConfigInvalid) else FAILED
    except KeyboardInterrupt:
        return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kanyan-kiosk", description="勘验二维码核验终端")
    commands = parser.add_subparsers(dest="command", metavar="命令", required=True)
    run = commands.add_parser("run", help="运行核验终端", description="运行核验终端")
    run.add_argument("--config", type=Path, required=True, metavar="FILE", help="终端配置文件(YAML)")
    run.add_argument("--wait-device", action="store_true", help="启动时扫码器还没插好也不退出,一直等它")
    run.set_defaults(run=_run)
    simulate = commands.add_parser("simulate", help="模拟扫码器", description="模拟扫码器:标准输入的每一行是一次扫码")
    simulate.add_argument("--baud", type=_baud, default=9600, help="波特率(默认 9600)")
    simulate.add_argument("--link", type=Path, metavar="PATH", help="指向虚拟串口的符号链接")
    simulate.set_defaults(run=_simulate)
    for command in (run, simulate):
        command.add_argument("--ready-file", type=Path, metavar="FILE", help="就绪后写入的 JSON 文件")
        command.add_argument("--json", action="store_true", help="以 JSON 输出")
    return parser


def _baud(text: str) -> int:
    rate = int(text)
    if rate <= 0:
        raise argparse.ArgumentTypeError("波特率应为正整数")
    return rate


def _run(args: argparse.Namespace) -> int:
    import asyncio
    import logging

    from gateway.clock import SystemClock
    from terminals import daemon
    from terminals.settings import load_settings

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = load_settings(args.config)

    def ready(content: dict[str, object]) -> None:
        _write_ready_file(args.ready_file, content)
        line = json.dumps({"ok": True, **content}) if args.json else f"终端已就绪,屏幕页面:{content['screen']}"
        print(line, flush=True)

    asyncio.run(daemon.run(settings, clock=SystemClock(), wait_device=args.wait_device, ready=ready))
    return OK


def _simulate(args: argparse.Namespace) -> int:
    import os
    import signal
    import time

    from gateway.clock import SystemClock
    from terminals.virtual_scanner import VirtualScanner

    # So that the link goes with us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(OK))
    scanner = VirtualScanner(args.baud, clock=SystemClock(), sleep=time.sleep, link=args.link)
    try:
        content: dict[str, object] = {"device": str(args.link or scanner.device), "pid": os.getpid()}
        _write_ready_file(args.ready_file, content)
        if not args.json:
            print(f"虚拟扫码器:{content['device']}", flush=True)
        for line in sys.stdin.buffer:
            code = line.rstrip(b"\r\n")
            seconds = scanner.scan(code)
            sent = {"sent": len(code) + 1, "seconds": round(seconds, 3)}
            print(json.dumps(sent) if args.json else f"已发送 {sent['sent']} 字节,用时 {seconds:.3f} 秒", flush=True)
    finally:
        scanner.close()
    return OK


def _write_ready_file(path: Path | None, content: dict[str, object]) -> None:
    """Tell whoever started us that we run, whole or not at all."""
    from terminals.files import write_atomically

    if path is None:
        return
    try:
        write_atomically(path, json.dumps(content).encode() + b"\n")
    except OSError as error:
        raise ConfigInvalid(where=f"--ready-file {path}:", why="无法写入。") from error


def _report(error: GatewayError, *, as_json: bool) -> None:
    """Say on stderr (or as JSON on stdout) why and what to do; of a settings file, everything that is wrong."""
    problems = getattr(error, "problems", ()) or (error,)
    lines = [{"code": problem.code, "message": sentence(problem.code, problem.facts)} for problem in problems]
    if as_json:
        print(json.dumps({"ok": False, **lines[0], "problems": lines}, ensure_ascii=False))
        return
    for line in lines:
        print(f"错误 [{line['code']}] {line['message']}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
