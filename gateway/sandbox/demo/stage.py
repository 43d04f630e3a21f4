"""The stage of the demonstration: folders, configuration files, running programs, and channels to them."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import grpc
import httpx
import yaml

from gateway.clock import SHANGHAI
from gateway.sandbox.demo.processes import Processes

ISSUER = "ky.taojiang.example/demo"
URL_PREFIX = "https://ky.taojiang.example/v/"
REPORT_PHONE = "0737-0000000"
APP = "spiffe://kanyan/taojiang-app/main"
KIOSK = "spiffe://kanyan/kiosk/hall-1"
OPERATOR = "spiffe://kanyan/operator/main"
PROVINCE = "spiffe://kanyan/province/main"
POLICY = {
    "profile": "示例-演示",
    "title": "演示用规则(示例,不是现行规定)",
    "valid_from": date(2026, 1, 1),
    "valid_to": None,
    "min_inspectors": 2,
    "max_inspectors_single": 2,
    "window_max_hours": 12,
    "code_opens_minutes_before": 30,
    "code_closes_minutes_after": 120,
    "screen_code_seconds": 120,
    "paper_code_max_hours": 8,
    "one_time_code_tries": 5,
    "proof_minutes": 15,
}


@dataclass
class Stage:
    """Everything that runs, and how to reach it."""

    out: Path
    processes: Processes
    province: str = ""
    sms: str = ""
    grpc_address: str = ""
    web: str = ""
    screen: str = ""
    device: str = ""
    scanner: subprocess.Popen[bytes] | None = None

    @property
    def run_folder(self) -> Path:
        """Configuration, logs and data of the programs."""
        return self.out / "run"

    def channel(self, identity: str) -> grpc.Channel:
        """A channel with the development certificate of a caller."""
        folder = self.run_folder / "gateway" / "pki"
        name = "-".join(identity.split("/")[3:])
        credentials = grpc.ssl_channel_credentials(
            (folder / "ca.pem").read_bytes(),
            (folder / f"{name}.key").read_bytes(),
            (folder / f"{name}.pem").read_bytes(),
        )
        return grpc.secure_channel(self.grpc_address, credentials)

    def received(self, url: str) -> list[dict[str, Any]]:
        """What a simulated system has received so far."""
        return list(httpx.get(f"{url}/_sandbox/received", timeout=5).raise_for_status().json()["received"])

    def scan(self, text: str) -> None:
        """Put a text before the scanner."""
        if self.scanner is None or self.scanner.stdin is None:
            raise RuntimeError("the scanner does not run")
        self.scanner.stdin.write(text.encode() + b"\n")
        self.scanner.stdin.flush()


def visit_window(now: datetime) -> tuple[datetime, datetime]:
    """A visit that begins now and takes an hour, or what is left of the Chinese day, which it may not leave."""
    tomorrow = now.astimezone(SHANGHAI).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(0), SHANGHAI)
    return now, min(now + timedelta(hours=1), midnight)


def prepare_folders(out: Path) -> None:
    """An empty place for artefacts and run data; only what an earlier demonstration left is removed."""
    out.mkdir(parents=True, exist_ok=True)
    for old in ("run", "code.png", "code.svg", "report.docx", "trust-bundle"):
        path = out / old
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    (out / "run").mkdir(mode=0o700)


def start_sandbox(stage: Stage) -> None:
    """The simulated province and SMS centre."""
    words = ["sandbox", "--province-port", "0", "--sms-port", "0", "--data-dir", str(stage.run_folder / "sandbox")]
    _process, ready = stage.processes.start("sandbox", "gateway", words)
    stage.province, stage.sms = ready["province"], ready["sms"]


def start_gateway(stage: Stage) -> None:
    """The gateway, with development certificates and fresh keys."""
    policy = stage.run_folder / "policy.yaml"
    policy.write_text(yaml.safe_dump(POLICY, allow_unicode=True), encoding="utf-8")
    config = stage.run_folder / "gateway.yaml"
    config.write_text(yaml.safe_dump(gateway_settings(stage), allow_unicode=True), encoding="utf-8")
    _process, ready = stage.processes.start("gateway", "gateway", ["serve", "--config", str(config)])
    stage.grpc_address, stage.web = ready["grpc"], ready["web"]


def gateway_settings(stage: Stage) -> dict[str, Any]:
    """The gateway's configuration for this stage, as it is written to YAML."""
    return {
        "data_dir": "gateway",
        "issuer": ISSUER,
        "url_prefix": URL_PREFIX,
        "report_phone": REPORT_PHONE,
        "policy": ["policy.yaml"],
        "grpc": {"listen": "127.0.0.1:0"},
        "web": {"listen": "127.0.0.1:0"},
        "callers": [
            {"identity": PROVINCE, "roles": ["platform"]},
            {"identity": APP, "speaks_for": ["inspector", "dept_admin", "dept_head"]},
            {"identity": KIOSK, "roles": ["terminal"]},
            {"identity": OPERATOR, "roles": ["operator", "centre"]},
        ],
        "plugins": {
            "upstream-province": {"base_url": stage.province},
            "sms-http": {"url": f"{stage.sms}/sms"},
            "matter-food-business": {"opens_hour": 0, "closes_hour": 24},
        },
        "routes": {"upstream": "province", "notifier": "sms-http"},
        "pull": {"every_seconds": 0.5},
    }


def start_kiosk(stage: Stage) -> None:
    """A virtual scanner on a pseudo-terminal, and the kiosk that reads it."""
    link = stage.run_folder / "scanner"
    words = ["simulate", "--baud", "115200", "--link", str(link), "--json"]
    stage.scanner, _ready = stage.processes.start("scanner", "terminals.cli", words)
    pki = stage.run_folder / "gateway" / "pki"
    settings = {
        "device": str(link),
        "baud": 115200,
        "data_dir": "kiosk",
        "root_key": str(stage.run_folder / "gateway" / "keys" / "root.pub"),
        "gateway": {
            "address": stage.grpc_address,
            "certificate": str(pki / "kiosk-hall-1.pem"),
            "key": str(pki / "kiosk-hall-1.key"),
            "authority": str(pki / "ca.pem"),
        },
        "screen": {"listen": "127.0.0.1:0"},
    }
    config = stage.run_folder / "kiosk.yaml"
    config.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    _process, ready = stage.processes.start("kiosk", "terminals.cli", ["run", "--config", str(config)])
    stage.screen, stage.device = ready["screen"], str(link)
