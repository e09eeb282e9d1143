"""How often everything was ingested anew, and days in the one form that sorts as text."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

articles = sa.table("articles", sa.column("id"), sa.column("review_by"))
versions = sa.table(
    "article_versions",
    sa.column("article_id"),
    sa.column("version"),
    *(sa.column(name) for name in ("review_by", "effective_from", "effective_until")),
)


def upgrade() -> None:
    op.add_column("knowledge_state", sa.Column("ingested", sa.Integer, nullable=False, server_default="0"))
    connection = op.get_bind()
    for table, key in ((articles, ("id",)), (versions, ("article_id", "version"))):
        for row in connection.execute(sa.select(table)).mappings().all():
            days = {name: day for name, day in row.items() if name not in key and day is not None}
            written = {name: date.fromisoformat(day).isoformat() for name, day in days.items()}
            if written != days:
                mine = [table.c[name] == row[name] for name in key]
                connection.execute(table.update().where(*mine).values(written))


def downgrade() -> None:
    op.drop_column("knowledge_state", "ingested")
