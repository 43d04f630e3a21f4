"""The tables of the visit side; the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An instant as whole microseconds since 1970 UTC: sorts and compares alike on both engines."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Any) -> int | None:
        """Aware datetime to microseconds."""
        if value is None:
            return None
        since = value - datetime(1970, 1, 1, tzinfo=UTC)
        return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds

    def process_result_value(self, value: int | None, _dialect: Any) -> datetime | None:
        """Microseconds to an aware UTC datetime."""
        if value is None:
            return None
        return datetime.fromtimestamp(value // 1_000_000, UTC).replace(microsecond=value % 1_000_000)


def _text(name: str, size: int, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=False, **options)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, Moment, nullable=nullable)


matters = sa.Table(
    "matters",
    metadata,
    _text("task_code", 36, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    _text("catalog_code", 12),
    _text("name", 200),
    _text("department", 18),
    _text("department_name", 100),
    sa.Column("kinds", sa.JSON, nullable=False),
    _text("by_law", 500),
    _text("visit_basis", 500),
    sa.Column("anticipate_value", sa.Integer, nullable=False),
    _text("anticipate_unit", 16),
    sa.Column("promise_value", sa.Integer, nullable=False),
    _text("promise_unit", 16),
    _moment("synced_at"),
)

inspectors = sa.Table(
    "inspectors",
    metadata,
    _text("inspector_id", 32, primary_key=True),
    sa.Column("badge", sa.BigInteger, nullable=False, unique=True),
    _text("name", 60),
    _text("department", 18, index=True),
    _text("certificate_no", 24),
    sa.Column("valid_from", sa.Date, nullable=True),
    sa.Column("valid_to", sa.Date, nullable=True),
    sa.Column("helper", sa.Boolean, nullable=False),
    _text("filed_by", 200),
    _moment("filed_at"),
)

parties = sa.Table(
    "parties",
    metadata,
    _text("party_id", 32, primary_key=True),
    _text("name", 200),
    sa.Column("uscc", sa.String(18), nullable=True, unique=True),
    sa.Column("citizen_hash", sa.LargeBinary(32), nullable=True, unique=True),
    _text("citizen_last4", 4),
    _moment("first_seen"),
)

cases = sa.Table(
    "cases",
    metadata,
    _text("case_no", 64, primary_key=True),
    _text("task_code", 36),
    sa.Column("matter_version", sa.Integer, nullable=False),
    _text("department", 18),
    _text("party_id", 32),
    _text("contact_name", 60),
    _text("contact_phone", 20),
    _text("address", 300),
    _text("dept_phone", 20),
    _text("state", 20),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
    _moment("accepted_at"),
    _moment("received_at"),
    sa.ForeignKeyConstraint(["task_code", "matter_version"], ["matters.task_code", "matters.version"]),
    sa.ForeignKeyConstraint(["party_id"], ["parties.party_id"]),
)

ENDED_UNDONE = "state NOT IN ('REFUSED', 'CANCELLED', 'SUPERSEDED', 'EXPIRED')"

visits = sa.Table(
    "visits",
    metadata,
    sa.Column("task_id", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("visit_no", 32, unique=True),
    sa.Column("case_no", sa.String(64), sa.ForeignKey("cases.case_no"), nullable=False),
    _text("department", 18),
    _text("state", 20),
    sa.Column("version", sa.Integer, nullable=False),
    _moment("starts_at"),
    _moment("ends_at"),
    _text("purpose", 200),
    _text("profile", 60),
    _text("filed_by", 200),
    _moment("filed_at"),
    sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("code_tries", sa.Integer, nullable=False),
    _text("refusal", 40),
    _text("remark", 200),
    _moment("confirmed_at", nullable=True),
    _moment("ended_at", nullable=True),
    # One application, one visit (R12.1): at most one that is not undone.
    sa.Index(
        "ux_visits_case_live",
        "case_no",
        unique=True,
        sqlite_where=sa.text(ENDED_UNDONE),
        postgresql_where=sa.text(ENDED_UNDONE),
    ),
)

visit_people = sa.Table(
    "visit_people",
    metadata,
    sa.Column("task_id", sa.BigInteger, sa.ForeignKey("visits.task_id"), primary_key=True, autoincrement=False),
    sa.Column("inspector_id", sa.String(32), sa.ForeignKey("inspectors.inspector_id"), primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("present", sa.Boolean, nullable=True),
)

mints = sa.Table(
    "mints",
    metadata,
    sa.Column("task_id", sa.BigInteger, sa.ForeignKey("visits.task_id"), primary_key=True, autoincrement=False),
    sa.Column("badge", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("kid", sa.Integer, nullable=False),
    _text("form", 10),
    _moment("not_before"),
    _moment("expires_at"),
    _text("minted_by", 200),
    _moment("minted_at"),
)

scans = sa.Table(
    "scans",
    metadata,
    _text("scan_id", 32, primary_key=True),
    sa.Column("task_id", sa.BigInteger, nullable=True),
    sa.Column("badge", sa.BigInteger, nullable=True),
    sa.Column("seq", sa.Integer, nullable=True),
    _text("scanned_by", 200),
    _text("outcome", 40),
    _moment("scanned_at"),
    _moment("recorded_at"),
)

revocations = sa.Table(
    "revocations",
    metadata,
    sa.Column("task_id", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("reason", 20),
    _moment("until"),
    _moment("revoked_at"),
)

attachments = sa.Table(
    "attachments",
    metadata,
    _text("attachment_id", 32, primary_key=True),
    _text("name", 200),
    _text("media_type", 100),
    sa.Column("content", sa.LargeBinary, nullable=False),
    _text("sha256", 64),
)

results = sa.Table(
    "results",
    metadata,
    sa.Column("task_id", sa.BigInteger, sa.ForeignKey("visits.task_id"), primary_key=True, autoincrement=False),
    _text("state", 20),
    sa.Column("version", sa.Integer, nullable=False),
    _text("checklist_version", 40),
    sa.Column("answers", sa.JSON, nullable=False),
    _text("decision", 20),
    sa.Column("reasons", sa.JSON, nullable=False),
    _text("opinion", 1000),
    sa.Column("report_id", sa.String(32), sa.ForeignKey("attachments.attachment_id"), nullable=False),
    _text("judged_by", 200),
    _moment("judged_at"),
    _text("receipt", 100),
)

messages = sa.Table(
    "messages",
    metadata,
    _text("message_id", 32, primary_key=True),
    _text("principal", 200),
    _text("method", 60),
    sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
    _moment("received_at"),
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    _text("principal", 200, primary_key=True),
    _text("method", 60, primary_key=True),
    _text("key", 64, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
    _text("error", 60),
    sa.Column("answer", sa.LargeBinary, nullable=False),
    _moment("created_at"),
)

audit = sa.Table(
    "audit",
    metadata,
    _text("audit_id", 32, primary_key=True),
    _moment("at"),
    _text("method", 60),
    _text("outcome", 60),
    _text("actor", 200),
    _text("roles", 200),
    _text("object", 100),
    sa.Column("changes", sa.JSON, nullable=False),
)

streams = sa.Table(
    "streams",
    metadata,
    _text("stream_id", 32, primary_key=True),
    _text("destination", 60),
    _text("subject", 100),
    sa.Column("next_seq", sa.BigInteger, nullable=False),
    sa.Column("due_at", Moment, nullable=True, index=True),
    _text("lease_owner", 60),
    _moment("lease_until", nullable=True),
    sa.Column("fence", sa.BigInteger, nullable=False),
    _text("blocked_by", 32),
    sa.UniqueConstraint("destination", "subject"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    _text("delivery_id", 32, primary_key=True),
    sa.Column("stream_id", sa.String(32), sa.ForeignKey("streams.stream_id"), nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    _text("message_id", 32),
    _text("kind", 40),
    sa.Column("body", sa.JSON, nullable=False),
    _text("attachment_id", 32),
    _text("state", 12),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("in_doubt", sa.Boolean, nullable=False),
    _text("last_problem", 300),
    _text("receipt", 100),
    _moment("next_at"),
    _moment("expires_at"),
    _moment("created_at"),
    _moment("settled_at", nullable=True),
    sa.UniqueConstraint("stream_id", "seq"),
)

cursors = sa.Table(
    "cursors",
    metadata,
    _text("source", 60, primary_key=True),
    sa.Column("cursor", sa.Text, nullable=False),
    _moment("moved_at"),
)

bad_records = sa.Table(
    "bad_records",
    metadata,
    _text("source", 60, primary_key=True),
    _text("external_id", 100, primary_key=True),
    _text("why", 300),
    _moment("first_seen"),
)

counters = sa.Table(
    "counters",
    metadata,
    _text("name", 60, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)
