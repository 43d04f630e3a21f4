"""`kanyan serve`: run the gateway until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from pathlib import Path

from gateway.bootstrap.gateway import Addresses, running
from gateway.bootstrap.logs import configure_logs
from gateway.cli.main import OK
from gateway.clock import SystemClock
from gateway.config.load import load_settings
from gateway.config.settings import Settings


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of `kanyan serve`."""
    parser.add_argument("--config", type=Path, required=True, help="配置文件")
    parser.add_argument("--no-plugins", action="store_true", help="不加载任何插件(排查问题时用)")
    parser.add_argument("--ready-file", type=Path, help="就绪后把实际地址写入此文件(JSON)")


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    settings = load_settings(args.config)
    configure_logs(settings.log.level, settings.log.format)
    asyncio.run(_serve(settings, args.ready_file, no_plugins=args.no_plugins))
    return OK


async def _serve(settings: Settings, ready_file: Path | None, *, no_plugins: bool) -> None:
    stop = asyncio.Event()
    for word in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(word, stop.set)
    async with running(settings, SystemClock(), no_plugins=no_plugins) as addresses:
        if ready_file is not None:
            _say_ready(ready_file, addresses)
        await stop.wait()


def _say_ready(path: Path, addresses: Addresses) -> None:
    draft = path.with_suffix(".new")
    words = {"grpc": addresses.grpc, "web": addresses.web, "pid": os.getpid()}
    draft.write_text(json.dumps(words), encoding="utf-8")
    draft.replace(path)
