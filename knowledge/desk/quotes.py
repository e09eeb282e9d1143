"""Which lines of an article that began as a gap's draft quote which conversations: SQL, functions of a connection.

A line is known by its digest: nothing that was quoted is kept a second time.

Reads and writes: draft_quotes, article_versions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

import sqlalchemy as sa

from knowledge.tables import article_versions, draft_quotes

Quote = tuple[str | None, str]
"""(conversation, line). A search of the help centre has no conversation."""
_q = draft_quotes.c


def keep(connection: sa.Connection, article_id: str, quotes: Iterable[Quote]) -> None:
    rows = [
        {"article_id": article_id, "conversation_id": conversation_id, "line": _digest(line)}
        for conversation_id, line in dict.fromkeys(quotes)
    ]
    if rows:
        connection.execute(sa.insert(draft_quotes), rows)


def scrub(connection: sa.Connection, conversation_ids: Collection[str]) -> set[str]:
    """Take the lines that quote only these conversations out of every version, and out of the differences between
    versions; the articles that these conversations were quoted in. What an editor put in other words is the company's,
    and stays."""
    gone: dict[str, set[str]] = {}
    for row in connection.execute(sa.select(_q.article_id, _q.line).where(_q.conversation_id.in_(conversation_ids))):
        gone.setdefault(row.article_id, set()).add(row.line)
    others = sa.or_(_q.conversation_id.is_(None), _q.conversation_id.not_in(conversation_ids))
    for row in connection.execute(sa.select(_q.article_id, _q.line).where(_q.article_id.in_(gone), others)):
        gone[row.article_id].discard(row.line)
    for article_id, lines in gone.items():
        _scrub(connection, article_id, lines)
    return set(gone)


def drop(connection: sa.Connection, conversation_ids: Collection[str]) -> None:
    connection.execute(sa.delete(draft_quotes).where(_q.conversation_id.in_(conversation_ids)))


def _scrub(connection: sa.Connection, article_id: str, gone: Collection[str]) -> None:
    v = article_versions.c
    for row in connection.execute(sa.select(v.version, v.body, v.diff).where(v.article_id == article_id)).all():
        body = "\n".join(line for line in row.body.split("\n") if _digest(line) not in gone)
        diff = "\n".join(line for line in row.diff.split("\n") if _digest(line[1:]) not in gone)
        if (body, diff) != (row.body, row.diff):
            mine = (v.article_id == article_id, v.version == row.version)
            connection.execute(sa.update(article_versions).where(*mine).values(body=body, diff=diff))


def _digest(line: str) -> str:
    return hashlib.sha256(line.strip().encode()).hexdigest()
