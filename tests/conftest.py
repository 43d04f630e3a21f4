"""What tests of every room share: a throw-away PostgreSQL database where a server answers, an office on each engine."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from _pytest.terminal import TerminalReporter

from gateway.testkit.office import Office, make_office

SERVERS = (
    "host=127.0.0.1 user=postgres",
    "host=127.0.0.1 user=root",
    "host=/var/run/postgresql user=postgres",
    "host=/var/run/postgresql user=root",
)
"""Where a developer's server may answer without a password; KANYAN_TEST_POSTGRES (a libpq string) goes before."""


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str | None]:
    """URL of an empty database that lives as long as the run, or None where no server answers."""
    server = _server()
    if server is None:
        yield None
        return
    name = f"kanyan_test_{secrets.token_hex(6)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    info = server.info
    password = f":{info.password}" if info.password else ""
    try:
        if info.host.startswith("/"):
            yield f"postgresql+psycopg://{info.user}{password}@/{name}?host={info.host}&port={info.port}"
        else:
            yield f"postgresql+psycopg://{info.user}{password}@{info.host}:{info.port}/{name}"
    finally:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, postgres_url: str | None) -> str:
    """An SQLite file of this test, or the PostgreSQL database of this run."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kanyan.db'}"
    if postgres_url is None:
        pytest.skip("no postgres server answers")
    return postgres_url


@pytest.fixture
def office(database_url: str) -> Iterator[Office]:
    """An empty office on each engine; see `gateway.testkit.office`."""
    made = make_office(database_url)
    yield made
    made.close()


def _server() -> psycopg.Connection | None:
    wanted = os.environ.get("KANYAN_TEST_POSTGRES")
    for place in (wanted,) if wanted else SERVERS:
        try:
            return psycopg.connect(f"{place} dbname=postgres connect_timeout=3", autocommit=True)
        except psycopg.OperationalError:
            continue
    return None


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say loudly how much was not tried because no PostgreSQL answered."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "postgres" in str(r.longrepr).lower()]
    if skipped:
        line = f"WARNING: PostgreSQL not reachable: {len(skipped)} tests skipped"
        terminalreporter.write_line(line, red=True, bold=True)
