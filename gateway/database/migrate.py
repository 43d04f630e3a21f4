"""Brings a database to the present schema with Alembic; runs at every start and by `kanyan db migrate`."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

SCRIPTS = Path(__file__).with_name("migrations")


def migrate(engine: sa.Engine, revision: str = "head") -> str:
    """Upgrade to a revision in one transaction per step; returns the revision reached."""
    with engine.connect() as connection:
        command.upgrade(_config(connection), revision)
        connection.commit()
        return current(connection)


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Go back; for tests of the migrations themselves."""
    with engine.connect() as connection:
        command.downgrade(_config(connection), revision)
        connection.commit()


def current(connection: sa.Connection) -> str:
    """The revision the database is at, empty for a new one."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config
