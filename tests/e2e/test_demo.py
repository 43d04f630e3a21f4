"""`kanyan demo` as a stranger runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import docx
import pytest

from gateway.clock import SystemClock
from gateway.sandbox.demo.show import STEPS
from gateway.sandbox.demo.stage import URL_PREFIX
from gateway.trust.keys import KeyRecord, Keyring
from gateway.trust.read_picture import read_codes
from gateway.trust.text import parse_text
from gateway.trust.verify import check

UNDER_S = 60


def demo(out: Path, **env: str) -> tuple[int, dict[str, Any], str]:
    """Run the demonstration; returns exit code, the JSON object and what stood on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "demo", "--json", "--out", str(out)],
        capture_output=True,
        timeout=120,
        check=False,
        env={**os.environ, **env},
    )
    return done.returncode, json.loads(done.stdout), done.stderr.decode()


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, dict[str, Any], str]:
    """One run, looked at by several tests."""
    return demo(tmp_path_factory.mktemp("demo"))


def test_every_step_holds_in_under_a_minute(account: tuple[int, dict[str, Any], str]) -> None:
    """Exit 0 means that each step of a case's life held."""
    code, said, stderr = account

    assert [step["name"] for step in said["steps"] if not step["ok"]] == []
    assert (code, stderr) == (0, "")
    assert said["seconds"] < UNDER_S
    assert [step["name"] for step in said["steps"]] == [step.name for step in STEPS]


def test_the_picture_holds_a_code_that_verifies(account: tuple[int, dict[str, Any], str]) -> None:
    """Picture, address, issuer and public key fit together without asking the gateway."""
    artifacts = account[1]["artifacts"]
    (text,) = read_codes(Path(artifacts["code_png"]).read_bytes())
    token = parse_text(text, URL_PREFIX)
    now = SystemClock().now()
    record = KeyRecord(
        kid=token.header.kid,
        suite="ed25519",
        public=bytes.fromhex(artifacts["public_key_hex"]),
        not_before=now.replace(year=now.year - 1, day=1),
        not_after=now.replace(year=now.year + 1, day=1),
        issuer=artifacts["issuer"],
    )

    check(token, Keyring((record,)), artifacts["issuer"], now)

    assert text == artifacts["token_url"]


def test_the_report_is_a_word_document(account: tuple[int, dict[str, Any], str]) -> None:
    """The report opens and says that it is an example."""
    document = docx.Document(account[1]["artifacts"]["report_docx"])
    texts = [paragraph.text for paragraph in document.paragraphs]

    assert any("现场勘验评审报告" in text for text in texts)
    assert any("示例" in text for text in texts)


def test_a_broken_gateway_fails_the_demonstration(tmp_path: Path) -> None:
    """A step that does not hold is named, later ones are not claimed, and the exit code is 1."""
    code, said, _stderr = demo(tmp_path / "out", KANYAN_CRASH="mint.logged")

    failed = [step["name"] for step in said["steps"] if not step["ok"]]
    assert code == 1
    assert failed[0] == "visit_filed"
    assert failed == [step["name"] for step in said["steps"]][-len(failed) :]
