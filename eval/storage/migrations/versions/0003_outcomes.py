"""Outcomes of live episodes and the ledger of their evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_outcomes"
down_revision = "0002_made_scenarios"
branch_labels = None
depends_on = None

FLAGS = (
    "eligible", "matured", "ended", "proven", "silent", "reached", "confirmed", "one_contact", "person_took_part",
    "person_asked", "left_queue", "served", "asked_again", "packet_judged", "packet_enough", "survey_offered",
    "survey_answered", "returned",
)  # fmt: skip
NUMBERS = ("first_ended_at", "returned_at", "wait", "to_resolution", "ces7", "ces5", "csat", "effort")


def upgrade() -> None:
    op.create_table(
        "outcome_episodes",
        sa.Column("id", sa.String(160), primary_key=True),
        sa.Column("person", sa.String(160), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("conversation_ids", sa.JSON, nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("opened_at", sa.Float, nullable=False),
        sa.Column("ended_at", sa.Float, nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("evidence", sa.String(16), nullable=False),
        sa.Column("resolver", sa.String(12), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("refs", sa.JSON, nullable=False),
        sa.Column("exclusion", sa.String(16)),
        sa.Column("reason", sa.String(24)),
        sa.Column("queue", sa.String(48)),
        sa.Column("next_at", sa.Float),
        sa.Column("articles", sa.JSON, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in FLAGS),
        *(sa.Column(name, sa.Float) for name in NUMBERS),
    )
    op.create_index("ix_outcome_episodes_person", "outcome_episodes", ["person"])
    op.create_index("ix_outcome_episodes_next_at", "outcome_episodes", ["next_at"])
    op.create_index("outcome_episodes_opened", "outcome_episodes", ["opened_at"])
    op.create_table(
        "outcome_articles",
        sa.Column("episode_id", sa.String(160), primary_key=True),
        sa.Column("article_id", sa.String(96), primary_key=True),
    )
    op.create_index("ix_outcome_articles_article_id", "outcome_articles", ["article_id"])
    op.create_table(
        "outcome_ledger",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("episode_id", sa.String(160), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("evidence", sa.String(16), nullable=False),
        sa.Column("resolver", sa.String(12), nullable=False),
        sa.Column("eligible", sa.Boolean, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("refs", sa.JSON, nullable=False),
        sa.Column("into", sa.String(160)),
    )
    op.create_index("ix_outcome_ledger_episode_id", "outcome_ledger", ["episode_id"])
    op.create_table(
        "outcome_feed",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    for name in ("outcome_feed", "outcome_ledger", "outcome_articles", "outcome_episodes"):
        op.drop_table(name)
