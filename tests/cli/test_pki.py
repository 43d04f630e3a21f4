"""`kanyan pki init`, as a developer types it."""

from __future__ import annotations

import json
import ssl
from pathlib import Path

import pytest

from gateway.cli.main import main

APP = "spiffe://kanyan/taojiang-app/demo"
KIOSK = "spiffe://kanyan/kiosk/hall-1"


def init(folder: Path, *words: str) -> int:
    """Run the command for a folder."""
    return main(["pki", "init", "--dir", str(folder), *words])


def mode(path: Path) -> int:
    """The permission bits."""
    return path.stat().st_mode & 0o777


def test_files_and_modes(tmp_path: Path) -> None:
    """Authority, server and one pair per identity; keys and folder are the owner's alone."""
    folder = tmp_path / "pki"
    assert init(folder, "--identity", APP, "--identity", KIOSK, "--identity", APP) == 0
    names = ("ca", "server", "taojiang-app-demo", "kiosk-hall-1")
    assert {p.name for p in folder.iterdir()} == {f"{name}{end}" for name in names for end in (".pem", ".key")}
    assert mode(folder) == 0o700
    assert {mode(folder / f"{name}.key") for name in names} == {0o600}


def test_python_loads_every_pair(tmp_path: Path) -> None:
    """Each certificate belongs to its key and the authority is one."""
    init(tmp_path, "--identity", APP)
    for name in ("server", "taojiang-app-demo"):
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        context.load_cert_chain(tmp_path / f"{name}.pem", tmp_path / f"{name}.key")
        assert len(context.get_ca_certs()) >= 1


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second run leaves what is there, says so, and adds what is missing under the same authority."""
    init(tmp_path, "--identity", APP)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    capsys.readouterr()
    assert init(tmp_path, "--identity", APP, "--identity", KIOSK, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["written"] == ["kiosk-hall-1.pem", "kiosk-hall-1.key"]
    assert sorted(shown["kept"]) == sorted(before)
    assert {name: (tmp_path / name).read_bytes() for name in before} == before


def test_what_was_done_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each file is named as written or left, and that this is for development only."""
    init(tmp_path)
    assert f"已生成 {tmp_path / 'ca.pem'}" in capsys.readouterr().out
    init(tmp_path)
    shown = capsys.readouterr().out
    assert f"已存在,未改动 {tmp_path / 'server.key'}" in shown
    assert "仅供开发" in shown


@pytest.mark.parametrize("half", ["ca.key", "ca.pem", "server.key"])
def test_half_a_pair_is_an_error(half: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key without its certificate, or the other way round, is not guessed at and nothing is written."""
    init(tmp_path)
    (tmp_path / half).unlink()
    assert init(tmp_path, "--identity", APP) == 2
    assert "只有其一" in capsys.readouterr().err
    assert not (tmp_path / half).exists()
    assert not (tmp_path / "taojiang-app-demo.pem").exists()


def test_a_damaged_authority_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no authority issues nothing."""
    init(tmp_path)
    (tmp_path / "ca.pem").write_text("示例")
    assert init(tmp_path, "--identity", APP) == 2
    assert "根证书" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["--identity", "taojiang-app/demo"],
        ["--identity", "spiffe://kanyan/../etc"],
        ["--identity", "spiffe://kanyan/App/demo"],
        ["--identity", "spiffe://kanyan/a-b/c", "--identity", "spiffe://kanyan/a/b-c"],
        ["--days", "0"],
    ],
)
def test_usage(words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Identities of another form, two with one file name, or no days: exit 2 and no folder."""
    assert init(tmp_path / "pki", *words) == 2
    assert "USAGE_INVALID" in capsys.readouterr().err
    assert not (tmp_path / "pki").exists()


def test_a_folder_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file in the folder's place is said, not shown as a traceback."""
    (tmp_path / "file").write_text("")
    assert init(tmp_path / "file") == 2
    assert "CONFIG_NOT_FOUND" in capsys.readouterr().err
