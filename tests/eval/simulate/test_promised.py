"""A promise in words needs its row, an approval or a hand-over, on every scenario; and what falls due is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from eval.simulate.checks import Verdict, judge
from eval.simulate.promised import late, spoken_only
from handoff.gateway.gate import INSTEAD
from stack.prove.regressions import PROMISE
from tests.eval.simulate.support import event, good_record, scenario

pytestmark = pytest.mark.unit

Log = list[dict[str, Any]]
MADE: Mapping[str, Any] = {
    "promise_id": "pr1",
    "text": "a call",
    "owner": "team:care",
    "due_at": "2026-03-02T10:00:00Z",
}


def log(*more: tuple[str, str, Mapping[str, Any]], text: str = PROMISE) -> Log:
    """A customer's message, the words, and what comes after them."""
    begun = [
        event(1, "message.sent", "customer", text="hi"),
        event(2, "triage.decided", "bot", decision="continue"),
        event(3, "message.sent", "bot", text=text, reply_to=[1]),
    ]
    return begun + [event(4 + n, what, source, **data) for n, (what, source, data) in enumerate(more)]


NEXT = ("message.sent", "customer", {"text": "and?"})
AGAIN = ("message.sent", "bot", {"text": PROMISE})
ROW = ("promise.made", "bot", MADE)
KEPT = ("promise.kept", "agent", {"promise_id": "pr1", "proof": "called"})
PEOPLE = ("handoff.requested", "bot", {"reason": "complexity"})
ASKED = ("approval.requested", "bot", {"approval_id": "ap1"})
DECIDED = ("approval.decided", "agent", {"approval_id": "ap1"})
BACK = ("handoff.returned", "agent", {})
COLLEAGUE = "I'm passing you to a colleague now."


@pytest.mark.parametrize(
    ("events", "stands"),
    [
        (log(), False),
        (log(ROW), True),
        (log(PEOPLE), True),
        (log(ASKED), True),
        (log(NEXT, ROW), False),
        (log(ROW, NEXT, AGAIN), True),
        (log(ROW, KEPT, NEXT, AGAIN), False),
        (log(ASKED, DECIDED, NEXT, AGAIN), False),
        (log(PEOPLE, BACK, NEXT, AGAIN), False),
        (log(text=COLLEAGUE), False),
        (log(ROW, text=COLLEAGUE), False),
        (log(PEOPLE, text=COLLEAGUE), True),
        (log(text="I can call you, if you like. Shall we call you tomorrow?"), True),
    ],
)
def test_words_need_something_behind_them(events: Log, stands: bool) -> None:
    assert (spoken_only(events) is None) == stands


def test_an_article_promises_for_the_company() -> None:
    begun, answered = log()[:2], log()[2]
    cited = {**answered["data"], "citations": [{"article_id": "refunds", "version": 1, "section": "Refunds"}]}
    assert spoken_only([*begun, {**answered, "data": cited}]) is None
    by_hand_over = {**answered, "data": {**cited, "text": COLLEAGUE}}
    assert spoken_only([*begun, by_hand_over]) is not None


def test_people_may_promise_what_they_do_themselves() -> None:
    assert spoken_only([event(1, "message.sent", "agent", text=PROMISE)]) is None


@pytest.mark.parametrize(
    ("at", "kept", "told"),
    [
        ("2026-03-02T09:59:59Z", None, ""),
        ("2026-03-02T10:00:01Z", None, "pr1 was due at 2026-03-02T10:00:00Z"),
        ("2026-03-02T12:00:00.000Z", "2026-03-02T09:30:00Z", ""),
        ("2026-03-02T12:00:00Z", "2026-03-02T10:30:00Z", "pr1 was due at 2026-03-02T10:00:00Z"),
    ],
)
def test_what_falls_due_is_kept_by_then(at: str, kept: str | None, told: str) -> None:
    events = log(ROW)
    if kept:
        events.append(event(5, "promise.kept", "agent", promise_id="pr1", proof="called") | {"occurred_at": kept})
    events.append(event(6, "message.sent", "customer", text="hm") | {"occurred_at": at})
    assert late(events) == told


def test_an_overdue_promise_is_no_resolution() -> None:
    record = good_record()
    record.events.append(event(6, "promise.made", "bot", **{**MADE, "due_at": "2026-03-02T09:00:01Z"}))
    verdict = judge(scenario(), record)
    assert (verdict.cell, verdict.reason) == ("unresolved", "promises_kept: pr1 was due at 2026-03-02T09:00:01Z")


def with_words(text: str, *, kept_back: bool) -> Verdict:
    record = good_record()
    if kept_back:
        reason = "nothing backs this claim (promise)"
        record.events.append(event(6, "message.drafted", "bot", text=text, author="bot", reason=reason))
        text = INSTEAD.text
    record.events.append(event(7, "message.sent", "bot", text=text, reply_to=[3]))
    record.view.append(record.events[-1])
    return judge(scenario(), record)


def test_the_deliberate_false_promise_fails_a_scenario_that_is_about_something_else() -> None:
    read, kept_back = with_words(PROMISE, kept_back=False), with_words(PROMISE, kept_back=True)
    assert (read.cell, kept_back.cell) == ("false_resolution", "unresolved")
    assert read.reason.startswith("promises_stand: said")
    assert kept_back.reason.startswith("promises_stand: kept back")
