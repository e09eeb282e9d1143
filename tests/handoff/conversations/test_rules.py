"""Random walks over everything that can happen to a conversation, checked against the table of who may speak."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from handoff.contract.events import (
    ConversationClosed,
    ConversationOpened,
    ConversationReopened,
    HandoffAccepted,
    HandoffQueued,
    HandoffReturned,
    HandoffTransferred,
    MessageSent,
)
from handoff.contract.turn import BotMessage, HandoffDirective, Triage, TurnResult
from handoff.conversations import rules
from handoff.conversations.log import Conversation, LogWriter, read_events
from handoff.conversations.rules import TRANSITIONS, IllegalTransition, next_owner
from handoff.gateway import turns
from handoff.gateway.turns import TurnLimits, TurnStart
from handoff.history.checker import check
from handoff.history.load import load
from handoff.queue.enqueue import enqueue
from handoff.storage import tables as t
from handoff.storage.database import create_engine
from tests.support.clock import CountingIds, FakeClock

pytestmark = pytest.mark.service

T = TypeVar("T")
LIMITS = TurnLimits(timedelta(seconds=8), timedelta(seconds=30), b"k" * 32)
OWNERS = ("bot", "queue", "agent:a", "none")
EVENTS = sorted({event for _, event in TRANSITIONS})
TRIAGE = Triage("continue", "none", 0.0, 0.0)


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("event", EVENTS)
def test_every_step_is_in_the_table_or_refused(owner: str, event: str) -> None:
    wanted = TRANSITIONS.get((rules.kind(owner), event))
    if wanted is None:
        with pytest.raises(IllegalTransition) as info:
            next_owner(owner, event, "b")
        assert info.value.code == "illegal_transition"
    else:
        assert next_owner(owner, event, "b") == ("agent:b" if wanted == "agent" else wanted)


def test_the_table_is_the_one_that_was_agreed() -> None:
    """Written out a second time, so that nobody changes who may speak by accident."""
    assert {f"{a} {event} {b}" for (a, event), b in TRANSITIONS.items()} == {
        "bot handoff.queued queue",
        "queue handoff.accepted agent",
        "agent handoff.released queue",
        "agent handoff.transferred queue",
        "agent handoff.returned bot",
        "bot conversation.closed none",
        "queue conversation.closed none",
        "agent conversation.closed none",
        "none conversation.reopened bot",
    }


def test_an_owner_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="not an owner"):
        rules.kind("somebody")


class Walk(RuleBasedStateMachine):
    """One conversation. ``running`` are turns that some process believes to be its own, dead ones among them."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.engine = create_engine(f"sqlite:///{Path(self.folder.name)}/walk.db")
        t.metadata.create_all(self.engine)
        self.clock, self.ids = FakeClock(), CountingIds()
        self.running: list[TurnStart] = []
        self.acknowledged: dict[str, int] = {}
        self.handoff = ""
        self.epochs: list[tuple[str, int]] = [("bot", 1)]
        row = Conversation("cnv_1", None, None, "none", "web", "en", "bot", 1, 0, "open", 0, None, None, None, "", "")

        def work(connection: sa.Connection) -> None:
            connection.execute(sa.insert(t.conversations).values(**vars(row)))
            log = LogWriter(connection, replace(row), self.clock.now(), self.ids)
            log.append(ConversationOpened("web"), "system")
            log.save()

        self.unit(work)

    def teardown(self) -> None:
        if not hasattr(self, "engine"):
            return
        self._settle()
        self._check(settled=True)
        self.engine.dispose()
        self.folder.cleanup()

    def unit(self, work: Callable[[sa.Connection], T]) -> T:
        """A unit of work as the database runs it: all of it or nothing."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                result = work(connection)
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
            return result

    def change(self, work: Callable[[LogWriter], Any]) -> None:
        """As ``Core.change`` does: the work, then a turn if one is due."""

        def unit(connection: sa.Connection) -> TurnStart | None:
            log = LogWriter.locked(connection, "cnv_1", self.clock.now(), self.ids)
            before = (log.conversation.owner, log.conversation.epoch)
            work(log)
            turn = turns.begin(log, LIMITS)
            log.save()
            assert log.conversation.epoch >= before[1]
            return turn

        self.keep(self.unit(unit))

    def keep(self, turn: TurnStart | None) -> None:
        if turn is not None:
            self.running.append(turn)

    @property
    def row(self) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(sa.select(t.conversations)).one()

    def owner_is(self, kind: str) -> bool:
        return rules.kind(self.row.owner) == kind

    @rule(agent=st.sampled_from(["a", "b"]))
    def move(self, agent: str) -> None:
        """Whatever the people's side may do next: accept, transfer or return, by who is in charge."""
        if self.owner_is("queue"):
            self.change(lambda log: self._accept(log, agent))
        elif self.owner_is("agent"):
            self.change(self._return)

    def _accept(self, log: LogWriter, agent: str) -> None:
        log.change_owner(HandoffAccepted(self.handoff, agent, agent), "agent", agent)

    def _return(self, log: LogWriter) -> None:
        event = log.change_owner(HandoffReturned(self.handoff, log.conversation.owner.removeprefix("agent:")), "agent")
        log.connection.execute(
            sa.insert(t.inbox).values(
                conversation_id="cnv_1", seq=event["seq"], trigger="handed_back", received_at=log.now, attempts=0
            )
        )

    @precondition(lambda self: self.owner_is("agent"))
    @rule()
    def transfer(self) -> None:
        def work(log: LogWriter) -> None:
            log.change_owner(HandoffTransferred(self.handoff, "x", "senior"), "agent")
            log.append(HandoffQueued(self.handoff, "senior", 1), "system")

        self.change(work)

    @precondition(lambda self: self.owner_is("agent"))
    @rule()
    def close(self) -> None:
        self.change(lambda log: log.change_owner(ConversationClosed("x", "resolved", "done"), "agent"))

    @rule()
    def message(self) -> None:
        name = f"m{len(self.acknowledged)}"

        def work(log: LogWriter) -> None:
            if log.conversation.owner == "none":
                log.change_owner(ConversationReopened("customer"), "customer")
            event = log.append(MessageSent(f"text {name}", "customer", name), "customer")
            self.acknowledged[name] = event["seq"]
            if log.conversation.owner == "bot":
                values = {"conversation_id": "cnv_1", "seq": event["seq"], "trigger": "message", "attempts": 0}
                log.connection.execute(sa.insert(t.inbox).values(**values, received_at=log.now))

        self.change(work)

    @rule()
    def button(self) -> None:
        def work(log: LogWriter) -> None:
            if log.conversation.owner == "none":
                log.change_owner(ConversationReopened("customer"), "customer")
            if log.conversation.owner == "bot":
                self.handoff = enqueue(log, "explicit_request", "customer")

        self.change(work)

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
        with self.engine.connect() as connection:
            handoff = connection.execute(sa.select(t.handoffs.c.id).order_by(t.handoffs.c.seq.desc())).scalar()
        self.handoff = handoff or self.handoff

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
        if hasattr(self, "engine"):
            self._check(settled=False)

    def _check(self, settled: bool) -> None:
        with self.engine.connect() as connection:
            events = read_events(connection, "cnv_1", 0, 10_000)
            history = load(connection, "cnv_1", acknowledged=self.acknowledged, settled=settled)
        assert [str(violation) for violation in check(history)] == []
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        row = self.row
        assert (row.head_seq, row.epoch) == (events[-1]["seq"], events[-1]["epoch"])
        moves = [e for e in events if e["type"] in EVENTS]
        # Beside a move a transfer has a second event, which says only where in line the conversation now stands.
        moves = [e for i, e in enumerate(moves) if i == 0 or moves[i - 1]["epoch"] != e["epoch"]]
        assert [event["epoch"] for event in moves] == list(range(2, row.epoch + 1))
        owner = "bot"
        for event in moves:
            owner = next_owner(owner, event["type"], event["data"].get("agent_id"))
        assert row.owner == owner

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


TestWalk = Walk.TestCase
TestWalk.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
