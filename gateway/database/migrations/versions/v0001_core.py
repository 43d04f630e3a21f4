"""The tables of the visit side as they began."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "attachments",
        sa.Column("attachment_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_attachments")),
    )
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=60), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("roles", sa.String(length=200), nullable=False),
        sa.Column("object", sa.String(length=100), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit")),
    )
    op.create_table(
        "bad_records",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("external_id", sa.String(length=100), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "external_id", name=op.f("pk_bad_records")),
    )
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "cursors",
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("moved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_cursors")),
    )
    op.create_table(
        "idempotency",
        sa.Column("principal", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("error", sa.String(length=60), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("principal", "method", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "inspectors",
        sa.Column("inspector_id", sa.String(length=32), nullable=False),
        sa.Column("badge", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("department", sa.String(length=18), nullable=False),
        sa.Column("certificate_no", sa.String(length=24), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("helper", sa.Boolean(), nullable=False),
        sa.Column("filed_by", sa.String(length=200), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("inspector_id", name=op.f("pk_inspectors")),
        sa.UniqueConstraint("badge", name=op.f("uq_inspectors_badge")),
    )
    op.create_index(op.f("ix_inspectors_department"), "inspectors", ["department"], unique=False)
    op.create_table(
        "matters",
        sa.Column("task_code", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("catalog_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("department", sa.String(length=18), nullable=False),
        sa.Column("department_name", sa.String(length=100), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("by_law", sa.String(length=500), nullable=False),
        sa.Column("visit_basis", sa.String(length=500), nullable=False),
        sa.Column("anticipate_value", sa.Integer(), nullable=False),
        sa.Column("anticipate_unit", sa.String(length=16), nullable=False),
        sa.Column("promise_value", sa.Integer(), nullable=False),
        sa.Column("promise_unit", sa.String(length=16), nullable=False),
        sa.Column("synced_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("task_code", "version", name=op.f("pk_matters")),
    )
    op.create_table(
        "messages",
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("principal", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=60), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_messages")),
    )
    op.create_table(
        "parties",
        sa.Column("party_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("citizen_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("citizen_last4", sa.String(length=4), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_parties")),
        sa.UniqueConstraint("citizen_hash", name=op.f("uq_parties_citizen_hash")),
        sa.UniqueConstraint("uscc", name=op.f("uq_parties_uscc")),
    )
    op.create_table(
        "revocations",
        sa.Column("task_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_revocations")),
    )
    op.create_table(
        "scans",
        sa.Column("scan_id", sa.String(length=32), nullable=False),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("badge", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("scanned_by", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("scanned_at", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scan_id", name=op.f("pk_scans")),
    )
    op.create_table(
        "streams",
        sa.Column("stream_id", sa.String(length=32), nullable=False),
        sa.Column("destination", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("next_seq", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("lease_owner", sa.String(length=60), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("blocked_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_streams")),
        sa.UniqueConstraint("destination", "subject", name=op.f("uq_streams_destination_subject")),
    )
    op.create_index(op.f("ix_streams_due_at"), "streams", ["due_at"], unique=False)
    op.create_table(
        "cases",
        sa.Column("case_no", sa.String(length=64), nullable=False),
        sa.Column("task_code", sa.String(length=36), nullable=False),
        sa.Column("matter_version", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=18), nullable=False),
        sa.Column("party_id", sa.String(length=32), nullable=False),
        sa.Column("contact_name", sa.String(length=60), nullable=False),
        sa.Column("contact_phone", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("dept_phone", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["parties.party_id"], name=op.f("fk_cases_party_id")),
        sa.ForeignKeyConstraint(
            ["task_code", "matter_version"], ["matters.task_code", "matters.version"], name=op.f("fk_cases_task_code")
        ),
        sa.PrimaryKeyConstraint("case_no", name=op.f("pk_cases")),
    )
    op.create_table(
        "outbox",
        sa.Column("delivery_id", sa.String(length=32), nullable=False),
        sa.Column("stream_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("attachment_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("in_doubt", sa.Boolean(), nullable=False),
        sa.Column("last_problem", sa.String(length=300), nullable=False),
        sa.Column("receipt", sa.String(length=100), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["stream_id"], ["streams.stream_id"], name=op.f("fk_outbox_stream_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("stream_id", "seq", name=op.f("uq_outbox_stream_id_seq")),
    )
    op.create_table(
        "visits",
        sa.Column("task_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("visit_no", sa.String(length=32), nullable=False),
        sa.Column("case_no", sa.String(length=64), nullable=False),
        sa.Column("department", sa.String(length=18), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("profile", sa.String(length=60), nullable=False),
        sa.Column("filed_by", sa.String(length=200), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("refusal", sa.String(length=40), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["case_no"], ["cases.case_no"], name=op.f("fk_visits_case_no")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_visits")),
        sa.UniqueConstraint("visit_no", name=op.f("uq_visits_visit_no")),
    )
    op.create_index(
        "ux_visits_case_live",
        "visits",
        ["case_no"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('REFUSED', 'CANCELLED', 'SUPERSEDED', 'EXPIRED')"),
        postgresql_where=sa.text("state NOT IN ('REFUSED', 'CANCELLED', 'SUPERSEDED', 'EXPIRED')"),
    )
    op.create_table(
        "mints",
        sa.Column("task_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("badge", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kid", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("minted_by", sa.String(length=200), nullable=False),
        sa.Column("minted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["visits.task_id"], name=op.f("fk_mints_task_id")),
        sa.PrimaryKeyConstraint("task_id", "badge", "seq", name=op.f("pk_mints")),
    )
    op.create_table(
        "results",
        sa.Column("task_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("checklist_version", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("opinion", sa.String(length=1000), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("judged_by", sa.String(length=200), nullable=False),
        sa.Column("judged_at", sa.BigInteger(), nullable=False),
        sa.Column("receipt", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["attachments.attachment_id"], name=op.f("fk_results_report_id")),
        sa.ForeignKeyConstraint(["task_id"], ["visits.task_id"], name=op.f("fk_results_task_id")),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_results")),
    )
    op.create_table(
        "visit_people",
        sa.Column("task_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("inspector_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["inspector_id"], ["inspectors.inspector_id"], name=op.f("fk_visit_people_inspector_id")
        ),
        sa.ForeignKeyConstraint(["task_id"], ["visits.task_id"], name=op.f("fk_visit_people_task_id")),
        sa.PrimaryKeyConstraint("task_id", "inspector_id", name=op.f("pk_visit_people")),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("visit_people")
    op.drop_table("results")
    op.drop_table("mints")
    op.drop_index(
        "ux_visits_case_live",
        table_name="visits",
        sqlite_where=sa.text("state NOT IN ('REFUSED', 'CANCELLED', 'SUPERSEDED', 'EXPIRED')"),
        postgresql_where=sa.text("state NOT IN ('REFUSED', 'CANCELLED', 'SUPERSEDED', 'EXPIRED')"),
    )
    op.drop_table("visits")
    op.drop_table("outbox")
    op.drop_table("cases")
    op.drop_index(op.f("ix_streams_due_at"), table_name="streams")
    op.drop_table("streams")
    op.drop_table("scans")
    op.drop_table("revocations")
    op.drop_table("parties")
    op.drop_table("messages")
    op.drop_table("matters")
    op.drop_index(op.f("ix_inspectors_department"), table_name="inspectors")
    op.drop_table("inspectors")
    op.drop_table("idempotency")
    op.drop_table("cursors")
    op.drop_table("counters")
    op.drop_table("bad_records")
    op.drop_table("audit")
    op.drop_table("attachments")
