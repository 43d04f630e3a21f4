"""`kanyan sandbox`: run the simulated provincial platform and SMS centre until told to stop."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from gateway.sandbox.server import Addresses, serve

PROVINCE_PORT, SMS_PORT = 8081, 8082


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--province-port", type=port, default=PROVINCE_PORT, metavar="端口", help="省平台端口,0 为任选")
    parser.add_argument("--sms-port", type=port, default=SMS_PORT, metavar="端口", help="短信中心端口,0 为任选")
    parser.add_argument("--data-dir", type=Path, default=Path("sandbox-data"), metavar="目录", help="收到的内容存放处")
    parser.add_argument("--ready-file", type=Path, metavar="文件", help="就绪后写入两个地址(JSON)")
    parser.add_argument("--json", action="store_true", help="就绪后在标准输出写一行 JSON")


def run(args: argparse.Namespace) -> int:
    """0 after SIGTERM or Ctrl-C; PortInUse, DataDirInUse and ConfigInvalid are reported by `main`."""
    serve(args.province_port, args.sms_port, args.data_dir, args.ready_file, json_line if args.json else chinese)
    return 0


def port(text: str) -> int:
    """A TCP port, 0 to 65535; ValueError otherwise, which argparse reports."""
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError(text)
    return number


def json_line(addresses: Addresses) -> None:
    """For machines."""
    print(json.dumps({"ok": True, **addresses.facts()}), flush=True)


def chinese(addresses: Addresses) -> None:
    """For people."""
    print(f"模拟省平台:{addresses.province}\n模拟短信中心:{addresses.sms}", flush=True)
    print("仅供演练和测试,数据均为示例。按 Ctrl-C 停止。", flush=True)
