"""The dispatcher: drains the queue towards people, takes back what they left, and tells customers where they stand.

It wakes when the queue or presence changes, and once a second. What it decides is a proposal: each step is checked
again in its own transaction, so several processes may dispatch at once. Presence is a hint; while nobody can say who
is there (Redis is away), nobody gets an offer and nobody loses a conversation for being absent.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog
from prometheus_client import Counter

from handoff.agents.presence import Presence, State
from handoff.clock import parse, stamp
from handoff.conversations.log import LogWriter
from handoff.core import Core
from handoff.episodes import promises
from handoff.errors import FrontdeskError
from handoff.gateway.hub import DESK, Listener, Signal
from handoff.queue import moves, waiting
from handoff.queue.answering import answer_due, read_unanswered
from handoff.queue.board import Board, candidate_of, read_board, wanted_of
from handoff.queue.estimate import Place, pools_of, stand_in_line
from handoff.queue.matching import Candidate, nobody_left, plan_offers
from handoff.queue.order import Order
from handoff.queue.routing import opens_at

MOVES = Counter("frontdesk_queue_moves_total", "Offers, their ends, and releases", ["move"])
RELEVANT = ("handoff.queued", "handoff.accepted", "handoff.returned", "handoff.declined", "conversation.closed")

SHORTEST_PAUSE = 0.02
"""Seconds between two rounds."""
PAUSE_PER_ROUND = 4.0

logger = structlog.get_logger(__name__)


class Dispatcher:
    def __init__(self, core: Core, presence: Presence, order: Order, every: float = 1.0) -> None:
        self._core = core
        self._plan = core.runner.limits.plan
        self._presence = presence
        self._order = order
        self._every = every
        self._changed = asyncio.Event()
        self._online: set[str] = set()
        self._had: dict[str, set[str]] = {}
        presence.on_change = self._changed.set

    async def run_forever(self) -> None:
        with self._core.hub.listen(DESK) as listener:
            while True:
                began = time.monotonic()
                try:
                    await self.tick()
                except FrontdeskError as problem:
                    logger.warning("dispatch.waits", code=problem.code)
                except Exception:
                    logger.exception("dispatch.failed")
                # A crowd that comes at once is one round: a round reads the whole queue, so rounds may not follow each
                # other closer than they take long.
                await asyncio.sleep(max(SHORTEST_PAUSE, PAUSE_PER_ROUND * (time.monotonic() - began)))
                await self._until_due(listener)

    async def _until_due(self, listener: Listener) -> None:
        """The next change of the queue or of who is there, or the pause."""
        waits = {asyncio.create_task(self._changed.wait()), asyncio.create_task(_queue_moves(listener))}
        try:
            await asyncio.wait(waits, timeout=self._every, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
        self._changed.clear()
        listener.overflowed.clear()

    async def tick(self) -> None:
        """One round: releases, warnings, ends of offers, new offers, places told."""
        await self._presence.refresh()
        states = await self._presence.states()
        board = await self._core.database.read(read_board)
        await self._order.keep(board.waiting)
        now = self._core.clock.now()
        owed = await self._owed_by_who_is_away(board, states)
        for row in board.accepted:
            await self._look_after(row, board, states, owed, now)
        warning = self._core.settings.promise_warning
        for promise in await self._core.database.read(lambda c: promises.to_warn(c, now, warning)):
            await self._step("promise_warned", promise, partial(promises.warn, promise_id=promise["id"]))
        if states is None:
            return
        # Who went away or left, not who was away when a colleague passed it to them, nor of whom Redis forgot the sign.
        left = {name for name in self._online if states.get(name) in ("away", "offline")}
        await self._give_new_chances(board, states)
        there = self._there(board, states, now)
        await self._begin_new_rounds(board, there, now)
        for row in board.waiting:
            asked = row["offered_to"]
            early = asked in left or not board.works(asked)
            if asked and (early or row["offer_expires_at"] <= stamp(now)):
                await self._step("expired", row, partial(_end_offer, row["id"], asked, early=early))
        free = [row for row in board.waiting if not row["offered_to"] or row["offer_expires_at"] <= stamp(now)]
        rows = {row["id"]: row for row in free}
        planned = plan_offers([wanted_of(row, self._plan) for row in free], there)
        offers = {row["id"]: row["offered_to"] for row in board.waiting if row["id"] not in rows}
        offer_for = self._core.settings.offer_for
        for handoff_id, agent_id in planned.items():
            make = partial(moves.offer, handoff_id=handoff_id, agent_id=agent_id, offer_for=offer_for)
            if await self._step("offered", rows[handoff_id], make):
                offers[handoff_id] = agent_id
        await self._tell_places(board, there, offers, now)

    async def _owed_by_who_is_away(self, board: Board, states: dict[str, State] | None) -> dict[str, str | None]:
        """Since when customers wait for a word of somebody who is away, by hand-over. Who is at the desk may take
        longer over a later answer: the desk shows them that it is late."""
        away = [row["id"] for row in board.accepted if states and states.get(row["agent_id"]) == "away"]
        return await self._core.database.read(lambda c: read_unanswered(c, away)) if away else {}

    async def _look_after(
        self,
        row: waiting.Row,
        board: Board,
        states: dict[str, State] | None,
        owed: dict[str, str | None],
        now: datetime,
    ) -> None:
        """Release what its agent does not answer, left, or may not have any more."""
        agent = row["agent_id"]
        due = answer_due(row, owed.get(row["id"]), self._core.settings.answer_within)
        if not board.works(agent):
            await self._release(row, agent, "switched_off")
        elif due is not None and due <= stamp(now):
            await self._release(row, agent, "no_answer")
        elif states is not None:
            gone = states.get(agent, "offline") == "offline"
            since = row["missing_since"]
            if gone and since is None:
                await self._mark(row, stamp(now))
            elif not gone and since is not None:
                await self._mark(row, None)
            elif gone and parse(since) + self._core.settings.disconnect_grace <= now:
                await self._release(row, agent, "disconnected")

    async def _release(self, row: waiting.Row, agent: str, reason: str) -> None:
        within = self._core.settings.answer_within
        release = partial(moves.release, handoff_id=row["id"], agent_id=agent, answer_within=within)
        await self._step(reason, row, partial(release, reason=reason))

    async def _mark(self, row: waiting.Row, since: str | None) -> None:
        """Remember in SQL since when the agent is not there, so that a restart does not begin the grace again."""
        await self._core.database.write(lambda c: moves.set_row(c, row["id"], missing_since=since))

    async def _give_new_chances(self, board: Board, states: dict[str, State]) -> None:
        """Who signs in, or has ended a conversation, may be offered again what they passed by before.

        One that they passed on or lost has not ended: it frees a place, and would come back to them at once.
        """
        online = {name for name, state in states.items() if state == "online"}
        going_on = {row["id"] for row in (*board.waiting, *board.accepted)}
        fresh = {name for name in online if name not in self._online or self._had.get(name, set()) - going_on}
        self._online = online
        self._had = {name: {row["id"] for row in board.accepted if row["agent_id"] == name} for name in online}
        for row in board.waiting:
            if fresh & set(row["passed_by"]):
                left = sorted(set(row["passed_by"]) - fresh)
                await self._core.database.write(partial(_set_passed, handoff_id=row["id"], passed_by=left))

    async def _begin_new_rounds(self, board: Board, there: dict[str, Candidate], now: datetime) -> None:
        """After a pause, what everybody there passed by is offered to them once more."""
        before = stamp(now - self._core.settings.offer_again_after)
        for row in board.waiting:
            rested = row["offered_to"] is None and (row["offer_expires_at"] or "") <= before
            if rested and nobody_left(wanted_of(row, self._plan), there.values()):
                await self._core.database.write(partial(_set_passed, handoff_id=row["id"], passed_by=[]))

    def _there(self, board: Board, states: dict[str, State], now: datetime) -> dict[str, Candidate]:
        """Everybody who is online and works at the desk, with what they have and were just offered."""
        there = {}
        for name, person in board.people.items():
            if states.get(name) == "online" and board.works(name):
                offered = sum(
                    row["weight"]
                    for row in board.waiting
                    if row["offered_to"] == name and row["offer_expires_at"] > stamp(now)
                )
                there[name] = candidate_of(person, board.load(name) + offered)
        return there

    async def _tell_places(
        self, board: Board, there: dict[str, Candidate], offers: dict[str, str], now: datetime
    ) -> None:
        line = [wanted_of(row, self._plan) for row in board.waiting]
        departments = {one.department for one in line}
        # An offer takes no place of its own: what it is for stands in the line.
        pools = pools_of(departments, [replace(one, load=board.load(one.id)) for one in there.values()])
        stands = stand_in_line(line, offers, pools, board.pace)
        opening = {department: opens_at(self._plan, department, now) for department in departments}
        for row, (position, seconds) in zip(board.waiting, stands, strict=True):
            closed = opening[row["department"]]
            place = Place(
                position,
                staffed=seconds is not None,
                estimate_seconds=None if closed else seconds,
                opens_at=stamp(closed) if closed else None,
            )
            if waiting.should_tell(row, place, now):
                await self._step("told", row, partial(waiting.tell, handoff_id=row["id"], place=place, plan=self._plan))

    async def _step(self, move: str, row: waiting.Row, work: Callable[[LogWriter], bool]) -> bool:
        """Whether it was done. One conversation that cannot be moved must not keep the others waiting."""
        try:
            if await self._core.change(row["conversation_id"], work):
                MOVES.labels(move).inc()
                return True
        except FrontdeskError as problem:
            logger.warning("dispatch.step_failed", move=move, code=problem.code, row_id=row["id"])
        except Exception:
            logger.exception("dispatch.step_failed", move=move, row_id=row["id"])
        return False


def _end_offer(handoff_id: str, agent_id: str, log: LogWriter, *, early: bool) -> bool:
    return moves.end_offer(log, handoff_id, agent_id, "expired", early=early)


def _set_passed(connection: waiting.Connection, handoff_id: str, passed_by: list[str]) -> None:
    moves.set_row(connection, handoff_id, passed_by=passed_by)


async def _queue_moves(listener: Listener) -> bool:
    while not _moves_the_queue(await listener.queue.get()):
        pass
    return True


def _moves_the_queue(signal: Signal) -> bool:
    events = getattr(signal, "events", None)
    return events is None or any(event["type"] in RELEVANT for event in events)
