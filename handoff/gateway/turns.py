"""The transactions of a turn: begin, finish, fail. One turn is in flight per conversation.

The inbox holds every customer message that has no outcome yet, so a crash at any point leaves it to be found.
What a turn brought forth is stored only under the epoch in which the turn began; under a newer one it becomes a draft.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from handoff.clock import Ids, parse, stamp
from handoff.contract.events import MessageDrafted, MessageSent, NoteAdded, TriageDecided, TurnFailed
from handoff.contract.signing import sign_context
from handoff.contract.turn import MOST_READ, SURELY_SAID, BotMessage, Trigger, TurnContext, TurnRequest, TurnResult
from handoff.contract.wire import dump
from handoff.conversations.log import Announcement, LogWriter
from handoff.episodes import linking
from handoff.episodes import rules as episodes
from handoff.gateway import wording
from handoff.gateway.directives import apply_directives, record_operations, send, tell_people
from handoff.gateway.gate import has_words, hold_back
from handoff.gateway.memory import Unsaid, as_said, unsaid
from handoff.notices.catalogue import notices_for
from handoff.operations.approved import withdraw
from handoff.queue.enqueue import enqueue
from handoff.queue.plan import DeskPlan, default_plan
from handoff.storage import tables as t

ROOM_TO_STORE = timedelta(seconds=10)
MOST_ATTEMPTS = 3
FROM_CUSTOMER = ("message", "choice")
SOLVED, NOT_SOLVED = (payload.removeprefix("/") for payload in (wording.SOLVED_PAYLOAD, wording.NOT_SOLVED_PAYLOAD))

# Statements of every turn are built once, as in ``handoff.conversations.log``.
THIS = t.inbox.c.conversation_id == sa.bindparam("this")
WAITING = sa.select(t.inbox).where(THIS).order_by(t.inbox.c.seq)
COUNT_ATTEMPT = (
    sa.update(t.inbox).where(THIS, t.inbox.c.seq <= sa.bindparam("last")).values(attempts=t.inbox.c.attempts + 1)
)
TAKE_OUT = sa.delete(t.inbox).where(THIS, t.inbox.c.seq <= sa.bindparam("last"))
INSERT_TURN = sa.insert(t.turns)
CLOSE_TURN = (
    sa.update(t.turns)
    .where(t.turns.c.id == sa.bindparam("this"))
    .values(
        {name: sa.bindparam(name) for name in ("state", "finished_at", "tracker_version", "model_version", "result")}
    )
)


@dataclass(frozen=True)
class TurnLimits:
    deadline: timedelta
    patience: timedelta
    context_key: bytes
    plan: DeskPlan = field(default_factory=default_plan)


@dataclass(frozen=True)
class TurnStart:
    """A turn that this process now has to bring to an end. ``request`` has no deadline yet: each try gets its own."""

    turn_id: str
    conversation_id: str
    epoch: int
    reply_to: tuple[int, ...]
    request: TurnRequest
    give_up_at: datetime


@dataclass(frozen=True)
class TurnEnd:
    """``state``: ``answered``, ``handed_over``, ``drafted`` or ``failed``, as the turn's row has it."""

    state: str
    announcement: Announcement
    following: TurnStart | None = None


