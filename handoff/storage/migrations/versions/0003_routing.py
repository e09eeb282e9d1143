"""Routing, wait estimates, promises that somebody keeps, linked episodes, and the staff's audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_routing"
down_revision = "0002_desk"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

HANDOFF_COLUMNS = (
    sa.Column("cause_code", sa.String(32)),
    sa.Column("topic", sa.String(64)),
    sa.Column("department", sa.String(48)),
    sa.Column("skills", sa.JSON(), nullable=False, server_default="[]"),
    sa.Column("language", sa.String(16), nullable=False, server_default="en"),
    sa.Column("weight", sa.Integer(), nullable=False, server_default="1"),
    sa.Column("rank", sa.BigInteger(), nullable=False, server_default="0"),
    sa.Column("first_wait_at", sa.String(32)),
    sa.Column("due_at", sa.String(32)),
    sa.Column("answer_by", sa.String(32)),
    sa.Column("answered_at", sa.String(32)),
    sa.Column("missing_since", sa.String(32)),
    sa.Column("offered_to", sa.String(64)),
    sa.Column("offer_expires_at", sa.String(32)),
    sa.Column("passed_by", sa.JSON(), nullable=False, server_default="[]"),
    sa.Column("told", sa.JSON()),
    sa.Column("promise_id", sa.String(64)),
)


def upgrade() -> None:
    with op.batch_alter_table("conversations") as table:
        table.add_column(sa.Column("nudged_seq", sa.Integer(), nullable=True))
        table.create_index(table.f("ix_conversations_last_event_at"), ["last_event_at"])
    with op.batch_alter_table("handoffs") as table:
        for column in HANDOFF_COLUMNS:
            table.add_column(column)
        table.create_index(table.f("ix_handoffs_rank"), ["rank"])
    op.execute("UPDATE handoffs SET first_wait_at = requested_at")
    with op.batch_alter_table("promises") as table:
        table.add_column(sa.Column("made_by", sa.String(96)))
        table.add_column(sa.Column("kept_by", sa.String(96)))
        table.add_column(sa.Column("warned_at", sa.String(32)))
    with op.batch_alter_table("episodes") as table:
        table.add_column(sa.Column("entity", sa.String(128)))
        table.add_column(sa.Column("linked_to", sa.String(64)))
        table.add_column(sa.Column("settled", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.create_index("episodes_by_entity", ["customer_id", "entity"])
    op.create_table(
        "wait_estimates",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("handoff_id", sa.String(64), sa.ForeignKey("handoffs.id"), nullable=False),
        sa.Column("queue", sa.String(48), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("estimated_at", sa.String(32), nullable=False),
        sa.Column("estimate_seconds", sa.Integer(), nullable=False),
        sa.Column("actual_seconds", sa.Integer()),
    )
    op.create_index("ix_wait_estimates_handoff_id", "wait_estimates", ["handoff_id"])
    op.create_table(
        "staff_audit",
        sa.Column("id", KEY, primary_key=True, autoincrement=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("agent_id", sa.String(64)),
        sa.Column("action", sa.String(48), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("code", sa.String(48)),
        sa.Column("conversation_id", sa.String(64)),
        sa.Column("object_id", sa.String(64)),
        sa.Column("request_id", sa.String(64), nullable=False, server_default=""),
        sa.Column("detail", sa.JSON(), nullable=False, server_default="{}"),
    )
    for name in ("at", "agent_id", "conversation_id"):
        op.create_index(f"ix_staff_audit_{name}", "staff_audit", [name])
    _append_only()


def _append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION staff_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'staff_audit is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER staff_audit_append_only BEFORE UPDATE OR DELETE ON staff_audit "
            "FOR EACH ROW EXECUTE FUNCTION staff_audit_is_append_only()"
        )
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER staff_audit_no_{action.lower()} BEFORE {action} ON staff_audit "
            "BEGIN SELECT RAISE(ABORT, 'staff_audit is append-only'); END"
        )


def downgrade() -> None:
    op.drop_table("staff_audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION staff_audit_is_append_only()")
    op.drop_table("wait_estimates")
    with op.batch_alter_table("episodes") as table:
        table.drop_index("episodes_by_entity")
        for name in ("entity", "linked_to", "settled"):
            table.drop_column(name)
    with op.batch_alter_table("promises") as table:
        for name in ("made_by", "kept_by", "warned_at"):
            table.drop_column(name)
    with op.batch_alter_table("handoffs") as table:
        table.drop_index(table.f("ix_handoffs_rank"))
        for column in HANDOFF_COLUMNS:
            table.drop_column(column.name)
    with op.batch_alter_table("conversations") as table:
        table.drop_index(table.f("ix_conversations_last_event_at"))
        table.drop_column("nudged_seq")
