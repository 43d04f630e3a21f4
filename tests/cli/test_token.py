"""`kanyan token`, as an operator types it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.cli.main import main
from gateway.trust.bundle import TrustBundle, sign_bundle
from gateway.trust.keys import KeyRecord, SigningKey
from gateway.trust.picture import draw_png
from gateway.trust.suites import VECTOR_PRIVATE, VECTOR_PUBLIC, Ed25519
from gateway.trust.text import to_digits, to_url
from gateway.trust.token import Header, mint, party_tag
from gateway.trust.verify import Revocations

NOW = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
AT = "2026-11-23T09:30:00+08:00"
PREFIX = "https://ky.taojiang.gov.cn/v/"
ISSUER = "ky.taojiang.gov.cn/test"
PARTY = "91430922MA4L00000X"
ROOT = bytes(range(32))
RECORD = KeyRecord(7, "ed25519", VECTOR_PUBLIC, NOW - timedelta(days=1), NOW + timedelta(days=30), ISSUER)
HEADER = Header(7, 12345, 678, 9, party_tag(PARTY), int(NOW.timestamp()), 7200)
TOKEN = mint(SigningKey(RECORD, VECTOR_PRIVATE), HEADER)
URL = to_url(TOKEN, PREFIX)
BUNDLE = TrustBundle(1, ISSUER, PREFIX, NOW, NOW + timedelta(hours=72), (RECORD,), Revocations())


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the picture of a code, a bundle and the root's public key."""
    (tmp_path / "code.png").write_bytes(draw_png(URL, PREFIX))
    (tmp_path / "bundle").write_bytes(sign_bundle(ROOT, BUNDLE))
    (tmp_path / "root.pub").write_text(Ed25519().public(ROOT).hex() + "\n")
    return tmp_path


def scan(desk: Path, *words: str, at: str = AT) -> int:
    """Scan the picture on the desk with its bundle."""
    given = ["--bundle", str(desk / "bundle"), "--root-key", str(desk / "root.pub"), "--at", at]
    return main(["token", "scan", str(desk / "code.png"), *given, *words])


@pytest.mark.parametrize("text", [URL, to_digits(TOKEN), "]Q1" + URL + "\r\n"])
def test_inspect_shows_the_fields(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every field is shown in Chinese, and that nothing was verified."""
    assert main(["token", "inspect", text]) == 0
    shown = capsys.readouterr().out
    assert "勘验任务号:12345" in shown
    assert "生效时间:2026年11月23日 09:30" in shown
    assert "签名未经核验" in shown


def test_inspect_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Machines get one object."""
    assert main(["token", "inspect", URL, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["verified"] is False
    assert (shown["token"]["kid"], shown["token"]["badge"], shown["token"]["seq"]) == (7, 678, 9)


@pytest.mark.parametrize("text", ["", "示例", "https://example.com/", URL[:-1]])
def test_inspect_refuses_other_texts(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no code is refused with its code and a sentence."""
    assert main(["token", "inspect", text]) == 1
    assert "错误 [MALFORMED] 二维码内容不完整或被改动。" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "start"), [("out.png", b"\x89PNG"), ("out.SVG", b"<svg")])
def test_render_by_suffix(name: str, start: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The suffix says PNG or SVG."""
    assert main(["token", "render", URL, "--out", str(tmp_path / name), "--json"]) == 0
    assert (tmp_path / name).read_bytes().startswith(start)
    assert json.loads(capsys.readouterr().out)["file"].endswith(name)


def test_render_then_scan(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A rendered picture is read and verified."""
    assert main(["token", "render", URL, "--out", str(desk / "code.png"), "--scale", "3"]) == 0
    assert scan(desk) == 0
    assert "核验通过" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--out", "a.pdf"], ["--out", "a.png", "--scale", "0"], ["--out", "/nowhere/a.png"]])
def test_render_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Another suffix, a scale out of range or a folder that is not there: usage errors, exit 2."""
    assert main(["token", "render", URL, *words]) == 2
    assert capsys.readouterr().err.startswith("错误 [")


def test_scan_verifies_offline(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A good code passes; the outcome is called provisional, with the age of the revocation data."""
    assert scan(desk, "--party", PARTY.lower()) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("通过 核验通过。")
    assert "结果为暂定;撤销资料签发于 2026年11月23日 09:30" in shown


@pytest.mark.parametrize(
    ("words", "at", "code"),
    [
        (["--party", "91430922MA4L11111X"], AT, "WRONG_PARTY"),
        ([], "2026-11-23T11:30:30+08:00", "EXPIRED"),
        ([], "2026-11-23T09:29:29+08:00", "NOT_YET"),
    ],
)
def test_scan_refuses(words: list[str], at: str, code: str, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A refusal has its reason and exit code 1."""
    assert scan(desk, *words, "--json", at=at) == 1
    shown = json.loads(capsys.readouterr().out)
    assert shown["ok"] is False
    assert [one["code"] for one in shown["codes"]] == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"revocations": Revocations(tasks=frozenset({12345}))}, "REVOKED"),
        ({"keys": ()}, "UNKNOWN_KEY"),
        ({"keys": (replace(RECORD, public=bytes(32)),)}, "BAD_SIGNATURE"),
        ({"keys": (replace(RECORD, not_after=NOW - timedelta(hours=1)),)}, "KEY_WINDOW"),
        ({"url_prefix": "https://ky.example.gov.cn/v/"}, "FOREIGN"),
    ],
)
def test_scan_follows_the_bundle(
    change: dict[str, object], code: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Keys, revocations and the prefix come from the bundle and nowhere else."""
    bundle = replace(BUNDLE, **change)  # type: ignore[arg-type] # one dict for all fields
    (desk / "bundle").write_bytes(sign_bundle(ROOT, bundle))
    assert scan(desk) == 1
    assert capsys.readouterr().out.startswith(f"拒绝 [{code}]")


def test_scan_without_a_bundle_proves_nothing(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was read is shown, and that it was not verified; exit code 1."""
    assert main(["token", "scan", str(desk / "code.png")]) == 1
    shown = capsys.readouterr().out
    assert URL in shown
    assert "未核验" in shown
    assert main(["token", "scan", str(desk / "code.png"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["verified"] is False


def test_scan_with_a_stale_bundle(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After the bundle's life nothing passes offline."""
    assert scan(desk, at="2026-11-27T09:30:00+08:00") == 1
    assert "错误 [BUNDLE_STALE] 核验资料已失效:已过有效期" in capsys.readouterr().err


def test_scan_usage(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Missing files, half the options, a time without zone and a root key that is none: exit 2, never a traceback."""
    picture = str(desk / "code.png")
    assert main(["token", "scan", str(desk / "none.png")]) == 2
    assert main(["token", "scan", picture, "--bundle", str(desk / "bundle")]) == 2
    assert main(["token", "scan", picture, "--at", "2026-11-23"]) == 2
    (desk / "root.pub").write_text("示例")
    assert scan(desk) == 2
    assert capsys.readouterr().err.count("错误 [") == 4


def test_scan_of_no_picture(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no picture is refused."""
    assert main(["token", "scan", str(desk / "root.pub"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["code"] == "PICTURE_UNREADABLE"
