"""A hand-over asks which episodes are linked to its own: by index, while the one writer waits."""

from __future__ import annotations

from alembic import op

revision = "0009_episodes_by_link"
down_revision = "0008_censored_waits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("episodes_by_link", "episodes", ["linked_to"])


def downgrade() -> None:
    op.drop_index("episodes_by_link", "episodes")
