"""Find the installed plugins without importing a line of them."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import NoReturn

from gateway.errors import PluginInvalid
from gateway.plugin_host.manifest import Manifest, parse_manifest

GROUP = "gateway.plugins"
FILE = "plugin.toml"


@dataclass(frozen=True)
class Found:
    """One installed plugin: its manifest, or why there is none. `root` is the folder of its package."""

    id: str
    manifest: Manifest | None
    problem: str | None
    root: Path | None = None


def discover() -> list[Found]:
    """Every entry point of the group `gateway.plugins`, ordered by id; what cannot be read is data, never an exception.

    A wheel carries `plugin.toml` inside its package; an editable source tree has it one or two folders up, next to its
    `pyproject.toml`.
    """
    found = [_read(entry) for entry in entry_points(group=GROUP)]
    return sorted(found, key=lambda one: one.id)


def _read(entry: EntryPoint) -> Found:
    try:
        name, version = _distribution(entry)
        if _normal(entry.name) != _normal(name):
            _refuse(entry, f"入口点名“{entry.name}”与发行包名“{name}”不一致;请在 pyproject.toml 中改成一样。")
        root = _package_folder(entry)
        file = _manifest_file(entry, root)
        text = file.read_text(encoding="utf-8")
        shown = f"{file.parent.name}/{file.name}"
        manifest = parse_manifest(text, file=shown, distribution=_normal(name), version=version, module=entry.value)
    except PluginInvalid as error:
        return Found(entry.name, None, error.facts["why"])
    # Metadata of strangers: a finder or a damaged dist-info may raise anything.
    except Exception as error:  # noqa: BLE001 - failures of foreign packages are data
        return Found(entry.name, None, f"读取插件信息失败({type(error).__name__});请重新安装该插件。")
    return Found(manifest.id, manifest, None, root)


def _distribution(entry: EntryPoint) -> tuple[str, str]:
    if entry.dist is None:
        _refuse(entry, "找不到它的发行包信息;请重新安装该插件。")
    return entry.dist.name, entry.dist.version


def _package_folder(entry: EntryPoint) -> Path:
    if not entry.value.isidentifier():
        _refuse(entry, f"入口点的值“{entry.value}”应为顶层包名,例如 matter_food_business;请在 pyproject.toml 中改正。")
    # For a top-level name, find_spec asks the finders and runs none of the package's code.
    spec = importlib.util.find_spec(entry.value)
    if spec is None or spec.origin is None or not spec.submodule_search_locations:
        _refuse(entry, f"找不到包“{entry.value}”;请确认包内有 __init__.py 并重新安装。")
    return Path(spec.origin).parent


def _manifest_file(entry: EntryPoint, root: Path) -> Path:
    beside = [folder / FILE for folder in list(root.parents)[:2] if (folder / "pyproject.toml").is_file()]
    files = [file for file in (root / FILE, *beside) if file.is_file()]
    if not files:
        _refuse(entry, f"包里没有 {FILE};请把它放在 pyproject.toml 旁边,并在打包时放进包内。")
    return files[0]


def _normal(name: str) -> str:
    """A distribution name as PyPA normalises it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _refuse(entry: EntryPoint, why: str) -> NoReturn:
    raise PluginInvalid(plugin=entry.name, why=why)
