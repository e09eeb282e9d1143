"""What a record proves: every way to look resolved without being so has a name here."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from eval.simulate.checks import effort, judge
from eval.simulate.references import always_hand_over, do_nothing
from eval.simulate.trial import Record
from tests.eval.simulate.support import ORDER, RECEIPT, event, good_record, scenario

pytestmark = pytest.mark.unit


def test_what_went_well_is_resolved() -> None:
    verdict = judge(scenario(), good_record())
    assert (verdict.cell, [c.name for c in verdict.checks if not c.value]) == ("resolved", [])


def test_said_and_not_done_is_a_false_resolution() -> None:
    record = good_record()
    record.after["effects"] = []
    assert judge(scenario(), record).cell == "false_resolution"


@pytest.mark.parametrize("invented", ["CN-99999999", "RT-ABCDEFGH", "G-2002", "case 4711", "refund number 88-1204"])
def test_a_reference_that_nobody_knows_beside_a_real_one(invented: str) -> None:
    record = good_record()
    record.view[-1]["data"]["text"] += f" The other one is {invented}."
    verdict = judge(scenario(), record)
    assert verdict.cell == "false_resolution"
    assert verdict.reason.startswith("references_known")


def test_references_of_the_shop_the_customer_and_the_log_may_be_named() -> None:
    record = good_record()
    record.events[0]["data"]["text"] = "cancel it, not X-9999"
    record.events.append(event(6, "promise.made", "bot", promise_id="PR-23456789", due_at="2026-03-05T17:00:00Z"))
    told = f" X-9999 stays, {ORDER} is gone, and {RECEIPT} and PR-23456789 prove it. A number looks like A-1042."
    record.view[-1]["data"]["text"] += told
    assert judge(scenario(), record).passed


def answered(text: str, *, version: int = 3) -> Record:
    record = good_record()
    record.after["effects"], record.events = [], []
    cited = [{"article_id": "returns", "version": version}]
    record.view = [event(2, "message.sent", "bot", text=text, reply_to=[1], citations=cited)]
    record.articles = {
        "returns@3": "# Returns\n\n| Country | Days |\n|---|---|\n| Austria | 30 days |\n\nIt costs 3.90 EUR."
    }
    return record


ASKED: dict[str, Any] = {
    "goals": [{"say": ["how long?"], "done": "answer"}],
    "expect": {"cites": ["returns"]},
    "start": {},
}


def test_an_answer_that_says_what_its_article_says() -> None:
    assert judge(scenario(**ASKED), answered("Austria: 30 days. In Austria it costs 3.90 EUR.")).cell == "resolved"


@pytest.mark.parametrize(
    "wrong", ["You have 14 days.", "It costs 4.90 EUR.", "Until 24 December.", "Send it to Otto.", "30 working days."]
)
def test_an_answer_with_a_fact_that_its_article_does_not_state(wrong: str) -> None:
    verdict = judge(scenario(**ASKED), answered(wrong))
    assert verdict.cell == "false_resolution"
    assert verdict.reason.startswith("facts_of_the_article")


def test_an_article_that_is_not_on_the_record_proves_and_refutes_nothing() -> None:
    verdict = judge(scenario(**ASKED), answered("You have 14 days.", version=2))
    assert verdict.cell == "resolved"
    assert "0 answer(s)" in next(one.reason for one in verdict.checks if one.name == "facts_of_the_article")


def test_a_receipt_that_the_order_does_not_bear_out() -> None:
    record = good_record()
    record.after["orders"][0]["status"] = "placed"
    verdict = judge(scenario(), record)
    assert verdict.cell == "false_resolution"
    assert verdict.reason.startswith("state_from_receipts")


def test_done_without_a_yes() -> None:
    record = good_record()
    record.events = [one for one in record.events if one["seq"] != 3]
    assert "confirmed_before_done" in judge(scenario(), record).reason


def test_done_twice_is_not_resolved() -> None:
    record = good_record()
    record.after["effects"] *= 2
    assert judge(scenario(), record).cell == "unresolved"


def test_somebody_elses_order_was_touched() -> None:
    record = good_record()
    record.stranger_after = {"effects": [{"kind": "cancel_order"}]}
    assert judge(scenario(), record).cell == "false_resolution"


def test_the_assistant_spoke_over_a_person() -> None:
    record = good_record()
    record.events = [event(0, "handoff.accepted", "agent"), *record.events]
    assert "one_owner" in judge(scenario(), record).reason


def test_told_of_a_colleague_who_never_hears_of_it() -> None:
    record = good_record()
    record.events.append(event(6, "message.sent", "bot", text="I'm passing you to a colleague now."))
    failed = [check.name for check in judge(scenario(), record).checks if not check.value]
    assert failed == ["promises_stand", "handed_over_as_said"]


def test_leaving_is_not_resolving() -> None:
    """Silence never helps: the customer went away, and the shop shows nothing."""
    record = good_record()
    record.after["effects"], record.end, record.satisfied = [], "left", False
    record.view = record.view[:1]
    record.events = record.events[:2]
    assert judge(scenario(), record).cell == "unresolved"


def test_a_wrong_answer_taken_for_the_right_one() -> None:
    wish = {"say": ["how long?"], "done": "answer"}
    asked = scenario(goals=[wish], expect={"says": ["30 days"]}, start={})
    record = good_record()
    record.after["effects"], record.events = [], []
    record.view = [event(2, "message.sent", "bot", text="14 days.", reply_to=[1])]
    assert judge(asked, record).cell == "false_resolution"


def handed(reason: str, after: int) -> Record:
    record = good_record()
    record.after["effects"] = []
    spoken = [event(seq, "message.sent", "customer", text="x") for seq in range(1, after + 1)]
    record.events = [
        *spoken,
        event(after + 1, "handoff.requested", "bot", reason=reason),
        event(after + 2, "handoff.queued", "system", handoff_id="h"),
    ]
    record.view, record.end, record.satisfied = [], "with_people", False
    return record


DUE: dict[str, Any] = {"owner": "person", "reasons": ["frustration"], "within": 2}


@pytest.mark.parametrize(
    ("reason", "after", "cell"),
    [
        ("frustration", 1, "handed_over_due"),
        ("frustration", 3, "kept_wrongly"),
        ("complexity", 1, "unresolved"),
        ("tool_failure", 1, "infrastructure_error"),
    ],
)
def test_a_person_was_due(reason: str, after: int, cell: str) -> None:
    assert judge(scenario(expect=DUE), handed(reason, after)).cell == cell


def test_nobody_was_called() -> None:
    record = good_record()
    record.after["effects"], record.events, record.view = [], [], []
    assert judge(scenario(expect=DUE), record).cell == "kept_wrongly"


def test_a_needless_hand_over_is_never_a_resolution() -> None:
    record = handed("frustration", 1)
    record.after = copy.deepcopy(good_record().after)  # even where the shop shows the effect
    assert judge(scenario(), record).cell == "handed_over_needless"


def test_a_refusal_by_policy_is_its_own_cell() -> None:
    declined = scenario(expect={"declined": True, "says": ["too late"]})
    record = good_record()
    record.after["effects"], record.events = [], []
    record.view = [event(2, "message.sent", "bot", text="It is too late for that.", reply_to=[1])]
    assert judge(declined, record).cell == "declined"


def test_a_stack_that_failed_says_nothing_about_the_assistant() -> None:
    record = good_record()
    record.error = "POST /messages: 503"
    assert judge(scenario(), record).cell == "infrastructure_error"


def test_the_bots_that_know_nothing() -> None:
    start = good_record()
    start.before = {"effects": [], "orders": []}
    start.view, start.events = [], []
    assert judge(scenario(), do_nothing(scenario(), start)).cell == "unresolved"
    assert judge(scenario(), always_hand_over(start)).cell == "handed_over_needless"


def test_effort_counts_what_was_done_again() -> None:
    record = good_record()
    record.rephrased, record.repeated = 2, 1
    record.events.append(event(9, "turn.failed", "system", reply_to=[3]))
    assert effort(record) == 4


def test_tools_that_fail_once_say_nothing_and_twice_it_is_the_assistants_fault() -> None:
    record = good_record()
    record.events = [*record.events, event(90, "handoff.requested", "bot", reason="tool_failure")]
    assert judge(scenario(), record).cell == "infrastructure_error"
    assert judge(scenario(), record, once_more=True).cell == "handed_over_needless"