def begin(log: LogWriter, limits: TurnLimits) -> TurnStart | None:
    """Begin the next turn if none is in flight and something waits that the owner leaves to us.

    Messages that waited together are answered together, as many as the assistant reads at once; a choice or a system
    trigger is a turn of its own. While people have the conversation only what they approved is carried out, and told in
    the system's name.
    """
    conversation = log.conversation
    if conversation.owner == "none" or _in_flight(conversation.turn_id, conversation.turn_lease, log.moment):
        return None
    waiting = _waiting(log.connection, conversation.id)
    if not waiting or (conversation.owner != "bot" and waiting[0]["trigger"] != "approval_decided"):
        return None
    if waiting[0]["attempts"] >= MOST_ATTEMPTS:
        beside = conversation.owner != "bot"
        unanswered = [row["seq"] for row in waiting if row["trigger"] in FROM_CUSTOMER]
        withdraw(log)
        _give_up(log, unanswered, "too_many_attempts", limits.plan)
        if not beside:
            return None
        log.connection.execute(TAKE_OUT, {"this": conversation.id, "last": waiting[0]["seq"]})
        return begin(log, limits)
    taken = _leading_messages(waiting) or waiting[:1]
    trigger: Trigger = taken[0]["trigger"]
    texts = _read_at_once(_texts(log, [row["seq"] for row in taken])) if trigger in FROM_CUSTOMER else []
    taken = taken[: len(texts)] or taken
    seqs = [row["seq"] for row in taken]
    answered = tuple(seqs) if trigger in FROM_CUSTOMER else ()
    if conversation.turn_id is not None:  # its lease has passed: whoever held it stores nothing any more
        _mark_lost(log.connection, t.turns.c.id == conversation.turn_id, log.now)
    turn_id = log.ids.new("trn")
    correlation_id = taken[-1]["correlation_id"] or log.ids.new("req")
    conversation.turn_id = turn_id
    conversation.turn_lease = stamp(log.moment + limits.patience + ROOM_TO_STORE)
    log.connection.execute(
        INSERT_TURN,
        {
            "id": turn_id,
            "conversation_id": conversation.id,
            "seq": seqs[-1],
            "reply_to": list(answered),
            "epoch": conversation.epoch,
            "state": "running",
            "trigger": trigger,
            "attempts": 0,
            "correlation_id": correlation_id,
            "started_at": log.now,
        },
    )
    # What is taken is always the front of what waits, so the last ``seq`` names it all.
    log.connection.execute(COUNT_ATTEMPT, {"this": conversation.id, "last": seqs[-1]})
    context = TurnContext(
        conversation_id=conversation.id,
        turn_id=turn_id,
        seq=seqs[-1],
        epoch=conversation.epoch,
        deadline="",
        customer_id=conversation.customer_id,
        verification=conversation.verification,  # type: ignore[arg-type]
        locale=conversation.locale,
        correlation_id=correlation_id,
    )
    request = TurnRequest(
        context=context,
        context_token="",
        trigger=trigger,
        text="\n".join(texts),
        tracker_version=conversation.tracker_version,
        payload=taken[0]["payload"],
        note=taken[0]["note"],
    )
    return TurnStart(turn_id, conversation.id, conversation.epoch, answered, request, log.moment + limits.patience)


def with_deadline(request: TurnRequest, deadline: datetime, context_key: bytes) -> TurnRequest:
    """The request of one try: its context carries the deadline and our signature."""
    context = replace(request.context, deadline=stamp(deadline))
    return replace(request, context=context, context_token=sign_context(context, context_key))


def finish(
    connection: sa.Connection, start: TurnStart, result: TurnResult, now: datetime, ids: Ids, limits: TurnLimits
) -> TurnEnd | None:
    """Store what the turn brought forth. ``None`` when another process has taken the turn over meanwhile."""
    log = LogWriter.locked(connection, start.conversation_id, now, ids)
    if log.conversation.turn_id != start.turn_id:
        return None
    log.conversation.turn_id = log.conversation.turn_lease = None
    withdraw(log)
    if log.conversation.epoch != start.epoch:
        return _end_as_draft(log, start, result, limits)
    if log.conversation.owner != "bot":
        record_operations(log, result.operations)
        return _end_beside_people(log, start, result, limits)
    topic, order = _about(log, start, result, limits)
    record_operations(log, result.operations)
    log.append(_triage(start, result), "bot")
    linking.tell(log, topic, order)
    meant, result = result.messages, hold_back(log, result, start.reply_to, limits.plan.zone)
    send(log, result, start.reply_to)
    state = "handed_over" if apply_directives(log, result, limits.plan) else "answered"
    if start.reply_to and not result.messages and state == "answered":
        _give_up(log, list(start.reply_to), "empty_answer", limits.plan)
        state = "failed"
    _clear_inbox(log, start)
    _close_turn(log, start.turn_id, state, _remember(log, result, unsaid(meant, result.messages)))
    following = begin(log, limits)
    return TurnEnd(state, log.save(), following)


