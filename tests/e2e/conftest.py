"""A gateway as a process of its own, beside a simulated province and SMS centre."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.sandbox.site import Site, a_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A fresh site."""
    with a_site(tmp_path) as fresh:
        yield fresh
