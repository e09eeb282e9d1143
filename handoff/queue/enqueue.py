"""The one way into the human queue, used by the bot's directive, the button and a failed turn alike.

It runs inside the unit of work that stores what led to it: a hand-over that is announced is in the queue.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from handoff.clock import parse, stamp
from handoff.contract.events import Evidence, HandoffQueued, HandoffReason, HandoffRequested, MessageSent, Source
from handoff.conversations.log import LogWriter, read_events
from handoff.episodes import promises
from handoff.notices.catalogue import notices_for
from handoff.queue import moves
from handoff.queue.plan import DeskPlan
from handoff.queue.routing import due, rank, route
from handoff.storage import tables as t

SAME_MATTER = timedelta(days=7)
"""For so long after an earlier hand-over of the same issue the next one is a repeat: it rises, and keeps its clock."""
LOOK_BACK = 8
IN_DOUBT = "en"
"""What triage says of words too few to tell, too: the page's language is the better guess then."""
E, H = t.episodes.c, t.handoffs.c
TO_CARRY_OUT = sa.and_(
    t.inbox.c.trigger == "approval_decided",
    sa.exists().where(
        t.operations.c.conversation_id == t.inbox.c.conversation_id,
        t.inbox.c.note == sa.literal("approved ") + t.operations.c.id,
        t.operations.c.agreed_seq.is_not(None),
    ),
)
"""What the customer and a colleague both said yes to is done, whoever has the conversation."""


def enqueue(
    log: LogWriter,
    reason: HandoffReason,
    source: Source,
    *,
    evidence: list[Evidence] | None = None,
    score: float | None = None,
    note: str | None = None,
    opening: str | None = None,
    language: str | None = None,
    plan: DeskPlan,
) -> str:
    """Move the conversation to the queue and return the hand-over's id.

    Its unanswered messages go to people with it. The customer reads where they stand, after ``opening``
    (``None``: the usual words; empty: somebody has said them already). ``language``: of this turn's words,
    where they tell. Raises ``IllegalTransition`` when the bot does not own the conversation.
    """
    request = log.append(HandoffRequested(reason, evidence or [], score, note), source)
    repeats, first_wait = _before(log)
    chosen = route(plan, reason, topic_of(log, plan), repeats)
    row = {
        "id": log.ids.new("hnd"),
        "conversation_id": log.conversation.id,
        "seq": request["seq"],
        "state": "queued",
        "reason": reason,
        "queue": chosen.queue,
        "priority": chosen.priority,
        "requested_at": log.now,
        "topic": chosen.topic,
        "department": chosen.department,
        "skills": list(chosen.skills),
        "language": _written(log, language) or log.conversation.locale,
        "weight": chosen.weight,
        "rank": rank(plan, chosen.priority, first_wait),
        "first_wait_at": stamp(first_wait),
        "due_at": stamp(due(plan, chosen.queue, chosen.department, first_wait)),
        "passed_by": [],
        "promise_id": promises.of_message_left(log),
    }
    position = moves.position_of(log.connection, row)
    log.change_owner(HandoffQueued(row["id"], chosen.queue, position, chosen.department, row["due_at"]), "system")
    log.connection.execute(sa.insert(t.handoffs).values(**row))
    log.connection.execute(sa.delete(t.inbox).where(t.inbox.c.conversation_id == log.conversation.id, ~TO_CARRY_OUT))
    told = notices_for(log.conversation.locale).queued(position, reason, opening)
    log.append(MessageSent(told, author="system"), "system")
    return str(row["id"])


def topic_of(log: LogWriter, plan: DeskPlan) -> str | None:
    """What it is about: the newest understood intent that has a topic, this turn's included; where there is none, what
    the customer chose in the form before the chat."""
    intents = [event["data"].get("intent") for event in log.written if event["type"] == "triage.decided"]
    query = (
        sa.select(t.events.c.data)
        .where(t.events.c.conversation_id == log.conversation.id, t.events.c.type == "triage.decided")
        .order_by(t.events.c.seq.desc())
        .limit(LOOK_BACK)
    )
    intents = intents[::-1] + [row.data.get("intent") for row in log.connection.execute(query)]
    understood = next((topic for intent in intents if (topic := plan.topic_of(intent)) is not None), None)
    return understood or plan.topic_called(_chosen(log))


def language_told(language: str | None, told: bool | None) -> str | None:
    """The language that words were in, where they were enough to tell; another script alone names none."""
    return None if language in (None, "und") or (language == IN_DOUBT and not told) else language


def _written(log: LogWriter, now: str | None) -> str | None:
    """The language that they wrote in last, as far as that could be told; the "ja" to an offer alone tells nothing,
    and a whole sentence in English after one in German tells that English will do."""
    if now is not None:
        return now
    turns, triage = t.turns.c, t.turns.c.result["triage"]
    query = (
        sa.select(triage["language"].as_string(), triage["language_told"].as_boolean())
        .where(turns.conversation_id == log.conversation.id, turns.tracker_version.is_not(None))
        .order_by(turns.tracker_version.desc())
        .limit(LOOK_BACK)
    )
    found = (language_told(language, told) for language, told in log.connection.execute(query))
    return next((language for language in found if language is not None), None)


def _chosen(log: LogWriter) -> str | None:
    opened = read_events(log.connection, log.conversation.id, 0, 1)
    return opened[0]["data"].get("topic") if opened else None


def _before(log: LogWriter) -> tuple[int, datetime]:
    """How often people had this issue, in linked conversations too, and when its clock began: a hand-back does not stop
    it, a closing does, and another conversation has a clock of its own."""
    this = log.conversation.episode_id
    if this is None:
        return 0, log.moment
    later = t.episodes.alias("later")
    next_opened = (
        sa.select(sa.func.min(later.c.opened_seq))
        .where(later.c.conversation_id == E.conversation_id, later.c.opened_seq > E.opened_seq)
        .correlate(t.episodes)
        .scalar_subquery()
    )
    of_episode = sa.and_(
        H.conversation_id == E.conversation_id,
        H.seq > E.opened_seq,
        sa.or_(next_opened.is_(None), H.seq < next_opened),
    )
    linked_to = log.connection.execute(sa.select(E.linked_to).where(E.id == this)).scalar()
    first = linked_to or this
    query = (
        sa.select(H.conversation_id, H.state, H.first_wait_at)
        .select_from(t.handoffs.join(t.episodes, of_episode))
        .where(sa.or_(E.id == first, E.linked_to == first), H.ended_at > stamp(log.moment - SAME_MATTER))
        .order_by(H.seq.desc())
    )
    earlier = log.connection.execute(query).all()
    first_wait = log.moment
    for row in (each for each in earlier if each.conversation_id == log.conversation.id):
        if row.state != "returned":
            break
        first_wait = parse(row.first_wait_at) if row.first_wait_at else first_wait
    return len(earlier), first_wait
