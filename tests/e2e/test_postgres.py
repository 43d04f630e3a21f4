"""The same gateway on PostgreSQL: a whole case, and a kill between sending and knowing."""

from __future__ import annotations

import signal
from typing import Any

import grpc
import pytest
import sqlalchemy as sa

from gateway.sandbox.demo.clients import call
from gateway.sandbox.demo.processes import wait_for
from gateway.sandbox.demo.stage import APP
from gateway.sandbox.site import INSPECTOR, Site, result_request, to_finished, wait_for_matters


@pytest.fixture
def postgres_site(site: Site, postgres_url: str | None) -> Site:
    """A site whose gateway keeps its data in PostgreSQL; a lease of a dead process ends after two seconds."""
    if postgres_url is None:
        pytest.skip("PostgreSQL not reachable")
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        # The database is shared with other tests of this run.
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    site.settings |= {"database": {"url": postgres_url}, "delivery": {"lease_seconds": 2}}
    return site


def state(url: str, query: str) -> Any:
    """One value from the database."""
    engine = sa.create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.execute(sa.text(query)).scalar()
    finally:
        engine.dispose()


def test_a_case_survives_a_kill_on_postgres(postgres_site: Site, postgres_url: str) -> None:
    """The result was sent, the gateway died before it knew: the next one asks, and the province has it once."""
    site = postgres_site
    site.start()
    wait_for_matters(site)
    visit_no = to_finished(site)
    wait_for("sent", lambda: _none_open(postgres_url))
    request = result_request(site, visit_no)
    assert site.stop() == 0

    site.start({"KANYAN_CRASH": "relay.sent"})
    with site.client(APP) as app:
        try:
            call(app.visits.SubmitResult, request, INSPECTOR)
        except grpc.RpcError as error:
            answer = error.code()
        else:
            answer = None
    assert answer in {None, grpc.StatusCode.UNAVAILABLE}
    assert site.process is not None
    assert site.process.wait(15) == -signal.SIGKILL

    site.start()
    wait_for("acknowledged", lambda: _none_open(postgres_url), 30)
    assert [(one["effects"], one["attempts"]) for one in site.results()] == [(1, 1)]
    assert state(postgres_url, "SELECT state FROM results") == "ACKNOWLEDGED"
    assert state(postgres_url, "SELECT state FROM cases") == "DELIVERED"


def _none_open(url: str) -> bool | None:
    return state(url, "SELECT count(*) FROM outbox WHERE state <> 'delivered'") == 0 or None
