"""What a turn came to, what changed in it, and what that says of the episode: pure rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from eval.outcomes.model import Conversation, Event
from eval.replay.difference import difference
from eval.replay.model import Asked, Turn
from eval.replay.said import Said, in_log, in_result
from eval.replay.verdict import Step, judge
from eval.replay.words import turns_of_words

pytestmark = pytest.mark.unit

ARTICLE = Said("answered", "No.", ("gift-cards",), steps=("action_answer_question",))
NOTHING = Said("not_known", "I would rather not guess.", steps=("action_answer_question",))
PERSON = Said("handed_over", "I'll pass you on.", reason="complexity", steps=("action_hand_over",))
STATUS = Said("told", "It is on its way.", steps=("action_order_status",), complete=True)
ASKS = Said("asked_back", "Which order?", asks="order_number", steps=("action_order_status",))
OFFER = Said("asked_back", "Cancel A-1?", operations=(("cancel_order", "intended"),), steps=("action_prepare",))
DONE = Said("done", "Cancelled.", operations=(("cancel_order", "verified"),), steps=("action_confirm",))
REFUSED = Said("told", "It has left already.", steps=("action_prepare",))
TALK = Said("said", "You're welcome.", steps=("utter_thanks",))


def result(**parts: Any) -> dict[str, Any]:
    empty = {"messages": [], "directives": [], "triage": {}, "operations": [], "tracker_events": []}
    return {**empty, **parts}


def test_what_a_stored_turn_came_to() -> None:
    cited = [{"text": "No.", "citations": [{"article_id": "a"}, {"article_id": "a"}, {"article_id": "b"}]}]
    asked = [{"event": "action", "name": "action_listen"}, {"event": "action", "name": "action_answer_question"}]
    answered = in_result(result(messages=cited, tracker_events=asked))
    assert (answered.kind, answered.articles, answered.steps) == ("answered", ("a", "b"), ("action_answer_question",))
    assert in_result(result(messages=[{"text": "…"}], tracker_events=asked)).kind == "not_known"
    read = [{"text": "On its way.", "read_from": ["A-1"]}]
    assert in_result(result(messages=read)).kind == "told"
    assert in_result(result(messages=read, triage={"requested_slot": "code"})).kind == "asked_back"
    handed = {"directive": "handoff", "reason": "safety"}
    person = in_result(result(messages=cited, directives=[handed], tracker_events=asked))
    assert (person.kind, person.reason) == ("handed_over", "safety")
    for state, kind in (("intended", "asked_back"), ("verified", "done"), ("unknown", "failed"), ("failed", "failed")):
        operation = {"operation_id": "op", "kind": "refund", "state": state, "summary": ""}
        assert in_result(result(operations=[operation])).kind == kind


@pytest.mark.parametrize(
    ("before", "now", "what"),
    [
        (ARTICLE, ARTICLE, "same"),
        (ARTICLE, replace(ARTICLE, text="Never."), "reworded"),
        (ARTICLE, replace(ARTICLE, articles=("vouchers",)), "other_article"),
        (ARTICLE, NOTHING, "no_longer_answers"),
        (ARTICLE, PERSON, "hands_over"),
        (ARTICLE, ASKS, "asks_back"),
        (ARTICLE, STATUS, "other_answer"),
        (NOTHING, ARTICLE, "now_answers"),
        (NOTHING, STATUS, "now_answers"),
        (NOTHING, REFUSED, "other_answer"),
        (NOTHING, ASKS, "asks_back"),
        (NOTHING, PERSON, "hands_over"),
        (PERSON, ARTICLE, "now_answers"),
        (PERSON, TALK, "no_longer_hands_over"),
        (PERSON, replace(PERSON, text="A colleague will see to it."), "reworded"),
        (STATUS, NOTHING, "no_longer_answers"),
        (OFFER, REFUSED, "no_longer_answers"),
        (OFFER, ASKS, "no_longer_answers"),
        (DONE, REFUSED, "no_longer_answers"),
        (DONE, OFFER, "asks_back"),
        (ASKS, replace(ASKS, asks="email"), "other_answer"),
        (TALK, replace(TALK, steps=("utter_greet",), text="Hello."), "other_answer"),
    ],
)
def test_what_changed_in_a_turn(before: Said, now: Said, what: str) -> None:
    assert difference(before, Asked(now)) == what


def test_what_is_not_known_comes_before_what_looks_better() -> None:
    assert difference(NOTHING, Asked(ARTICLE, missed=("shop.order",))) == "off_the_record"
    assert difference(NOTHING, Asked(ARTICLE, held_back="nothing backs this claim")) == "held_back"
    assert difference(DONE, Asked(DONE, held_back="nothing backs this claim")) == "same"
    assert difference(NOTHING, Asked(None, problem="not_reached")) == "fails"


def episode(*turns: tuple[Said, Said | Asked]) -> list[Step]:
    steps: list[Step] = []
    for number, (before, now) in enumerate(turns, start=1):
        asked = now if isinstance(now, Asked) else Asked(now)
        what = difference(before, asked)
        valid = all(step.difference in ("same", "reworded") for step in steps)
        turn = Turn(number, (number,), "message", "words", 0.0, before, events=[])
        steps.append(Step(number, "con", turn, asked, what, valid))
    return steps


def test_an_answer_where_there_was_none_resolves_what_failed() -> None:
    found = judge("abandoned", episode((TALK, TALK), (NOTHING, ARTICLE)), control=False)
    assert (found.verdict, found.turn) == ("newly_resolved", 2)
    assert "gift-cards" in found.why


@pytest.mark.parametrize(
    ("outcome", "turns", "verdict"),
    [
        ("abandoned", [(NOTHING, NOTHING)], "unchanged"),
        ("abandoned", [(NOTHING, ARTICLE), (NOTHING, NOTHING)], "undetermined"),
        ("abandoned", [(NOTHING, ARTICLE), (NOTHING, Asked(ARTICLE, missed=("shop.order",)))], "undetermined"),
        ("abandoned", [(NOTHING, ARTICLE), (PERSON, PERSON)], "newly_resolved"),
        ("abandoned", [(NOTHING, Asked(ARTICLE, missed=("shop.order",)))], "undetermined"),
        ("abandoned", [(NOTHING, PERSON)], "undetermined"),
        ("abandoned", [(NOTHING, ASKS), (NOTHING, ARTICLE)], "undetermined"),
        ("abandoned", [(PERSON, TALK)], "unchanged"),
        ("repeat", [(NOTHING, ARTICLE), (ARTICLE, ARTICLE)], "undetermined"),
        ("repeat", [(NOTHING, replace(ARTICLE, articles=("other",))), (ARTICLE, ARTICLE)], "newly_resolved"),
        ("repeat", [(ARTICLE, replace(ARTICLE, articles=("other",)))], "undetermined"),
    ],
)
def test_nothing_uncertain_counts_as_resolved(outcome: str, turns: list[Any], verdict: str) -> None:
    assert judge(outcome, episode(*turns), control=False).verdict == verdict


@pytest.mark.parametrize(
    ("turns", "verdict"),
    [
        ([(ARTICLE, ARTICLE), (TALK, TALK)], "unchanged"),
        ([(ARTICLE, NOTHING)], "newly_broken"),
        ([(ARTICLE, PERSON)], "newly_broken"),
        ([(OFFER, OFFER), (DONE, REFUSED)], "newly_broken"),
        ([(STATUS, Asked(None, problem="not_reached"))], "newly_broken"),
        ([(ARTICLE, Asked(STATUS, missed=("shop.order",)))], "undetermined"),
        ([(ARTICLE, ASKS), (ARTICLE, NOTHING)], "undetermined"),
        ([(ARTICLE, replace(ARTICLE, articles=("other",)))], "undetermined"),
    ],
)
def test_what_was_resolved_breaks_only_where_that_is_sure(turns: list[Any], verdict: str) -> None:
    assert judge("resolved", episode(*turns), control=True).verdict == verdict


def test_an_episode_of_which_nothing_can_be_asked_is_undetermined() -> None:
    assert judge("abandoned", [], control=False).verdict == "undetermined"


def log(*told: tuple[str, str, dict[str, Any]]) -> Conversation:
    events = tuple(Event(n, 60.0 * n, source, kind, data) for n, (source, kind, data) in enumerate(told, start=1))
    return Conversation("con", "web", None, events)


def test_turns_of_a_bare_transcript_end_where_a_person_takes_over() -> None:
    recorded = turns_of_words(
        log(
            ("customer", "message.sent", {"text": "Hello"}),
            ("customer", "message.sent", {"text": "do you sell kayaks?"}),
            ("bot", "message.sent", {"text": "I don't have a reliable answer to that."}),
            ("customer", "message.sent", {"text": "a person"}),
            ("bot", "handoff.requested", {"reason": "explicit_request"}),
            ("agent", "handoff.accepted", {}),
            ("customer", "message.sent", {"text": "are you there?"}),
        )
    )
    assert [(turn.text, turn.said.kind, turn.reply_to) for turn in recorded.turns] == [
        ("Hello\ndo you sell kayaks?", "not_known", (1, 2)),
        ("a person", "handed_over", (4,)),
    ]


def test_who_spoke_is_who_had_proved_it_by_then() -> None:
    recorded = turns_of_words(
        log(
            ("system", "conversation.opened", {"channel": "web", "locale": "de"}),
            ("customer", "message.sent", {"text": "where is A-1?"}),
            ("bot", "message.sent", {"text": "What is the code?"}),
            ("system", "customer.verified", {"customer_id": "cus_1", "method": "one_time_code"}),
            ("customer", "message.sent", {"text": "123456"}),
        )
    )
    who = [(turn.customer_id, turn.verification, turn.locale) for turn in recorded.turns]
    assert who == [(None, "none", "de"), ("cus_1", "one_time_code", "de")]


def test_what_a_log_shows_of_an_answer() -> None:
    cited = Event(1, 0.0, "bot", "message.sent", {"text": "No.", "citations": [{"article_id": "gift-cards"}]})
    assert in_log([cited]).articles == ("gift-cards",)
    assert in_log([Event(1, 0.0, "system", "turn.failed", {"text": "Sorry."})]).kind == "failed"
    assert in_log([]).kind == "failed"
    assert in_log([Event(1, 0.0, "bot", "message.sent", {"text": "Which order?"})]).kind == "asked_back"
