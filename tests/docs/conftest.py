"""The documents as text, and the generator of the reference pages."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def written() -> dict[str, str]:
    """Every document by its path: the README, docs, and the READMEs of the rooms that have one."""
    files = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "protos/README.md"]
    return {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8") for file in sorted(files)}


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def documents() -> dict[str, str]:
    """Every document by its path."""
    return written()


@pytest.fixture(scope="session")
def generator(root: Path) -> ModuleType:
    """docs/generate.py."""
    spec = importlib.util.spec_from_file_location("docs_generate", root / "docs/generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def fresh(generator: ModuleType) -> dict[str, str]:
    """The reference pages as the code of today gives them."""
    pages: dict[str, str] = generator.pages()
    return pages
