"""The house has the rooms of the design, and no room is too large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

ROOMS = """
errors.py clock.py texts sdk domain config trust database store ratings plugin_host usecases delivery schedule rpc
web bootstrap sandbox testkit cli api __init__.py __main__.py
"""
WALL = 400


def test_no_module_passes_the_wall(root: Path) -> None:
    """A module of ours has at most 400 lines; generated code does not count."""
    folders = [root / "gateway", root / "terminals", *(root / "plugins").glob("*/src")]
    modules = [
        module for folder in folders for module in folder.rglob("*.py") if root / "gateway/api" not in module.parents
    ]
    lengths = {str(module.relative_to(root)): len(module.read_text().splitlines()) for module in modules}
    assert len(lengths) > 20
    assert {name: lines for name, lines in lengths.items() if lines > WALL} == {}


def test_gateway_has_only_the_rooms_of_the_design(root: Path) -> None:
    """Nobody adds a room to the gateway without changing the design."""
    found = {entry.name for entry in (root / "gateway").iterdir() if entry.name not in {"__pycache__", "py.typed"}}
    assert found - set(ROOMS.split()) == set()


def test_every_module_says_what_it_is(root: Path) -> None:
    """The first line of a module is its one sentence; an empty __init__ needs none."""
    modules = [m for m in (root / "gateway").rglob("*.py") if root / "gateway/api" not in m.parents]
    silent = [
        str(m.relative_to(root)) for m in modules if m.read_text() and not m.read_text().lstrip("r").startswith('"""')
    ]
    assert silent == []


def test_every_plugin_folder_is_known_everywhere(root: Path, pyproject: dict[str, Any]) -> None:
    """A plugin folder stands in the plugins group, the uv sources, the type checker's path and the import linter."""
    folders = {manifest.parent.name for manifest in (root / "plugins").glob("*/plugin.toml")}
    modules = {name.replace("-", "_") for name in folders}
    assert folders
    assert set(pyproject["dependency-groups"]["plugins"]) == folders
    assert set(pyproject["tool"]["uv"]["sources"]) == folders
    assert set(pyproject["tool"]["mypy"]["mypy_path"].split(":")) == {f"plugins/{name}/src" for name in folders}
    assert set(pyproject["tool"]["importlinter"]["root_packages"]) == modules | {"gateway", "terminals"}


def test_every_plugin_contract_names_every_plugin(pyproject: dict[str, Any]) -> None:
    """The import contracts about plugins hold for each of them, not for those of last year."""
    plugins = set(pyproject["tool"]["importlinter"]["root_packages"]) - {"gateway", "terminals"}
    contracts = {c["name"]: c for c in pyproject["tool"]["importlinter"]["contracts"]}
    assert set(contracts["plugins see only the sdk"]["source_modules"]) == plugins
    assert set(contracts["plugins never import one another"]["modules"]) == plugins


def test_the_lock_names_no_index(root: Path) -> None:
    """requirements.lock holds versions and hashes and no address, so that any index will do."""
    lock = (root / "requirements.lock").read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "index-url" not in lock
