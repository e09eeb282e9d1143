"""Silence becomes a fact: who does not answer is asked once whether they are still there, then the conversation closes.

Never while something promised is open, a decision is asked for, the customer waits in the queue, or the last word is
theirs. Every step looks again under the lock of its conversation and goes no further under another epoch than the one
in which the silence was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

import sqlalchemy as sa
import structlog
from prometheus_client import Counter

from handoff.clock import parse, stamp
from handoff.contract.events import ConversationClosed, MessageSent
from handoff.conversations import rules
from handoff.conversations.log import LogWriter
from handoff.core import Core
from handoff.episodes import rules as episodes
from handoff.errors import FrontdeskError
from handoff.gateway import wording
from handoff.notices.catalogue import notices_for
from handoff.queue import answering
from handoff.storage import tables as t
from handoff.surveys.rules import SILENCE

MOVES = Counter("frontdesk_idle_moves_total", "Silent customers who were asked, and conversations closed", ["move"])
NO_REPLY = "no_reply"
"""The outcome of a person's conversation that fell silent; the assistant's has none, its log says what became of it."""
BATCH = 500
MOST_PAUSE = 15.0

C = t.conversations.c
Step = Literal["ask", "close"]

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Timers:
    """``bot`` and ``agent``: silence after which a customer is asked, by who has the conversation; ``close``: further
    silence after which it ends."""

    bot: timedelta
    agent: timedelta
    close: timedelta

    @property
    def shortest(self) -> timedelta:
        return min(self.bot, self.agent, self.close)


@dataclass(frozen=True)
class Silence:
    """What is read from the log. ``last_said`` is the newest message, ``asked_at`` the question that was asked;
    ``word_owed``: it is ours to speak."""

    owner: str
    last_said: int | None
    word_owed: bool
    asked_at: int | None
    since: timedelta


def next_step(silence: Silence, timers: Timers) -> Step | None:
    """What is due. The question is itself a message, so whatever is said after it begins a new silence."""
    who = rules.kind(silence.owner)
    if who not in ("bot", "agent") or silence.last_said is None or silence.word_owed:
        return None
    if silence.asked_at == silence.last_said:
        return "close" if silence.since >= timers.close else None
    return "ask" if silence.since >= (timers.bot if who == "bot" else timers.agent) else None


class IdleCloser:
    def __init__(self, core: Core) -> None:
        self._core = core
        asked = core.settings
        self._timers = Timers(asked.idle_ask_after, asked.idle_ask_after_person, asked.idle_close_after)

    async def run_forever(self) -> None:
        every = min(MOST_PAUSE, self._timers.shortest.total_seconds() / 4)
        while True:
            await self._core.clock.sleep(every)
            await self.sweep()

    async def sweep(self) -> None:
        now = self._core.clock.now()
        for conversation_id, epoch in await self._core.database.read(partial(silent, timers=self._timers, now=now)):
            try:
                done = await self._core.change(conversation_id, partial(move, epoch=epoch, timers=self._timers))
            except FrontdeskError as problem:
                # One that cannot be moved must not keep the others open.
                logger.warning("idle.failed", code=problem.code, conversation_id=conversation_id)
                continue
            except Exception:
                logger.exception("idle.failed", conversation_id=conversation_id)
                continue
            if done:
                MOVES.labels(done).inc()


def silent(connection: sa.Connection, timers: Timers, now: datetime) -> list[tuple[str, int]]:
    """Id and epoch of conversations in which nothing happened for a while and nothing is owed."""
    query = (
        sa.select(C.id, C.epoch)
        .where(
            C.state == "open",
            C.owner != "queue",
            C.episode_id.is_not(None),
            C.turn_id.is_(None),
            C.last_event_at <= stamp(now - timers.shortest),
            ~_word_owed(),
            *_nothing_owed(C.id),
        )
        .order_by(C.last_event_at)
        .limit(BATCH)
    )
    return [(row.id, row.epoch) for row in connection.execute(query)]


def move(log: LogWriter, epoch: int, timers: Timers) -> Step | None:
    """Ask or close, where that is still due under this epoch."""
    conversation = log.conversation
    if conversation.epoch != epoch or conversation.turn_id is not None or _something_owed(log):
        return None
    step = next_step(_silence_of(log), timers)
    if step == "ask":
        minutes = max(1, round(timers.close.total_seconds() / 60))
        asked = notices_for(conversation.locale).asking_whether_there(minutes)
        conversation.nudged_seq = log.append(MessageSent(asked, author="system"), "system")["seq"]
    elif step == "close":
        _close(log)
    return step


def _close(log: LogWriter) -> None:
    with_person = rules.kind(log.conversation.owner) == "agent"
    outcome = NO_REPLY if with_person else None
    episodes.close_open(log, SILENCE)
    log.change_owner(ConversationClosed(SILENCE, outcome, wording.FELL_SILENT), "system")
    log.conversation.nudged_seq = None
    if with_person:
        mine = (t.handoffs.c.conversation_id == log.conversation.id, t.handoffs.c.state == "accepted")
        ended = {"state": "closed", "ended_at": log.now, "outcome": outcome, "cause": wording.FELL_SILENT}
        log.connection.execute(sa.update(t.handoffs).where(*mine).values(**ended, cause_code="other"))


def _silence_of(log: LogWriter) -> Silence:
    conversation = log.conversation
    e = t.events.c
    newest = sa.select(sa.func.max(e.seq)).where(e.conversation_id == conversation.id, e.type == "message.sent")
    return Silence(
        conversation.owner,
        log.connection.execute(newest).scalar(),
        log.connection.execute(sa.select(_word_owed()).where(C.id == conversation.id)).scalar_one(),
        conversation.nudged_seq,
        log.moment - parse(conversation.last_event_at),
    )


def _word_owed() -> sa.ColumnElement[bool]:
    """For a row of ``conversations``: whether the customer waits for a word; a person's, where a person has it. What
    waits for somebody's answer must not fill the batch and keep all else open."""
    e = t.events.c
    said = sa.select(e.source).where(e.conversation_id == C.id, e.type == "message.sent")
    newest_by = said.order_by(e.seq.desc()).limit(1).scalar_subquery()
    return sa.case((C.owner.startswith("agent:"), answering.word_owed(C.id)), else_=newest_by == "customer")


def _something_owed(log: LogWriter) -> bool:
    this = sa.literal(log.conversation.id)
    return not log.connection.execute(sa.select(sa.and_(*_nothing_owed(this)))).scalar_one()


def _nothing_owed(conversation_id: sa.ColumnElement[str]) -> tuple[sa.ColumnElement[bool], ...]:
    """No open promise, no decision asked for, no message that waits for the assistant."""
    owed = (
        (t.promises.c.conversation_id, t.promises.c.kept_at.is_(None)),
        (t.approvals.c.conversation_id, t.approvals.c.state == "wanted"),
        (t.inbox.c.conversation_id, sa.true()),
    )
    return tuple(~sa.exists().where(column == conversation_id, still) for column, still in owed)