def fail(
    connection: sa.Connection, start: TurnStart, reason: str, now: datetime, ids: Ids, limits: TurnLimits
) -> TurnEnd | None:
    """End a turn that no try could bring to an answer: the customer is told, and a person takes over."""
    log = LogWriter.locked(connection, start.conversation_id, now, ids)
    if log.conversation.turn_id != start.turn_id:
        return None
    log.conversation.turn_id = log.conversation.turn_lease = None
    withdraw(log)
    if log.conversation.epoch == start.epoch:
        _give_up(log, list(start.reply_to), reason, limits.plan)
        _clear_inbox(log, start)
    _close_turn(log, start.turn_id, "failed", None)
    following = begin(log, limits)
    return TurnEnd("failed", log.save(), following)


def notice(connection: sa.Connection, start: TurnStart, now: datetime, ids: Ids) -> Announcement | None:
    """Tell a customer who waits that the message is safe, once a turn and only while the turn is still theirs."""
    log = LogWriter.locked(connection, start.conversation_id, now, ids)
    if log.conversation.turn_id != start.turn_id or log.conversation.epoch != start.epoch:
        return None
    log.append(MessageSent(notices_for(log.conversation.locale).still_working, author="system"), "system")
    return log.save()


def release_orphans(connection: sa.Connection, now: datetime) -> list[str]:
    """Conversations whose turn died with its process, made free for a new try. For the only app of an installation."""
    query = sa.select(t.conversations.c.id).where(t.conversations.c.turn_id.is_not(None))
    orphans = [row.id for row in connection.execute(query)]
    _mark_lost(connection, t.turns.c.state == "running", stamp(now))
    connection.execute(
        sa.update(t.conversations).where(t.conversations.c.turn_id.is_not(None)).values(turn_id=None, turn_lease=None)
    )
    return orphans


def release(connection: sa.Connection, start: TurnStart, now: datetime) -> None:
    """Leave a turn that this process cannot end, so that the next one need not wait for the lease."""
    _mark_lost(connection, sa.and_(t.turns.c.id == start.turn_id, t.turns.c.state == "running"), stamp(now))
    connection.execute(
        sa.update(t.conversations)
        .where(t.conversations.c.id == start.conversation_id, t.conversations.c.turn_id == start.turn_id)
        .values(turn_id=None, turn_lease=None)
    )


def _mark_lost(connection: sa.Connection, which: sa.ColumnElement[bool], now: str) -> None:
    connection.execute(sa.update(t.turns).where(which).values(state="lost", finished_at=now))


def tracker_window(connection: sa.Connection, conversation_id: str, turns: int) -> list[dict[str, Any]]:
    """The tracker events to start a bot's tracker from: the snapshot before the window, then the window's events."""
    query = (
        sa.select(t.turns.c.result)
        .where(t.turns.c.conversation_id == conversation_id, t.turns.c.tracker_version.is_not(None))
        .order_by(t.turns.c.tracker_version.desc())
        .limit(turns + 1)
    )
    results = [row.result for row in connection.execute(query)][::-1]
    events: list[dict[str, Any]] = []
    if len(results) > turns:
        events.extend(results.pop(0).get("snapshot", []))
    for result in results:
        events.extend(result.get("tracker_events", []))
    return events


def _in_flight(turn_id: str | None, lease: str | None, now: datetime) -> bool:
    return turn_id is not None and lease is not None and parse(lease) > now


def _waiting(connection: sa.Connection, conversation_id: str) -> list[sa.RowMapping]:
    return list(connection.execute(WAITING, {"this": conversation_id}).mappings())


def _leading_messages(waiting: list[sa.RowMapping]) -> list[sa.RowMapping]:
    other = next((i for i, row in enumerate(waiting) if row["trigger"] != "message"), len(waiting))
    return waiting[:other]


def _texts(log: LogWriter, seqs: Sequence[int]) -> list[str]:
    texts = {event["seq"]: event["data"].get("text", "") for event in log.written}
    stored = [seq for seq in seqs if seq not in texts]
    if stored:
        query = (
            sa.select(t.events.c.seq, t.event_content.c.content)
            .select_from(t.events.join(t.event_content))
            .where(t.events.c.conversation_id == log.conversation.id, t.events.c.seq.in_(stored))
        )
        texts.update({row.seq: row.content.get("text", "") for row in log.connection.execute(query)})
    return [texts.get(seq, "") for seq in seqs]


def _read_at_once(texts: list[str]) -> list[str]:
    """As many as fit into what the assistant reads, at least one. The limit cuts a message, never what comes after it:
    the rest is the next turn's."""
    fitting, room = [texts[0][:MOST_READ]], MOST_READ - len(texts[0])
    for text in texts[1:]:
        room -= len("\n") + len(text)
        if room < 0:
            break
        fitting.append(text)
    return fitting


