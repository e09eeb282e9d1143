"""How often a customer came about one issue before: what "repeat contact" rests on."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from handoff.clock import parse, stamp
from handoff.conversations.log import Conversation
from handoff.storage import tables as t

SAME_ISSUE_WITHIN = timedelta(days=14)

E, C = t.episodes.c, t.conversations.c


def prior_contacts(connection: sa.Connection, conversation: Conversation, seq: int) -> int:
    """Earlier conversations of this customer about the issue that is open at ``seq``.

    Where the episode is linked, those of its chain, however long ago. Else those that began within
    ``SAME_ISSUE_WITHIN`` before this one and speak of the same thing: the same order, or, where one of the two names
    none, the same topic. An anonymous customer has none, and neither has an issue that nobody has named.
    """
    if conversation.customer_id is None:
        return 0
    here = sa.select(E.topic, E.entity, E.linked_to).where(E.conversation_id == conversation.id, E.opened_seq <= seq)
    now = connection.execute(here.order_by(E.opened_seq.desc()).limit(1)).first()
    if now is None:
        return 0
    topic: sa.ColumnElement[bool] = E.topic == now.topic if now.topic else sa.false()
    same = topic if now.entity is None else sa.or_(E.entity == now.entity, sa.and_(E.entity.is_(None), topic))
    recent = C.opened_at >= stamp(parse(conversation.opened_at) - SAME_ISSUE_WITHIN)
    chain = sa.or_(E.id == now.linked_to, E.linked_to == now.linked_to)
    earlier = (
        sa.select(sa.func.count(sa.distinct(C.id)))
        .select_from(t.conversations.join(t.episodes, E.conversation_id == C.id))
        .where(C.customer_id == conversation.customer_id, C.id != conversation.id)
        .where(C.opened_at < conversation.opened_at, chain if now.linked_to else sa.and_(same, recent))
    )
    return int(connection.execute(earlier).scalar_one())
