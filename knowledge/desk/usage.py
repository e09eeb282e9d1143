"""What was asked, and what came of it: the loop that ends with "Did this solve it?".

``AskedAnswerer`` answers the bot and keeps each question, redacted, with the passage it was shown. Later the events of
the conversation's log are observed, in order, and each question gets its outcome:

    the answer reached the customer                          shown (an answer that was never sent counts nowhere)
    "yes, that's solved" / "not yet" about the last answer   solved / not_solved
    a person was asked for after it                          handed_over, and noted beside a "not yet"
    the conversation went on to something else               moved_on: nothing was said about the answer
    the conversation ended                                   silence: nothing was said either
    an agent names a question that no article answers        a gap of its own, as unanswered
    the same customer asks nearly the same elsewhere, later  repeat contact, beside the outcome

Observing an event twice changes nothing. Silence and moving on are never counted as solved.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
import structlog

from handoff.contract.redact import redact
from handoff.contract.turn import TurnContext
from knowledge import dialogue
from knowledge.answer import Answer
from knowledge.clock import Clock, stamp
from knowledge.database import Database
from knowledge.desk import questions
from knowledge.desk.gap_rules import GapRules, is_gap
from knowledge.desk.gap_store import join, leave, recount
from knowledge.desk.questions import Asked, Channel, Stored, q
from knowledge.embeddings import SentenceEmbeddings, Vectors
from knowledge.retrieve import MAX_QUERY, Trace

REPEAT_WITHIN = timedelta(days=7)
SAME_MATTER = 0.75
"""Cosine from which a later question of the same customer is about the same thing."""
MAX_KEPT = 500
"""Characters of a question that are kept."""
GATHER = timedelta(seconds=0.2)
"""How long the bot's questions wait for others to be stored together."""
MAX_BATCH = 50
"""Questions that are stored in one transaction at most."""

log = structlog.get_logger(__name__)
Event = Mapping[str, Any]
"""An event of a conversation's log, in the contract's envelope."""


@dataclass(frozen=True)
class _Pending:
    """A question that is to be stored: redacted, with the other columns of ``Asked`` by name."""

    question: str
    values: dict[str, Any]
    asked_at: datetime


class Answers(Protocol):
    async def answer(
        self, question: str, *, audience: str, locale: str = "", history: Sequence[str] = ()
    ) -> Answer: ...


class AskedAnswerer:
    """Answers as ``Answerer`` does, and keeps the question once the answer is on its way."""

    def __init__(self, answers: Answers, record: Callable[..., None]) -> None:
        self._answers = answers
        self._record = record

    async def answer(
        self,
        question: str,
        *,
        audience: str,
        locale: str = "",
        history: Sequence[str] = (),
        turn: TurnContext | None = None,
    ) -> Answer:
        """``turn`` says in which conversation; without it nothing is kept."""
        answer = await self._answers.answer(question, audience=audience, locale=locale, history=history)
        if turn is not None:
            self._record(question, answer, audience=audience, turn=turn)
        return answer


