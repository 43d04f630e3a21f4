"""`kanyan config` tells the operator everything and no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.cli.main import OK, USAGE, main

ROOT = Path(__file__).parents[2]
TEXT = """\
data_dir: data
issuer: ky.taojiang.example/test
url_prefix: https://ky.taojiang.example/v/
report_phone: "0737-0000000"
policy: [policy.yaml]
routes: {upstream: province, notifier: sms-console}
keys: {secret: "${file:master}"}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration with its policy and its secret."""
    (tmp_path / "policy.yaml").write_text((ROOT / "configs/policy/demo.yaml").read_text())
    (tmp_path / "master").write_text("correct-horse-battery")
    path = tmp_path / "x.yaml"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize("name", ["dev.yaml", "gateway.example.yaml"])
def test_the_shipped_configurations_pass(name, capsys) -> None:
    """`config check` has nothing to say against what we ship."""
    assert main(["config", "check", str(ROOT / "configs" / name)]) == OK
    assert "配置有效" in capsys.readouterr().out


def test_check_lists_all_problems(config, capsys) -> None:
    """One run lists every problem, one line each, and answers 2."""
    config.write_text(TEXT + "isuer: 1\nlog: {level: loud}\n")
    assert main(["config", "check", str(config)]) == USAGE
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        f"{config}:8:1 不认识的配置项“isuer”,是否想写“issuer”?",
        f"{config}:9:14 “log.level”应为 debug、info、warning、error 之一。",
        "共 2 处问题。",
    ]


def test_check_answers_machines_in_json(config, capsys) -> None:
    """`--json` is one object with code, place and sentence of each problem."""
    assert main(["config", "check", str(config), "--json"]) == OK
    assert json.loads(capsys.readouterr().out) == {"ok": True, "file": str(config), "problems": []}
    config.write_text(TEXT + "isuer: 1\n")
    assert main(["config", "check", str(config), "--json"]) == USAGE
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert [(p["code"], p["where"]) for p in answer["problems"]] == [("CONFIG_UNKNOWN_KEY", f"{config}:8:1")]


def test_check_looks_at_what_the_file_names(config, capsys) -> None:
    """Policy files, certificates and secrets are tried too, as the start would."""
    policy = config.with_name("policy.yaml")
    policy.write_text(policy.read_text().replace("min_inspectors: 2 ", "min_inspectors: 1 "))
    config.with_name("master").unlink()
    config.write_text(TEXT + "grpc: {certificate: a.pem, key: b.pem, client_ca: c.pem}\n")
    assert main(["config", "check", str(config)]) == USAGE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"{policy}:6:17 “min_inspectors”不得小于 2(行政许可法第三十四条)。"
    assert [
        name for name in ("a.pem", "b.pem", "c.pem", "${file:master}") if not any(name in one for one in lines)
    ] == []
    assert lines[-1] == "共 5 处问题。"
    assert main(["config", "check", str(config), "--no-secrets"]) == USAGE
    assert "${file:master}" not in capsys.readouterr().out


def test_an_absent_file_is_a_usage_error(tmp_path, capsys) -> None:
    """A wrong path is answered with 2 and a sentence."""
    assert main(["config", "check", str(tmp_path / "no.yaml")]) == USAGE
    assert "文件不存在" in capsys.readouterr().out
    assert main(["config", "show", str(tmp_path / "no.yaml")]) == USAGE
    assert "文件不存在" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_show_fills_in_defaults_and_hides_secrets(words, config, capsys) -> None:
    """`config show` prints what is in force; a secret shows as its reference."""
    assert main(["config", "show", str(config), *words]) == OK
    shown = capsys.readouterr().out
    assert "127.0.0.1:7443" in shown
    assert "${file:master}" in shown
    assert "correct-horse-battery" not in shown


def test_show_prints_a_file_that_loads_again(config, capsys) -> None:
    """What `show` prints is itself a valid configuration with the same effect."""
    main(["config", "show", str(config)])
    first = capsys.readouterr().out
    config.write_text(first)
    assert main(["config", "show", str(config)]) == OK
    assert capsys.readouterr().out == first


@pytest.mark.parametrize(("words", "key"), [([], "url_prefix"), (["--policy"], "min_inspectors")])
def test_the_schema_is_for_editors(words, key, capsys) -> None:
    """`config schema` prints a JSON Schema that explains its keys and allows no others."""
    assert main(["config", "schema", *words]) == OK
    schema = json.loads(capsys.readouterr().out)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["additionalProperties"] is False
    assert schema["properties"][key]["description"]
