"""Episodes, opened live by rule: one issue of one customer, the unit of every outcome.

An episode opens with the first thing that a customer says or asks for while none is open, and closes with the
conversation. One that is settled (the customer called it solved, or a person handed it back) ends earlier: with the
first turn about something else, which begins the next. ``eval`` re-links for analysis and never rewrites these.
"""

from __future__ import annotations

import sqlalchemy as sa

from handoff.contract.events import EpisodeClosed, EpisodeOpened
from handoff.conversations.log import LogWriter
from handoff.storage import tables as t

INSERT = sa.insert(t.episodes)


def ensure_open(log: LogWriter) -> str:
    """The open episode's id; a new one where there is none."""
    conversation = log.conversation
    if conversation.episode_id is None:
        conversation.episode_id = log.ids.new("eps")
        event = log.append(EpisodeOpened(conversation.episode_id), "system")
        log.connection.execute(
            INSERT,
            {
                "id": conversation.episode_id,
                "conversation_id": conversation.id,
                "customer_id": conversation.customer_id,
                "state": "open",
                "opened_seq": event["seq"],
                "opened_at": log.now,
            },
        )
    return conversation.episode_id


def settle(log: LogWriter, settled: bool = True) -> None:
    """The open episode's need was met, or was not after all."""
    log.connection.execute(
        sa.update(t.episodes).where(t.episodes.c.id == log.conversation.episode_id).values(settled=settled)
    )


def close_open(log: LogWriter, reason: str) -> None:
    episode_id, log.conversation.episode_id = log.conversation.episode_id, None
    if episode_id is not None:
        log.append(EpisodeClosed(episode_id, reason), "system")
        log.connection.execute(
            sa.update(t.episodes).where(t.episodes.c.id == episode_id).values(state="closed", closed_at=log.now)
        )


def reopen_last(log: LogWriter) -> str | None:
    """After "not solved" the conversation's newest episode goes on. ``None`` where there never was one."""
    log.conversation.episode_id = last(log)
    log.connection.execute(
        sa.update(t.episodes)
        .where(t.episodes.c.id == log.conversation.episode_id)
        .values(state="open", closed_at=None, settled=False)
    )
    return log.conversation.episode_id


def last(log: LogWriter) -> str | None:
    """The open episode, or the one that was closed last."""
    query = (
        sa.select(t.episodes.c.id)
        .where(t.episodes.c.conversation_id == log.conversation.id)
        .order_by(t.episodes.c.opened_seq.desc())
        .limit(1)
    )
    return log.conversation.episode_id or log.connection.execute(query).scalar()