class Usage:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        embeddings: SentenceEmbeddings,
        in_thread: Callable[[Callable[[], Any]], Awaitable[Any]],
        rules: GapRules,
        default_locale: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._embeddings = embeddings
        self._in_thread = in_thread
        self._rules = rules
        self._default_locale = default_locale
        self._waiting: list[_Pending] = []
        self._writing: asyncio.Task[None] | None = None
        self._at_once = asyncio.Event()

    def record(self, question: str, answer: Answer, *, audience: str, turn: TurnContext) -> None:
        """Keep a question of the bot, in the background: the customer does not wait for it."""
        self._keep(
            self._pending(
                question,
                answer.trace,
                "bot",
                audience,
                found=answer.found,
                sure=answer.sure,
                conversation_id=turn.conversation_id,
                seq=turn.seq,
                customer_digest=digest(turn.customer_id),
                **_shown(answer),
            )
        )

    async def record_search(self, question: str, trace: Trace) -> int | None:
        """Keep a search of the help centre; its id, by which a later page view is known to come from it."""
        nearest = next((one for one in trace.candidates if one.dropped is None), None)
        passage = {} if nearest is None else {**_named(nearest.chunk_id), "section": nearest.section}
        (made,) = await self._store([self._pending(question, trace, "help", "public", found=trace.found, **passage)])
        return made

    async def opened(self, question_id: int) -> None:
        """A result of a search was opened."""
        await self._database.write(
            lambda connection: questions.mark(
                connection,
                (q.id == question_id, q.channel == "help", q.outcome == "open"),
                outcome="opened",
                outcome_at=stamp(self._clock.now()),
            )
        )

    async def judged(self, question_id: int, *, helpful: bool) -> None:
        """A reader who came from a search said whether the page helped."""
        now = stamp(self._clock.now())

        def work(connection: sa.Connection) -> None:
            mine = (q.id == question_id, q.channel == "help", q.rejected_at.is_(None), q.outcome != "solved")
            if helpful:
                questions.mark(connection, mine, outcome="solved", outcome_at=now)
            elif questions.mark(connection, mine, outcome="not_solved", outcome_at=now, rejected_at=now):
                stored = questions.get(connection, question_id)
                if stored is not None:
                    join(connection, stored, self._rules, now)

        await self._database.write(work)

    async def observe(self, events: Sequence[Event], *, feed: str = "", position: int = 0) -> None:
        """Take in events of the log, those of one conversation in order. ``position`` is kept for ``feed``."""
        await self.settle()
        named = [self._named_missing(event) for event in events if event["data"].get("article_missing")]
        texts = [one.question for one in named]
        vectors = await self._in_thread(lambda: self._embeddings.vectors(texts)) if texts else ()

        def work(connection: sa.Connection) -> None:
            for event in events:
                self._observe(connection, event)
            for one, vector in zip(named, vectors, strict=True):
                self._put(connection, one, vector)
            if feed:
                questions.move_on(connection, feed, position)

        if events or feed:
            await self._database.write(work)

    async def position(self, feed: str) -> int:
        return await self._database.read(lambda connection: questions.position(connection, feed))

    async def forget(self, conversation_ids: Iterable[str]) -> int:
        """Erase what these conversations asked, from gaps and their titles, too; how many questions."""
        ids = list(conversation_ids)

        def work(connection: sa.Connection) -> int:
            mine = questions.select(connection, q.conversation_id.in_(ids)) if ids else []
            questions.delete(connection, [one.id for one in mine])
            for gap_id in sorted({one.gap_id for one in mine if one.gap_id is not None}):
                recount(connection, gap_id)
            return len(mine)

        return await self._database.write(work)

    async def settle(self) -> None:
        """Wait for what is being kept in the background, and do not let it gather any longer."""
        while self._writing is not None and not self._writing.done():
            self._at_once.set()
            await asyncio.gather(self._writing, return_exceptions=True)

    def _keep(self, pending: _Pending) -> None:
        """Questions gather for a moment and are stored together: each transaction costs more than its rows."""
        self._waiting.append(pending)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_waiting(), name="knowledge-questions")

    async def _write_waiting(self) -> None:
        while self._waiting:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GATHER.total_seconds()):
                    await self._at_once.wait()
            self._at_once.clear()
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            try:
                await self._store(batch)
            except Exception as exc:  # noqa: BLE001 - told by its name alone: it may hold the questions
                log.warning("knowledge.questions_not_kept", error=type(exc).__name__, count=len(batch))

    async def _store(self, batch: Sequence[_Pending]) -> list[int | None]:
        """Store these in one transaction; the ids of the new rows."""
        vectors = await self._in_thread(lambda: self._embeddings.vectors([one.question for one in batch]))

        def work(connection: sa.Connection) -> list[int | None]:
            return [self._put(connection, one, vector) for one, vector in zip(batch, vectors, strict=True)]

        return await self._database.write(work)

    def _pending(self, question: str, trace: Trace, channel: Channel, audience: str, **more: Any) -> _Pending:
        return _Pending(
            _kept(question),
            {
                "channel": channel,
                "audience": audience,
                "locale": trace.locale or self._default_locale,
                "confidence": trace.confidence,
                **_leaning(question, trace),
                **more,
            },
            self._clock.now(),
        )

    def _named_missing(self, event: Event) -> _Pending:
        """What an agent wrote on closing: the question that no article answers."""
        values = {
            "channel": "desk",
            "audience": "public",
            "locale": self._default_locale,
            "found": False,
            "confidence": 0.0,
            "conversation_id": event["conversation_id"],
            "seq": int(event["seq"]),
        }
        question = _kept(str(event["data"]["article_missing"]))
        return _Pending(question, values, datetime.fromisoformat(event["occurred_at"]))

    def _put(self, connection: sa.Connection, pending: _Pending, vector: Vectors) -> int | None:
        asked = Asked(question=pending.question, vector=vector, asked_at=stamp(pending.asked_at), **pending.values)
        stored = questions.insert(connection, asked)
        if stored is None:
            self._put_again(connection, asked)
            return None
        if asked.customer_digest is not None:
            _mark_repeats(connection, asked, stamp(pending.asked_at - REPEAT_WITHIN))
        if is_gap(stored):
            join(connection, stored, self._rules, asked.asked_at)
        return stored.id

    def _put_again(self, connection: sa.Connection, asked: Asked) -> None:
        """A turn that was tried again may have another answer than the first time, before anybody saw one."""
        again = questions.of_turn(connection, asked.conversation_id or "", asked.seq or 0)
        if again is None or again.shown_at is not None:
            return
        if is_gap(again) and again.gap_id is None:
            join(connection, again, self._rules, asked.asked_at)
        elif not is_gap(again) and again.gap_id is not None:
            leave(connection, again)

    def _observe(self, connection: sa.Connection, event: Event) -> None:
        kind, conversation_id, seq = event["type"], event["conversation_id"], int(event["seq"])
        now, data = str(event["occurred_at"]), event["data"]
        mine = q.conversation_id == conversation_id
        if kind == "message.sent" and event["source"] == "bot" and data.get("reply_to"):
            answered = [int(one) for one in data["reply_to"]]
            cited = [_cites(one) for one in data.get("citations") or ()]
            # In the place of an answer that was held back, or came too late, something else is sent.
            told = sa.or_(q.found.is_(False), *cited)
            questions.mark(connection, (mine, q.seq.in_(answered), q.shown_at.is_(None), told), shown_at=now)
            # A "you're welcome" leaves the question open; another answer, a choice or a deed does not.
            if any(data.get(name) for name in ("citations", "choices", "operations")):
                earlier = (mine, q.seq < min(answered), q.outcome == "open", q.shown_at.is_not(None))
                questions.mark(connection, earlier, outcome="moved_on", outcome_at=now)
        elif kind == "feedback.given" and data["kind"] in ("solved", "not_solved"):
            stored = questions.last_before(connection, conversation_id, seq)
            if stored is not None and stored.found:
                self._judge(connection, stored, data["kind"], now)
        elif kind == "handoff.requested":
            stored = questions.last_before(connection, conversation_id, seq)
            if stored is not None and stored.outcome in ("open", "not_solved") and stored.handed_over_at is None:
                outcome = "handed_over" if stored.outcome == "open" else stored.outcome
                questions.mark(connection, (q.id == stored.id,), handed_over_at=now, outcome=outcome, outcome_at=now)
        elif kind in ("episode.closed", "conversation.closed"):
            questions.mark(connection, (mine, q.seq < seq, q.outcome == "open"), outcome="silence", outcome_at=now)

    def _judge(self, connection: sa.Connection, stored: Stored, kind: str, now: str) -> None:
        """The customer's word about the last answer: the latest holds, also against silence. What is said after a
        person was asked for is said about the person."""
        if stored.handed_over_at is not None or stored.outcome == "moved_on":
            return
        if stored.outcome_at is not None and now <= stored.outcome_at:
            return
        mine = (q.id == stored.id,)
        if kind == "solved":
            questions.mark(connection, mine, outcome="solved", outcome_at=now)
            if stored.gap_id is not None:
                leave(connection, stored)
        else:
            questions.mark(connection, mine, outcome="not_solved", outcome_at=now, rejected_at=now)
            join(connection, stored, self._rules, now)


