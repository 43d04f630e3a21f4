"""`kanyan plugin list`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from gateway.cli.main import main
from gateway.cli.plugin import STATES
from gateway.plugin_host.host import State

ROOT = Path(__file__).parents[2]


def test_without_configuration_manifests_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """One line per plugin, in Chinese."""
    main(["plugin", "list"])

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["插件", "版本", "类型", "状态", "说明"]
    assert any(line.split()[:4] == ["matter-food-business", "0.1.0", "勘验事项", "清单有效"] for line in lines)


def test_json_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """Machines get one object."""
    main(["plugin", "list", "--json"])

    told = json.loads(capsys.readouterr().out)
    ours = next(one for one in told["plugins"] if one["id"] == "matter-food-business")
    assert ours == {"id": "matter-food-business", "version": "0.1.0", "kind": "matter", "state": "valid", "problem": ""}


def test_with_configuration_the_allowed_ones_are_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    """The example configuration gets its matter plugin ready."""
    main(["plugin", "list", "--config", str(ROOT / "configs" / "dev.yaml"), "--json"])

    told = json.loads(capsys.readouterr().out)
    states = {one["id"]: one["state"] for one in told["plugins"]}
    assert states["matter-food-business"] == "ready"


def test_a_missing_configuration_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and a sentence, no traceback."""
    assert main(["plugin", "list", "--config", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml" in capsys.readouterr().err


def test_every_state_has_a_word() -> None:
    """No operator reads an English state."""
    assert set(STATES) == set(State)


def test_listing_imports_no_plugin(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Reading manifests runs none of their code."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "matter_food_business"]:
        monkeypatch.delitem(sys.modules, name)

    main(["plugin", "list"])

    assert "matter-food-business" in capsys.readouterr().out
    assert "matter_food_business" not in sys.modules