def _triage(start: TurnStart, result: TurnResult) -> TriageDecided:
    triage = result.triage
    return TriageDecided(
        reply_to=list(start.reply_to),
        decision=triage.decision,
        rule=triage.rule,
        frustration=triage.frustration,
        complexity=triage.complexity,
        abuse=triage.abuse,
        intent=triage.intent,
        confidence=triage.confidence,
        reason=triage.reason,
        evidence=triage.evidence,
    )


def _about(log: LogWriter, start: TurnStart, result: TurnResult, limits: TurnLimits) -> tuple[str | None, str | None]:
    """Topic and order of this turn, which may begin an episode: the subject of the talk is the order, if none is named,
    but for an issue that has just begun. A typed "that's solved" counts as the button does."""
    said = result.triage.intent if (result.triage.confidence or 0.0) >= SURELY_SAID else None
    if said in (SOLVED, NOT_SOLVED):
        episodes.settle(log, said == SOLVED)
    topic, named = limits.plan.topic_of(result.triage.intent), _order(result.triage.entities)
    if start.request.trigger in FROM_CUSTOMER and linking.turn_to(log, topic, named):
        return topic, named
    return topic, named or _order(result.triage.slots)


def _order(of: Mapping[str, Any]) -> str | None:
    number = of.get("order_number")
    return number.strip().upper() if isinstance(number, str) and number.strip() else None


def _end_as_draft(log: LogWriter, start: TurnStart, result: TurnResult, limits: TurnLimits) -> TurnEnd:
    record_operations(log, result.operations)
    for message in filter(has_words, result.messages):
        log.append(MessageDrafted(message.text, "bot", "the owner had changed", list(start.reply_to)), "bot")
    _close_turn(log, start.turn_id, "drafted", result, stored=False)
    following = begin(log, limits)
    return TurnEnd("drafted", log.save(), following)


def _end_beside_people(log: LogWriter, start: TurnStart, result: TurnResult, limits: TurnLimits) -> TurnEnd:
    """What was approved is carried out; the customer reads it from the system, and whoever talks to them reads on."""
    meant, result = result.messages, hold_back(log, result, (), limits.plan.zone)
    said: list[BotMessage | None] = []
    for message in result.messages:
        said.append(None if message.choices else message)
        if message.choices:  # a question that only the assistant could take an answer to
            log.append(NoteAdded(message.text, "system"), "system")
        else:
            log.append(MessageSent(message.text, author="system", operations=message.operations), "system")
    tell_people(log, result)
    _clear_inbox(log, start)
    _close_turn(log, start.turn_id, "answered", _remember(log, result, unsaid(meant, said)))
    following = begin(log, limits)
    return TurnEnd("answered", log.save(), following)


def _remember(log: LogWriter, result: TurnResult, instead: Unsaid) -> TurnResult:
    """The result as it is stored. Where the bot's live tracker knows something else, its version is passed over: the
    bot finds that it has none of this one and is given what was stored."""
    log.conversation.tracker_version += 2 if instead else 1
    return as_said(result, instead)


def _give_up(log: LogWriter, seqs: list[int], reason: str, plan: DeskPlan) -> None:
    if seqs:
        log.append(TurnFailed(seqs, reason, notices_for(log.conversation.locale).turn_failed), "system")
    if log.conversation.owner != "bot":  # people are there already
        log.append(NoteAdded(wording.APPROVED_AND_NOT_DONE, "system"), "system")
        return
    enqueue(log, "tool_failure", "system", note=reason, plan=plan)


def _clear_inbox(log: LogWriter, start: TurnStart) -> None:
    log.connection.execute(TAKE_OUT, {"this": start.conversation_id, "last": start.request.context.seq})


def _close_turn(log: LogWriter, turn_id: str, state: str, result: TurnResult | None, *, stored: bool = True) -> None:
    log.connection.execute(
        CLOSE_TURN,
        {
            "this": turn_id,
            "state": state,
            "finished_at": log.now,
            "tracker_version": log.conversation.tracker_version if result and stored else None,
            "model_version": result.model_version if result else None,
            "result": dump(result) if result else None,
        },
    )
