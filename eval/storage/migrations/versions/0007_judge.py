"""What the judge says of episodes, and what that is worth. Everybody is judged once more, so that it has its say."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_judge"
down_revision = "0006_contacts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outcome_episodes", sa.Column("judged", sa.String(16)))
    op.add_column("outcome_episodes", sa.Column("judge", sa.JSON))
    op.add_column("outcome_episodes", sa.Column("judge_version", sa.String(32)))
    op.create_index("ix_outcome_episodes_judge_version", "outcome_episodes", ["judge_version"])
    op.create_table(
        "judge_calibrations",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("made_at", sa.Float, nullable=False),
        sa.Column("made_by", sa.String(96), nullable=False),
        sa.Column("judge", sa.String(32), nullable=False),
        sa.Column("versions", sa.JSON, nullable=False),
        sa.Column("newest_label_at", sa.Float, nullable=False),
        sa.Column("valid_days", sa.Float, nullable=False),
        sa.Column("labels", sa.JSON, nullable=False),
        sa.Column("band", sa.JSON, nullable=False),
        sa.Column("agreement", sa.JSON, nullable=False),
        sa.Column("left_out", sa.JSON, nullable=False),
    )
    op.execute("UPDATE outcome_episodes SET next_at = 0")


def downgrade() -> None:
    op.drop_table("judge_calibrations")
    op.drop_index("ix_outcome_episodes_judge_version", "outcome_episodes")
    for name in ("judge_version", "judge", "judged"):
        op.drop_column("outcome_episodes", name)
