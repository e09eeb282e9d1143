"""The judge's rules: what it reads of a log, what it says, and what can never move it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.judge.model import Reading, Verdict
from eval.judge.review import read_exchanges
from eval.judge.rules import judge_by, verdict_of
from eval.outcomes.classify import episodes_of
from eval.outcomes.linking import shared_words
from eval.outcomes.model import DAY, Conversation
from tests.eval.outcomes.logs import START, Log

pytestmark = pytest.mark.unit

NEED = "how long may I keep the rented tent"
CITED: dict[str, Any] = {"citations": [{"article_id": "rent", "version": 1}]}


def said(*logs: Log, as_of: float = START + 40 * DAY) -> dict[str, Verdict]:
    conversations = [log.conversation() for log in logs]
    return dict(judge_by(shared_words)(episodes_of(conversations, as_of), conversations))


def one(*logs: Log) -> Verdict:
    (verdict,) = said(*logs).values()
    return verdict


def test_an_answer_about_the_question_is_taken_for_resolved() -> None:
    verdict = one(Log("a").customer(NEED).bot("You may keep the rented tent for two weeks long.", **CITED).closed())
    assert verdict.said == "resolved"
    assert "it rests on an article" in verdict.because


def test_the_same_question_again_after_an_answer_speaks_against_it() -> None:
    log = Log("a").customer(NEED).bot("Tents are green.").customer(f"{NEED} please").bot("Tents are green.").closed()
    verdict = one(log)
    assert verdict.said == "not_resolved"
    assert any("again" in reason or "twice" in reason for reason in verdict.because)


@pytest.mark.parametrize("words", ["that doesn't help", "that is not what I asked", "No, that's something else"])
def test_objections_and_thanks_are_heard(words: str) -> None:
    def talk(last: str) -> Log:
        return Log("a").customer(NEED).bot("You may keep the rented tent long.").customer(last).bot("Noted.").closed()

    assert one(talk(words)).score < one(talk("right then")).score < one(talk("thanks, bye")).score


def test_the_heading_of_what_is_cited_speaks_for_a_table() -> None:
    table = "Standard: 14 days\nPlus: 21 days"
    heading = {"citations": [{"article_id": "rent", "version": 1, "section": "How long may I keep a rented tent?"}]}
    plain = one(Log("a").customer(NEED).bot(table, **CITED).closed())
    headed = one(Log("a").customer(NEED).bot(table, **heading).closed())
    assert (plain.said, headed.said) == ("not_resolved", "resolved")


def test_an_answer_that_asks_back_is_none() -> None:
    near = "You may keep the rented tent for two weeks long."
    asked = one(Log("a").customer(NEED).bot(f"{near} Which tent is it? It stands on the label.", **CITED).closed())
    assert asked.said != "resolved"
    assert "the last word is a question to the customer" in asked.because
    well = one(Log("a").customer(NEED).bot(f"{near} Is there anything else? Just write.", **CITED).closed())
    assert "the last word is a question to the customer" not in well.because
    assert well.score > asked.score


def test_a_later_contact_about_something_close_speaks_against_it() -> None:
    first = Log("a").customer(NEED).bot("You may keep the rented tent for two weeks.").closed()
    alone = one(first)
    # Half of all words shared would be one issue; this is close, and no link.
    later = Log("b", at=START + 2 * DAY).customer("how long may I keep a canoe that I booked").bot("Yes.").closed()
    assert shared_words(NEED, "how long may I keep a canoe that I booked") < 0.5
    both = said(first, later)
    assert both["a"].score <= alone.score


def test_the_judge_is_not_heard_where_state_or_the_customer_tells() -> None:
    assert said(Log("a").customer("Cancel A-1042").done().bot("It is off.").closed()) == {}
    assert said(Log("a").customer(NEED).bot("Two weeks.").solved().closed()) == {}
    assert said(Log("a").customer(NEED).bot("Two weeks.").solved(yes=False).closed()) == {}
    assert said(Log("a").customer(NEED).closed()) == {}
    assert said(Log("a").customer("hello").bot("Hello!").closed()) == {}


def test_erased_words_are_not_judged() -> None:
    log = Log("a").customer(NEED, "rental").bot("Two weeks.").closed()
    for event in log.events:
        if "text" in event["data"]:
            event["data"]["text"] = ""
    assert said(log) == {}


def test_a_colleagues_own_resolved_is_judged_too() -> None:
    log = Log("a").customer(NEED).handed_over().accepted().agent("You may keep the rented tent for two weeks.")
    verdict = one(log.closed(by="agt_1", outcome="resolved"))
    assert "a colleague closed it as resolved" in verdict.because


def test_no_reason_holds_the_customers_words() -> None:
    log = Log("a").customer("my secret is 4711 0815").bot("Tents are green.").closed()
    assert not any("secret" in reason or "4711" in reason for reason in one(log).because)


@given(st.floats(min_value=0, max_value=20), st.floats(min_value=8, max_value=300))
def test_silence_by_itself_tells_the_judge_nothing(hours: float, days: float) -> None:
    def closed_after(hours: float) -> Conversation:
        log = Log("a").customer(NEED).bot("You may keep the rented tent for two weeks.")
        return log.later(hours=hours).closed().conversation()

    short, long = closed_after(0), closed_after(hours)
    verdicts = [
        judge_by(shared_words)(episodes_of([each], as_of), [each])["a"]
        for each, as_of in ((short, START + 8 * DAY), (long, START + days * DAY))
    ]
    assert verdicts[0] == verdicts[1]


READINGS = st.builds(
    Reading,
    likeness=st.floats(min_value=-1, max_value=1),
    again=st.integers(min_value=0, max_value=3),
    thanked=st.booleans(),
    cited=st.booleans(),
    frustration=st.floats(min_value=0, max_value=1),
    turns=st.integers(min_value=1, max_value=9),
)


@given(READINGS)
def test_trouble_never_speaks_for_resolved(reading: Reading) -> None:
    score = verdict_of(reading).score
    worse = (
        replace(reading, again=reading.again + 1), replace(reading, objected=True), replace(reading, hedged=True),
        replace(reading, failed=1), replace(reading, turns=reading.turns + 1), replace(reading, nearest_return=0.5),
        replace(reading, frustration=min(1.0, reading.frustration + 0.2)), replace(reading, same_answer=True),
    )  # fmt: skip
    assert all(verdict_of(each).score <= score for each in worse)
    assert 0 <= score <= 1
    assert verdict_of(reading).because


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 2 has no id"),
        ('{"id": "x", "talk": ["c: hi"]}', "line 2 has no id"),
        ('{"id": "x", "talk": ["hi"], "label": "resolved"}', "line 2: each part"),
        ('{"id": "x", "talk": ["c: hi"], "label": "maybe"}', "line 2: a label"),
    ],
)
def test_a_broken_line_of_a_set_is_named(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(f'{{"id": "a", "talk": ["c: hi"], "label": "resolved"}}\n{line}\n')
    with pytest.raises(ValueError, match=problem):
        read_exchanges(path)
