"""Bring every turn to an end: ask Rasa, retry while that can help, say an honest word in between, store the end.

No transaction is open while Rasa thinks. A turn that no try could answer ends in the human queue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog
from prometheus_client import Counter, Histogram
from sqlalchemy.exc import SQLAlchemyError

from handoff.assistant.client import Assistant, AssistantAway, AssistantBroken
from handoff.clock import Clock, Ids
from handoff.contract.turn import ToolCall, TurnResult
from handoff.errors import FrontdeskError, Unavailable
from handoff.gateway import turns
from handoff.gateway.hub import Typing
from handoff.gateway.turns import TurnEnd, TurnLimits, TurnStart
from handoff.outbox.announcer import Announcer
from handoff.storage.database import Database

RETRY_AFTER = (0.1, 0.2, 0.4, 0.8)
STORE_AGAIN_AFTER = 0.5
STEPS_TO_ASK = 2
"""Of the event loop: the turn's task runs, then the client library's that writes the request."""

TURN_SECONDS = Histogram(
    "frontdesk_turn_seconds",
    "From the begin of a turn to its end in the log",
    buckets=(0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
TURNS = Counter("frontdesk_turns_total", "Turns by end", ["end"])

logger = structlog.get_logger(__name__)


def _nothing(turn_id: str) -> Sequence[ToolCall]:  # noqa: ARG001 - the form of the port
    return ()


class TurnRunner:
    """``calls_of`` gives, once, what the tools answered in a turn; the actions' recorder is put there."""

    calls_of: Callable[[str], Sequence[ToolCall]] = staticmethod(_nothing)

    def __init__(
        self,
        database: Database,
        assistant: Assistant,
        announcer: Announcer,
        clock: Clock,
        ids: Ids,
        limits: TurnLimits,
        notice_after: timedelta,
    ) -> None:
        self._database = database
        self._assistant = assistant
        self._announcer = announcer
        self._clock = clock
        self._ids = ids
        self._limits = limits
        self._notice_after = notice_after.total_seconds()
        self._running: set[asyncio.Task[None]] = set()
        self._in_flight: dict[str, TurnStart] = {}

    @property
    def limits(self) -> TurnLimits:
        return self._limits

    def start(self, turn: TurnStart | None) -> None:
        """Take charge of a turn that was begun in SQL."""
        if turn is not None:
            task = asyncio.create_task(self._run(turn), name=f"turn-{turn.turn_id}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def on_its_way(self) -> None:
        """Let what was started put its question to the bot, which then thinks while the caller is answered."""
        for _ in range(STEPS_TO_ASK):
            await asyncio.sleep(0)

    async def drain(self, seconds: float) -> None:
        """At shutdown: let running turns end; the rest stay in the inbox, free for whoever is there next."""
        if not self._running:
            return
        _, pending = await asyncio.wait(self._running, timeout=seconds)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for turn in tuple(self._in_flight.values()):
            try:
                await self._database.write(partial(turns.release, start=turn, now=self._clock.now()))
            except Unavailable:
                logger.warning("turn.not_released", turn_id=turn.turn_id)

    async def _run(self, turn: TurnStart) -> None:
        following: TurnStart | None = turn
        while following is not None:
            structlog.contextvars.bind_contextvars(
                correlation_id=following.request.context.correlation_id, conversation_id=following.conversation_id
            )
            running, self._in_flight[following.turn_id] = following, following
            try:
                following = await self._run_one(running)
            except Exception:
                # It stays in the inbox: the sweeper begins it again when the lease has passed.
                logger.exception("turn.stuck", turn_id=running.turn_id)
                following = None
            del self._in_flight[running.turn_id]

    async def _run_one(self, turn: TurnStart) -> TurnStart | None:
        began = self._clock.monotonic()
        self._announcer.typing(Typing(turn.conversation_id, "bot"))
        notice = asyncio.create_task(self._notice_later(turn))
        try:
            result, reason = await self._ask(turn)
        finally:
            notice.cancel()
        end = await self._store(turn, result, reason)
        TURN_SECONDS.observe(self._clock.monotonic() - began)
        TURNS.labels("taken_over" if end is None else end.state).inc()
        if end is None:
            return None
        self._announcer.announce(end.announcement)
        return end.following

    async def _ask(self, turn: TurnStart) -> tuple[TurnResult | None, str]:
        """The result, or ``None`` and why there is none."""
        tries = falls = 0
        while True:
            left = turn.give_up_at - self._clock.now()
            if left <= timedelta(0):
                return None, "out_of_time"
            seconds = min(self._limits.deadline, left)
            request = turns.with_deadline(turn.request, self._clock.now() + seconds, self._limits.context_key)
            try:
                result = await self._assistant.turn(request, seconds.total_seconds(), tries, falls)
                return replace(result, calls=list(self.calls_of(turn.turn_id))), ""
            except AssistantBroken as exc:
                logger.error("turn.broken", code=exc.code, turn_id=turn.turn_id)
                return None, exc.code
            except AssistantAway as exc:
                falls = exc.falls
                logger.warning("turn.retry", code=exc.code, turn_id=turn.turn_id, tries=tries + 1)
            except Unavailable as exc:  # the tracker's window could not be read
                logger.warning("turn.retry", code=exc.code, turn_id=turn.turn_id, tries=tries + 1)
            await self._clock.sleep(RETRY_AFTER[min(tries, len(RETRY_AFTER) - 1)])
            tries += 1

    async def _store(self, turn: TurnStart, result: TurnResult | None, reason: str) -> TurnEnd | None:
        """Store the end; storage that is away is asked again until the lease would pass to another."""
        until = turn.give_up_at + turns.ROOM_TO_STORE
        while True:
            now = self._clock.now()
            if result is None:
                end = partial(turns.fail, start=turn, reason=reason, now=now, ids=self._ids, limits=self._limits)
            else:
                end = partial(turns.finish, start=turn, result=result, now=now, ids=self._ids, limits=self._limits)
            try:
                return await self._database.write(end)
            except Unavailable:
                if now >= until:
                    raise
                await self._clock.sleep(STORE_AGAIN_AFTER)
            except (FrontdeskError, SQLAlchemyError, ValueError) as exc:
                if result is None:
                    raise
                # Well-formed and yet not to be stored, such as an approval for an operation that is not there.
                logger.exception("turn.not_storable", error=type(exc).__name__, turn_id=turn.turn_id)
                result, reason = None, "result_not_storable"

    async def _notice_later(self, turn: TurnStart) -> None:
        await self._clock.sleep(self._notice_after)
        if not turn.reply_to:
            return
        now = self._clock.now()
        try:
            said = await self._database.write(lambda connection: turns.notice(connection, turn, now, self._ids))
        except Unavailable:
            logger.warning("turn.notice_not_stored", turn_id=turn.turn_id)
        else:
            self._announcer.announce(said)
