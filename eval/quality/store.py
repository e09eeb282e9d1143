"""All SQL of the quality desk. Every function is part of a unit of work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from eval.quality.sampling import Drawn
from eval.storage.tables import outcome_contacts, outcome_episodes, qa_comments, qa_reviews, qa_samples

Row = dict[str, Any]


def sampled(connection: sa.Connection) -> set[str]:
    """Conversations that are sampled already."""
    return set(connection.execute(sa.select(qa_samples.c.conversation_id)).scalars())


def add_samples(connection: sa.Connection, drawn: Sequence[Drawn], ids: Sequence[str], **common: Any) -> None:
    if drawn:
        rows = [
            {"id": name, "conversation_id": one.conversation_id, "rule": one.rule, "because": one.because, **common}
            for name, one in zip(ids, drawn, strict=True)
        ]
        connection.execute(sa.insert(qa_samples), rows)


def sample(connection: sa.Connection, sample_id: str) -> Row | None:
    return _first(connection, sa.select(qa_samples).where(qa_samples.c.id == sample_id))


def sample_of(connection: sa.Connection, conversation_id: str) -> Row | None:
    return _first(connection, sa.select(qa_samples).where(qa_samples.c.conversation_id == conversation_id))


def samples(connection: sa.Connection, most: int) -> list[Row]:
    """The newest first."""
    query = sa.select(qa_samples).order_by(qa_samples.c.created_at.desc(), qa_samples.c.id).limit(most)
    return _all(connection, query)


def reviews_of(connection: sa.Connection, sample_ids: Collection[str]) -> list[Row]:
    query = sa.select(qa_reviews).where(qa_reviews.c.sample_id.in_(sample_ids)).order_by(qa_reviews.c.finished_at)
    return _all(connection, query)


def reviewed(connection: sa.Connection, since: str) -> list[Row]:
    """Every review finished since then, with the conversation that it is about, in the order of finishing."""
    query = (
        sa.select(qa_reviews, qa_samples.c.conversation_id, qa_samples.c.rule)
        .join(qa_samples)
        .where(qa_reviews.c.finished_at >= since)
        .order_by(qa_reviews.c.finished_at, qa_reviews.c.id)
    )
    return _all(connection, query)


def add_review(connection: sa.Connection, **values: Any) -> None:
    connection.execute(sa.insert(qa_reviews).values(**values))


def change_review(connection: sa.Connection, review_id: str, **values: Any) -> None:
    connection.execute(sa.update(qa_reviews).where(qa_reviews.c.id == review_id).values(**values))


def ask_outcome_again(connection: sa.Connection, conversation_id: str) -> None:
    """Have the outcomes of a conversation kept anew, of which something was said."""
    mine = sa.select(outcome_contacts.c.episode_id).where(outcome_contacts.c.conversation_id == conversation_id)
    connection.execute(sa.update(outcome_episodes).where(outcome_episodes.c.id.in_(mine)).values(next_at=0.0))


def drawn_by_chance(connection: sa.Connection, conversation_ids: Collection[str]) -> list[Row]:
    """The reviews of those of the conversations that were drawn by chance alone."""
    query = (
        sa.select(qa_reviews, qa_samples.c.conversation_id)
        .join(qa_samples)
        .where(qa_samples.c.conversation_id.in_(conversation_ids), qa_samples.c.rule == "random")
    )
    return _all(connection, query)


def add_comment(connection: sa.Connection, **values: Any) -> None:
    connection.execute(sa.insert(qa_comments).values(**values))


def comments_on(connection: sa.Connection, conversation_id: str) -> list[Row]:
    query = sa.select(qa_comments).where(qa_comments.c.conversation_id == conversation_id)
    return _all(connection, query.order_by(qa_comments.c.created_at, qa_comments.c.id))


def notes_about(connection: sa.Connection, author: str, most: int) -> list[Row]:
    """What was written for one member of the staff, the newest first."""
    query = sa.select(qa_comments).where(qa_comments.c.about == author).order_by(qa_comments.c.created_at.desc())
    return _all(connection, query.limit(most))


def verdicts_on(connection: sa.Connection, conversation_id: str) -> list[Row]:
    """What the judge says of the episodes of a conversation."""
    e = outcome_episodes.c
    mine = sa.select(outcome_contacts.c.episode_id).where(outcome_contacts.c.conversation_id == conversation_id)
    query = sa.select(e.judged, e.judge, e.judge_version).where(e.id.in_(mine), e.judged.is_not(None))
    return _all(connection, query.order_by(e.opened_at))


def _first(connection: sa.Connection, query: sa.Select[Any]) -> Row | None:
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def _all(connection: sa.Connection, query: sa.Select[Any]) -> list[Row]:
    return [dict(row) for row in connection.execute(query).mappings()]
