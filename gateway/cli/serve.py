"""`kanyan serve`: run the gateway until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from gateway.bootstrap.gateway import running
from gateway.bootstrap.logs import configure_logs
from gateway.cli.main import OK
from gateway.clock import SystemClock
from gateway.config.load import load_settings
from gateway.config.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of `kanyan serve`."""
    parser.add_argument("--config", type=Path, required=True, help="配置文件")
    parser.add_argument("--no-plugins", action="store_true", help="不加载任何插件(排查问题时用)")
    parser.add_argument("--json", action="store_true", help="就绪后在标准输出写一行 JSON;启动失败也以 JSON 说明")
    parser.add_argument("--ready-file", type=Path, help="就绪后把实际地址写入此文件(JSON)")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    settings = load_settings(args.config)
    configure_logs(settings.log.level, settings.log.format)
    asyncio.run(_serve(settings, args))
    return OK


async def _serve(settings: Settings, args: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for word in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(word, stop.set)
    async with running(settings, SystemClock(), no_plugins=args.no_plugins) as addresses:
        words = {"ok": True, "grpc": addresses.grpc, "web": addresses.web, "pid": os.getpid()}
        if args.ready_file is not None:
            _write(args.ready_file, words)
        if args.json:
            print(json.dumps(words), flush=True)
        await stop.wait()


def _write(path: Path, words: dict[str, object]) -> None:
    """Whole or not at all: whoever waits for the file may read it at once."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(words), encoding="utf-8")
    draft.replace(path)