def digest(customer_id: str | None) -> str | None:
    """Names a customer across conversations without holding who it is to a reader of this table."""
    return None if customer_id is None else hashlib.sha256(f"customer\0{customer_id}".encode()).hexdigest()


def _kept(question: str) -> str:
    """What is kept of a question; no database keeps NUL. Cut when it is redacted: half an address has no form."""
    return redact(question.replace("\x00", " ").strip())[:MAX_KEPT]


def _leaning(question: str, trace: Trace) -> dict[str, Any]:
    """Whether a question leans on what was said before, and on what: the newest of it, if it is long."""
    if trace.context is None or trace.context_weight < dialogue.FOLLOW_UP_WEIGHT:
        return {"follow_up": False}
    said_before = redact(trace.context.removesuffix(question[:MAX_QUERY].strip()).replace("\x00", " ")).strip()
    return {"follow_up": True, "said_before": said_before[-dialogue.MAX_TURN :]}


def _mark_repeats(connection: sa.Connection, asked: Asked, since: str) -> None:
    for earlier in questions.of_customer(connection, asked.customer_digest or "", since):
        elsewhere = earlier.conversation_id != asked.conversation_id
        if elsewhere and earlier.repeated_at is None and float(earlier.vector @ asked.vector) >= SAME_MATTER:
            questions.mark(connection, (q.id == earlier.id,), repeated_at=asked.asked_at)


def _shown(answer: Answer) -> dict[str, Any]:
    """The passage behind an answer; of a question without one the nearest passage."""
    nearest = next((one for one in answer.trace.candidates if one.dropped is None), None)
    named = {} if nearest is None else {**_named(nearest.chunk_id), "section": nearest.section}
    if answer.citations:
        first = answer.citations[0]
        named |= {"article_id": first.article_id, "version": first.version, "section": first.section}
    return named


def _cites(citation: Mapping[str, Any]) -> sa.ColumnElement[bool]:
    """Whether a question's answer is from the version that an event cites."""
    return sa.and_(q.article_id == citation.get("article_id"), q.version == citation.get("version"))


def _named(chunk_id: str) -> dict[str, Any]:
    article_id, version, _ = chunk_id.rsplit(":", 2)
    return {"chunk_id": chunk_id, "article_id": article_id, "version": int(version)}
