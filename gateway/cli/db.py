"""`kanyan db migrate`: create the database or bring it to the present schema."""

from __future__ import annotations

import argparse
import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path

from gateway.bootstrap.gateway import open_database
from gateway.bootstrap.logs import configure_logs
from gateway.cli.main import OK
from gateway.config.load import load_settings
from gateway.config.settings import Settings
from gateway.database.migrate import current


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of `kanyan db`."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    migrate = actions.add_parser("migrate", help="建立数据库,或升级到当前版本")
    migrate.add_argument("--config", type=Path, required=True, help="配置文件")
    migrate.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """Migrate and say which revision was reached."""
    settings = load_settings(args.config)
    configure_logs(settings.log.level, settings.log.format)
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    revision = asyncio.run(_migrate(settings))
    if args.json:
        print(json.dumps({"ok": True, "revision": revision}))
    else:
        print(f"数据库已是版本 {revision}。")
    return OK


async def _migrate(settings: Settings) -> str:
    async with AsyncExitStack() as stack:
        _writing, reading = open_database(settings, stack)
        with reading.connect() as connection:
            return current(connection)
