"""Runs the steps, says what happens in Chinese, and gives account at the end."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import grpc
import httpx

from gateway.errors import GatewayError
from gateway.sandbox.demo import arrival, at_the_door, opening, outcome
from gateway.sandbox.demo.clients import reason_of
from gateway.sandbox.demo.journey import Journey, Step, StepFailed
from gateway.sandbox.demo.processes import Processes
from gateway.sandbox.demo.stage import ISSUER, URL_PREFIX, Stage, prepare_folders
from gateway.trust.keys import load_signing_key

Say = Callable[[str], None]
STEPS = (*opening.STEPS, *arrival.STEPS, *at_the_door.STEPS, *outcome.STEPS)
"""Every step, in the order of a case's life."""


@dataclass(frozen=True)
class StepReport:
    """How one step ended."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class Account:
    """The whole demonstration: ok only if every step held."""

    steps: tuple[StepReport, ...]
    artifacts: dict[str, str]
    seconds: float
    addresses: dict[str, str]

    @property
    def ok(self) -> bool:
        """Whether every step held."""
        return all(step.ok for step in self.steps)

    def as_json(self) -> dict[str, Any]:
        """The object that `kanyan demo --json` prints."""
        return {
            "steps": [asdict(step) for step in self.steps],
            "artifacts": self.artifacts,
            "seconds": self.seconds,
        }


def run_demo(out: Path, say: Say, keep: Callable[[Account], None] | None = None) -> Account:
    """Run every step until one fails. `keep` is called while everything still runs."""
    began = time.monotonic()
    prepare_folders(out)
    processes = Processes(out / "run")
    journey = Journey(Stage(out, processes))
    journey.facts["url_prefix"] = URL_PREFIX
    try:
        reports = _perform(journey, say)
        account = Account(reports, _artifacts(journey), round(time.monotonic() - began, 1), _addresses(journey))
        if keep is not None and account.ok:
            keep(account)
    finally:
        journey.close()
        processes.stop()
    return account


def _perform(journey: Journey, say: Say) -> tuple[StepReport, ...]:
    reports: list[StepReport] = []
    for number, step in enumerate(STEPS, 1):
        report = _one(step, journey)
        reports.append(report)
        say(f"{'✔' if report.ok else '✖'} {number:2}/{len(STEPS)} {step.title}\n      {report.detail}")
        if not report.ok:
            reports.extend(
                StepReport(rest.name, ok=False, detail="前面的步骤未通过,没有执行") for rest in STEPS[number:]
            )
            break
    return tuple(reports)


def _one(step: Step, journey: Journey) -> StepReport:
    try:
        return StepReport(step.name, ok=True, detail=step.act(journey))
    except StepFailed as error:
        return StepReport(step.name, ok=False, detail=str(error))
    except grpc.RpcError as error:
        code, sentence = reason_of(error)
        return StepReport(step.name, ok=False, detail=f"[{code or error.code().name}] {sentence}")
    except (GatewayError, httpx.HTTPError, OSError) as error:
        return StepReport(step.name, ok=False, detail=f"{type(error).__name__}: {error}")


def _artifacts(journey: Journey) -> dict[str, str]:
    out = journey.stage.out
    files = {"code_png": out / "code.png", "report_docx": out / "report.docx"}
    artifacts = {name: str(path) if path.exists() else "" for name, path in files.items()}
    key = out / "run" / "gateway" / "keys" / "signing-key.json"
    public = load_signing_key(key.read_bytes()).record.public.hex() if key.exists() else ""
    return {**artifacts, "token_url": journey.code_url, "issuer": ISSUER, "public_key_hex": public}


def _addresses(journey: Journey) -> dict[str, str]:
    stage = journey.stage
    return {
        "gRPC": stage.grpc_address,
        "网页": stage.web,
        "终端屏幕": stage.screen,
        "模拟省平台": stage.province,
        "模拟短信中心": stage.sms,
        "虚拟扫码器": stage.device,
        "日志和数据": str(stage.run_folder),
    }
