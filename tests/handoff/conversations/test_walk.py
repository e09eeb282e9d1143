"""Random walks over everything that can happen to a conversation: the real moves of people, customers, turns, clocks
and crashes, on both engines, checked against the table of who may speak."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from handoff.agents.service import Principal
from handoff.contract.events import ConversationClosed, ConversationOpened, MessageSent
from handoff.contract.turn import BotMessage, HandoffDirective, Triage, TurnResult
from handoff.conversations import reopening, rules
from handoff.conversations.log import Conversation, LogWriter, read_events
from handoff.conversations.rules import TRANSITIONS, next_owner
from handoff.episodes import idle
from handoff.episodes import rules as episodes
from handoff.errors import FrontdeskError
from handoff.gateway import inbox, turns
from handoff.gateway.turns import TurnLimits, TurnStart
from handoff.history.checker import check
from handoff.history.load import load
from handoff.queue import endings, moves
from handoff.queue import reopening as desk_reopening
from handoff.queue.enqueue import enqueue
from handoff.queue.plan import default_plan
from handoff.settings import HandoffSettings
from handoff.storage import tables as t
from handoff.storage.database import create_engine
from handoff.surveys import service as surveys
from tests.support.clock import CountingIds, FakeClock

pytestmark = pytest.mark.service

T = TypeVar("T")
LIMITS = TurnLimits(timedelta(seconds=8), timedelta(seconds=30), b"k" * 32)
EVENTS = sorted({event for _, event in TRANSITIONS})
TRIAGE = Triage("continue", "none", 0.0, 0.0)
MINUTE = timedelta(minutes=1)
TIMERS = idle.Timers(bot=15 * MINUTE, agent=30 * MINUTE, close=10 * MINUTE)
KEPT = ("agents", "agent_sessions", "audit")
AGENTS = st.integers(0, 1)
PERSON = st.sampled_from([None, None, None, 0, 1])
WHICH = st.sampled_from([0, 0, 0, 0, 1, 2])


class Walk(RuleBasedStateMachine):
    """One conversation. ``running`` are turns that some process believes to be its own, dead ones among them;
    ``seen`` are the hand-overs that a process has read and may act upon later."""

    def __init__(self, engine: sa.Engine, settings: HandoffSettings) -> None:
        super().__init__()
        self.engine = engine
        self.settings = settings

    @initialize()
    def begin(self) -> None:
        self.clock, self.ids = FakeClock(), CountingIds()
        self.running: list[TurnStart] = []
        self.acknowledged: dict[str, int] = {}
        self.seen: list[str] = []
        row = Conversation("cnv_1", None, None, "none", "web", "en", "bot", 1, 0, "open", 0, None, None, None, "", "")

        def work(connection: sa.Connection) -> None:
            for table in reversed(t.metadata.sorted_tables):
                if table.name not in KEPT:
                    connection.execute(sa.delete(table))
            connection.execute(sa.insert(t.conversations).values(**vars(row)))
            log = LogWriter(connection, replace(row), self.clock.now(), self.ids)
            log.append(ConversationOpened("web"), "system")
            log.save()
            people = connection.execute(sa.select(t.agents).where(t.agents.c.capacity > 0).order_by(t.agents.c.name))
            self.people = [
                Principal(p.id, p.email, p.name, tuple(p.roles), tuple(p.departments), p.capacity, "") for p in people
            ]

        self.unit(work)
        self.begun = True

    def teardown(self) -> None:
        if hasattr(self, "begun"):
            self._settle()
            self._check(settled=True)

    def unit(self, work: Callable[[sa.Connection], T]) -> T:
        """A unit of work as the database runs it: all of it or nothing."""
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                result = work(connection)
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
            return result

    def change(self, work: Callable[[LogWriter], Any]) -> None:
        """As ``Core.change`` does: the work, then a turn if one is due. A refusal changes nothing."""

        def unit(connection: sa.Connection) -> TurnStart | None:
            log = LogWriter.locked(connection, "cnv_1", self.clock.now(), self.ids)
            before = log.conversation.epoch
            work(log)
            surveys.follow(log, self.settings)
            turn = turns.begin(log, LIMITS)
            log.save()
            assert log.conversation.epoch >= before
            return turn

        with suppress(FrontdeskError):
            self.keep(self.unit(unit))
        with self.engine.connect() as connection:
            newest = connection.execute(sa.select(t.handoffs.c.id).order_by(t.handoffs.c.seq.desc())).scalar()
        if newest is not None:
            self.seen.append(newest)

    def keep(self, turn: TurnStart | None) -> None:
        if turn is not None:
            self.running.append(turn)

    @property
    def row(self) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(sa.select(t.conversations)).one()

    def on_handoff(self, which: int, work: Callable[[LogWriter, str], Any]) -> None:
        """A move on a hand-over that was seen some time ago: the newest, or one that has had its end."""
        if self.seen:
            this = self.seen[-1 - which * 4 % len(self.seen)]
            self.change(lambda log: work(log, this))

    def person(self, log: LogWriter, handoff_id: str, who: int | None) -> Principal:
        """One of the two; ``None``: whoever has, or had, the hand-over, so that walks get past what is theirs alone."""
        agent = moves.find_row(log.connection, handoff_id)["agent_id"]
        return next((one for one in self.people if who is None and one.id == agent), self.people[who or 0])

    @rule(who=AGENTS, which=WHICH)
    def accept(self, who: int, which: int) -> None:
        me = self.people[who]
        self.on_handoff(which, lambda log, this: moves.accept(log, this, me, 3 * MINUTE))

    @rule(who=AGENTS, which=WHICH, to=st.sampled_from([None, 0, 1]))
    def transfer(self, who: int, which: int, to: int | None) -> None:
        me, other = self.people[who], self.people[to] if to is not None else None

        def work(log: LogWriter, this: str) -> None:
            row = moves.must_own(log, this, me)
            rest = {"queue": None, "department": None, "note": "see above", "offer_for": MINUTE}
            moves.transfer(log, default_plan(), row, me, to_agent=other, **rest)  # type: ignore[arg-type]

        self.on_handoff(which, work)

    @rule(who=AGENTS, which=WHICH)
    def hand_back(self, who: int, which: int) -> None:
        self.on_handoff(which, lambda log, this: endings.hand_back(log, this, self.people[who], "was helped"))

    @rule(who=PERSON, which=WHICH, outcome=st.sampled_from(["resolved", "unresolved"]))
    def close(self, who: int | None, which: int, outcome: str) -> None:
        def work(log: LogWriter, this: str) -> None:
            me = self.person(log, this, who)
            endings.close(log, this, me, ConversationClosed(me.id, outcome, "done", cause_code="other"))

        self.on_handoff(which, work)

    @rule(who=PERSON, which=WHICH, there=st.booleans())
    def reopen(self, who: int | None, which: int, there: bool) -> None:
        again = partial(desk_reopening.reopen, plan=default_plan(), answer_within=3 * MINUTE, there=there)
        self.on_handoff(which, lambda log, this: again(log, this, self.person(log, this, who)))

    @rule(who=AGENTS, which=WHICH, text=st.sampled_from(["I am on it", "done"]))
    def agent_says(self, who: int, which: int, text: str) -> None:
        me = self.people[who]

        def work(log: LogWriter, this: str) -> None:
            moves.answered(log, moves.must_own(log, this, me))
            log.append(MessageSent(text, me.id, self.ids.new("cm")), "agent")

        self.on_handoff(which, work)

    @rule(who=AGENTS, which=WHICH, reason=st.sampled_from(["no_answer", "disconnected", "switched_off"]))
    def release(self, who: int, which: int, reason: Any) -> None:
        self.on_handoff(which, lambda log, this: moves.release(log, this, self.people[who].id, reason, MINUTE))

    @rule(who=AGENTS, which=WHICH)
    def offer(self, who: int, which: int) -> None:
        self.on_handoff(which, lambda log, this: moves.offer(log, this, self.people[who].id, MINUTE))

    @rule(who=AGENTS, which=WHICH, reason=st.sampled_from(["declined", "expired"]))
    def end_offer(self, who: int, which: int, reason: Any) -> None:
        self.on_handoff(which, lambda log, this: moves.end_offer(log, this, self.people[who].id, reason))

    @rule(again=st.booleans())
    def message(self, again: bool) -> None:
        """``again``: the network lost the answer, and the widget sends the same once more."""
        name = f"m{max(0, len(self.acknowledged) - again)}"

        def work(log: LogWriter) -> None:
            if name in self.acknowledged:
                return
            reopening.reopen_if_closed(log)
            episodes.ensure_open(log)
            event = log.append(MessageSent(f"text {name}", "customer", name), "customer")
            self.acknowledged[name] = event["seq"]
            if log.conversation.owner == "bot":
                inbox.put(log, event["seq"], "message")

        self.change(work)

    @rule()
    def button(self) -> None:
        def work(log: LogWriter) -> None:
            reopening.reopen_if_closed(log)
            if log.conversation.owner == "bot":
                episodes.ensure_open(log)
                enqueue(log, "explicit_request", "customer", plan=default_plan())

        self.change(work)

    @rule()
    def not_solved(self) -> None:
        self.change(lambda log: reopening.not_solved(log, None, default_plan()))

    @rule(late=st.integers(0, 1), minutes=st.sampled_from([1, 16, 40]))
    def silence(self, late: int, minutes: int) -> None:
        """Time passes, and a timer goes off that was set under some epoch."""
        self.clock.advance(60 * minutes)
        epoch = self.row.epoch - late
        moved: list[idle.Step | None] = []
        self.change(lambda log: moved.append(idle.move(log, epoch, TIMERS)))
        assert not late or moved == [None], "a timer of an older epoch moved the conversation"

    @rule(which=st.integers(0, 5), answer=st.sampled_from(["text", "two texts", "empty", "hand over", "failed"]))
    def turn_ends(self, which: int, answer: str) -> None:
        """Any turn that somebody holds, an old one too: late results are part of the walk."""
        if self.running:
            self._end(self.running.pop(which % len(self.running)), answer)

    def _end(self, start: TurnStart, answer: str) -> None:
        texts = {"text": ["an answer"], "two texts": ["one", "two"], "hand over": ["a person will"]}.get(answer, [])
        wants = [HandoffDirective("frustration")] if answer == "hand over" else []
        messages = [BotMessage(text) for text in texts]
        result = TurnResult(messages, list(wants), TRIAGE, [], [], [], 1, "scripted")
        now = self.clock.now()
        before = self.row

        def work(connection: sa.Connection) -> Any:
            if answer == "failed":
                return turns.fail(connection, start, "not_reached", now, self.ids, LIMITS)
            return turns.finish(connection, start, result, now, self.ids, LIMITS)

        end = self.unit(work)
        if end is not None:
            self.keep(end.following)
            said = [e for e in end.announcement.events if e["type"] == "message.sent" and e["source"] == "bot"]
            assert not said or before.epoch == start.epoch, "the bot spoke under an epoch that had ended"
        else:
            assert before.turn_id != start.turn_id

    @rule()
    def notice(self) -> None:
        if self.running:
            self.unit(lambda c: turns.notice(c, self.running[-1], self.clock.now(), self.ids))

    @rule(forget=st.booleans())
    def crash_and_recover(self, forget: bool) -> None:
        """The app dies and comes back. Without ``forget`` the old process lives on unseen and may still answer."""
        if forget:
            self.running.clear()
        self.unit(lambda connection: turns.release_orphans(connection, self.clock.now()))
        self.change(lambda log: None)

    @rule()
    def lease_passes(self) -> None:
        self.clock.advance(45)
        self.change(lambda log: None)

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "begun"):
            self._check(settled=False)

    def _check(self, settled: bool) -> None:
        with self.engine.connect() as connection:
            events = read_events(connection, "cnv_1", 0, 10_000)
            history = load(connection, "cnv_1", acknowledged=self.acknowledged, settled=settled, trackers=False)
            with_people = sa.select(t.handoffs).where(t.handoffs.c.state.in_(("queued", "accepted")))
            live = connection.execute(with_people).all()
        assert [str(violation) for violation in check(history)] == []
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        row = self.row
        assert (row.head_seq, row.epoch) == (events[-1]["seq"], events[-1]["epoch"])
        moved = [e for e in events if e["type"] in EVENTS]
        # Beside a move a transfer has a second event, which says only where in line the conversation now stands.
        moved = [e for i, e in enumerate(moved) if i == 0 or moved[i - 1]["epoch"] != e["epoch"]]
        assert [event["epoch"] for event in moved] == list(range(2, row.epoch + 1))
        owner = "bot"
        for event in moved:
            owner = next_owner(owner, event["type"], event["data"].get("agent_id"))
        assert row.owner == owner
        # One owner, and the queue's rows say the same as the log.
        told = [f"agent:{one.agent_id}" if one.state == "accepted" else "queue" for one in live]
        assert told == ([row.owner] if rules.kind(row.owner) in ("agent", "queue") else [])

    def _settle(self) -> None:
        """Everything that is still running comes to its end, and nothing is left to wait."""
        for _ in range(20):
            while self.running:
                self._end(self.running.pop(), "text")
            self.clock.advance(60)
            self.change(lambda log: None)
            if not self.running:
                break
        with self.engine.connect() as connection:
            assert connection.execute(sa.select(sa.func.count()).select_from(t.inbox)).scalar() == 0
            running = sa.select(sa.func.count()).select_from(t.turns).where(t.turns.c.state == "running")
            assert connection.execute(running).scalar() == 0


def test_no_walk_breaks_a_rule(settings: HandoffSettings) -> None:
    engine = create_engine(settings.database_url)
    try:
        run_state_machine_as_test(partial(Walk, engine, settings), settings=THOROUGH)
    finally:
        engine.dispose()


THOROUGH = settings(
    max_examples=40, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
