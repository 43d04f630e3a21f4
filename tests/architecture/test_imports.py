"""Who may import whom."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_every_import_contract_holds(root: Path) -> None:
    """Imports run in one direction, as the contracts of pyproject.toml say."""
    linter = Path(sys.executable).with_name("lint-imports")
    answer = subprocess.run([linter, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert " 0 broken" in answer.stdout
