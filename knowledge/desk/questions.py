"""SQL of the questions that were asked: what was asked, shown and said about it. Functions of a connection.

Reads and writes: questions_asked, feed_positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import sqlalchemy as sa

from knowledge.embeddings import Vectors
from knowledge.tables import feed_positions, questions_asked

q = questions_asked.c
Channel = Literal["bot", "help", "desk"]
"""``desk``: an agent named it on closing, as a question that no article answers."""
MOST_EARLIER = 50
"""Earlier questions of one customer that are compared with a new one."""


@dataclass(frozen=True)
class Asked:
    """A question as it is kept: redacted, with its vector (of the redacted words) and what was found for it.

    ``article_id``, ``version``, ``chunk_id`` and ``section`` name the nearest passage, shown only where ``found``.
    ``said_before``: the earlier turns with which a ``follow_up`` was read, redacted, too.
    ``sure``: the answer was given as one, not as the closest that there is; a search of the help centre gives none.
    """

    channel: Channel
    question: str
    vector: Vectors
    audience: str
    locale: str
    found: bool
    confidence: float
    asked_at: str
    article_id: str | None = None
    version: int | None = None
    chunk_id: str | None = None
    section: str = ""
    sure: bool = False
    follow_up: bool = False
    said_before: str | None = None
    conversation_id: str | None = None
    seq: int | None = None
    customer_digest: str | None = None


@dataclass(frozen=True)
class Stored(Asked):
    """A row: the question with what came of it."""

    id: int = 0
    shown_at: str | None = None
    outcome: str = "open"
    outcome_at: str | None = None
    rejected_at: str | None = None
    handed_over_at: str | None = None
    repeated_at: str | None = None
    gap_id: int | None = None


_THERE = sa.select(q.id).where(q.conversation_id == sa.bindparam("conversation"), q.seq == sa.bindparam("turn"))
_INSERT = sa.insert(questions_asked)


def insert(connection: sa.Connection, asked: Asked) -> Stored | None:
    """The new row; None where this turn's question is stored already (the turn was tried again)."""
    values = {**vars(asked), "vector": pack(asked.vector), "outcome": "open"}
    if asked.conversation_id is not None:
        known = connection.execute(_THERE, {"conversation": asked.conversation_id, "turn": asked.seq}).scalar()
        if known is not None:
            found = {
                name: values[name] for name in ("found", "sure", "confidence", "article_id", "version", "chunk_id")
            }
            update = sa.update(questions_asked).where(q.id == known, q.shown_at.is_(None))
            connection.execute(update.values(**found, section=asked.section))
            return None
    done = connection.execute(_INSERT, values)
    return Stored(**vars(asked), id=int(done.inserted_primary_key[0])) if done.inserted_primary_key else None


def get(connection: sa.Connection, question_id: int) -> Stored | None:
    rows = select(connection, q.id == question_id)
    return rows[0] if rows else None


def of_turn(connection: sa.Connection, conversation_id: str, seq: int) -> Stored | None:
    rows = select(connection, q.conversation_id == conversation_id, q.seq == seq)
    return rows[0] if rows else None


def last_before(connection: sa.Connection, conversation_id: str, seq: int) -> Stored | None:
    """The conversation's newest question that was answered on screen before event ``seq``."""
    mine = (q.conversation_id == conversation_id, q.seq < seq, q.shown_at.is_not(None))
    rows = select(connection, *mine, order=q.seq.desc(), limit=1)
    return rows[0] if rows else None


def of_customer(connection: sa.Connection, digest: str, since: str) -> list[Stored]:
    """A customer's questions that were answered on screen since a moment, the newest first."""
    mine = (q.customer_digest == digest, q.asked_at >= since, q.shown_at.is_not(None), q.found)
    return select(connection, *mine, order=q.id.desc(), limit=MOST_EARLIER)


def select(
    connection: sa.Connection,
    *conditions: sa.ColumnElement[bool],
    order: Any = q.id,
    limit: int | None = None,
) -> list[Stored]:
    query = sa.select(questions_asked).where(*conditions).order_by(order)
    rows = connection.execute(query if limit is None else query.limit(limit)).mappings()
    return [Stored(**{**row, "vector": unpack(row["vector"])}) for row in rows]


def mark(connection: sa.Connection, conditions: Sequence[sa.ColumnElement[bool]], **values: Any) -> int:
    """Set columns where the conditions hold; how many rows."""
    return connection.execute(sa.update(questions_asked).where(*conditions).values(**values)).rowcount


def delete(connection: sa.Connection, ids: Sequence[int]) -> None:
    for one in ids:
        connection.execute(sa.delete(questions_asked).where(q.id == one))


def position(connection: sa.Connection, name: str) -> int:
    found = connection.execute(sa.select(feed_positions.c.position).where(feed_positions.c.name == name)).scalar()
    return int(found or 0)


def move_on(connection: sa.Connection, name: str, to: int) -> None:
    done = connection.execute(sa.update(feed_positions).where(feed_positions.c.name == name).values(position=to))
    if not done.rowcount:
        connection.execute(sa.insert(feed_positions).values(name=name, position=to))


def pack(vector: Vectors) -> bytes:
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def unpack(data: bytes) -> Vectors:
    return np.frombuffer(data, dtype="<f4")
