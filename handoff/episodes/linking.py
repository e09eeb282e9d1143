"""What an episode is about, and whether it goes on with an earlier one, as soon as a turn tells.

Two episodes are one issue where the same verified customer speaks of the same thing (an order) within two weeks. The
episode of the present conversation stays open and names the first of them in ``linked_to``, so that a survey is asked
once and a colleague sees the past. ``eval`` re-links for analysis and never rewrites these.
"""

from __future__ import annotations

import sqlalchemy as sa

from handoff.clock import stamp
from handoff.contract.events import EpisodeLinked
from handoff.conversations.log import LogWriter
from handoff.episodes import rules
from handoff.episodes.contacts import SAME_ISSUE_WITHIN
from handoff.storage import tables as t

LONGEST_ENTITY = 128
ANOTHER_ISSUE = "another issue"

E = t.episodes.c
_THIS = sa.select(E.topic, E.entity, E.linked_to, E.settled).where(E.id == sa.bindparam("this"))


def turn_to(log: LogWriter, topic: str | None, named: str | None) -> bool:
    """Whether a turn about ``topic``, in which an order was ``named`` or not, began an episode of its own: the open
    one was settled, and this is another order, or, where one of the two names none, another topic."""
    if log.conversation.episode_id is None or (topic is None and named is None):
        return False
    known = log.connection.execute(_THIS, {"this": log.conversation.episode_id}).one()
    mine, now = (known.entity, named[:LONGEST_ENTITY]) if known.entity and named else (known.topic, topic)
    if not known.settled or not (mine and now) or mine == now:
        return False
    rules.close_open(log, ANOTHER_ISSUE)
    rules.ensure_open(log)
    return True


def tell(log: LogWriter, topic: str | None, entity: str | None) -> None:
    """A turn understood ``topic``, or somebody named ``entity``. The first of each stays; then an earlier one is looked
    for."""
    episode_id = log.conversation.episode_id
    if episode_id is None or (topic is None and entity is None):
        return
    entity = entity[:LONGEST_ENTITY] if entity else None
    known = log.connection.execute(_THIS, {"this": episode_id}).one()
    now_topic, now_entity = known.topic or topic, known.entity or entity
    if (now_topic, now_entity) == (known.topic, known.entity):
        return
    _set(log, episode_id, topic=now_topic, entity=now_entity)
    log.append(EpisodeLinked(episode_id, "named", now_topic, now_entity), "system")
    if known.entity is None and now_entity is not None and known.linked_to is None:
        _link(log, episode_id, now_topic, now_entity)


def claim(log: LogWriter) -> None:
    """Somebody proved who they are: what they talk of is theirs, and may go on with an earlier issue."""
    conversation = log.conversation
    mine = sa.update(t.episodes).where(E.conversation_id == conversation.id)
    log.connection.execute(mine.values(customer_id=conversation.customer_id))
    if conversation.episode_id is None:
        return
    known = log.connection.execute(_THIS, {"this": conversation.episode_id}).one()
    if known.entity is not None and known.linked_to is None:
        _link(log, conversation.episode_id, known.topic, known.entity)


def _link(log: LogWriter, episode_id: str, topic: str | None, entity: str) -> None:
    conversation = log.conversation
    if conversation.customer_id is None or conversation.verification == "none":
        return
    ended = sa.or_(E.closed_at.is_(None), E.closed_at >= stamp(log.moment - SAME_ISSUE_WITHIN))
    earlier = (
        sa.select(E.id, E.linked_to)
        .where(E.customer_id == conversation.customer_id, E.entity == entity, E.id != episode_id, ended)
        .where(E.conversation_id != conversation.id)
        .order_by(E.opened_at.desc())
        .limit(1)
    )
    found = log.connection.execute(earlier).first()
    if found is None:
        return
    first = found.linked_to or found.id
    _set(log, episode_id, linked_to=first)
    log.append(EpisodeLinked(first, "same_customer_and_entity", topic, entity, from_episode_id=episode_id), "system")


def _set(log: LogWriter, episode_id: str, **values: str | None) -> None:
    log.connection.execute(sa.update(t.episodes).where(E.id == episode_id).values(**values))
