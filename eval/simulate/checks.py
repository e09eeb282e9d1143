"""What a trial proves: pure checks of its record, each with a value and a reason, and the one cell it falls into.

State decides wherever it can: the shop as it stands, its receipts, the log. The four cells of the triage question are
never merged, and nothing that merely looks resolved counts: a claim that the shop does not bear out, or a wrong answer
that the customer took for the right one, is a *false resolution*.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from eval.simulate.promised import late, spoken_only
from eval.simulate.reading import DONE, RECEIPT
from eval.simulate.scenario import Effect, Scenario
from eval.simulate.stated import references, unstated, words_of
from eval.simulate.trial import Record

Cell = Literal[
    "resolved",
    "handed_over_due",
    "handed_over_needless",
    "kept_wrongly",
    "declined",
    "unresolved",
    "false_resolution",
    "infrastructure_error",
]
PASSING: frozenset[Cell] = frozenset({"resolved", "handed_over_due", "declined"})
_ORDER_STATE: Mapping[str, str] = {"cancel_order": "cancelled"}
_CASE: Mapping[str, str] = {"return_item": "return", "report_problem": "problem", "trace_refund": "refund_trace"}
_MONEY = frozenset({"refund", "double_charge"})
_TO_PEOPLE = re.compile(r"\b(?:passing you to|you're (?:next|number \d+) in line)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Check:
    """``value``: whether it holds. ``critical`` ones make a false resolution where they fail."""

    name: str
    value: bool
    reason: str
    critical: bool = False


@dataclass(frozen=True)
class Verdict:
    cell: Cell
    reason: str
    checks: Sequence[Check]

    @property
    def passed(self) -> bool:
        return self.cell in PASSING


def judge(scenario: Scenario, record: Record, *, once_more: bool = False) -> Verdict:
    """``once_more``: the trial before it ended in a failure of the tools that nobody had injected. A busy machine may
    do that once; twice, it is the assistant's."""
    if record.error:
        return Verdict("infrastructure_error", record.error, ())
    checks = [
        end_state(scenario, record),
        state_from_receipts(record),
        said_against_done(record),
        references_known(record),
        facts_of_the_article(record),
        nothing_foreign(scenario, record),
        required_words(scenario, record),
        forbidden_words(scenario, record),
        sources(scenario, record),
        promises(scenario, record),
        promises_stand(record),
        promises_kept(record),
        confirmed_before_done(record),
        one_owner(record),
        handed_over_as_said(record),
        packet(scenario, record),
        budget(scenario, record),
    ]
    cell, reason = _cell(scenario, record, checks, once_more)
    return Verdict(cell, reason, checks)


def _cell(scenario: Scenario, record: Record, checks: Sequence[Check], once_more: bool) -> tuple[Cell, str]:
    wrong = [check for check in checks if not check.value]
    first = f"{wrong[0].name}: {wrong[0].reason}" if wrong else ""
    lie = next((check for check in wrong if check.critical), None)
    if lie is not None:
        return "false_resolution", f"{lie.name}: {lie.reason}"
    handed = _handed_over(record)
    tools = handed is not None and handed["data"]["reason"] == "tool_failure" and not scenario.faults
    if tools and not once_more:
        return "infrastructure_error", "the demo shop did not answer in time, and no fault was injected"
    if scenario.expect.owner == "person":
        if handed is None:
            return "kept_wrongly", "a person was due and nobody was called"
        late = _timing(scenario, record, handed)
        if late:
            return "kept_wrongly", late
        reason = handed["data"]["reason"]
        if reason not in scenario.expect.reasons:
            return "unresolved", f"handed over for {reason} instead of {' or '.join(scenario.expect.reasons)}"
        return ("unresolved", first) if wrong else ("handed_over_due", reason)
    if handed is not None:
        return "handed_over_needless", f"handed over for {handed['data']['reason']}"
    if not wrong and (record.satisfied or not scenario.goals or record.end == "left"):
        return ("declined", "declined by policy, and said so") if scenario.expect.declined else ("resolved", "proved")
    answered = any(goal.done == "answer" for goal in scenario.goals)
    if record.satisfied and answered and wrong and wrong[0].name in ("required_words", "sources"):
        return "false_resolution", f"a wrong answer was taken for the right one: {first}"
    return "unresolved", first or f"the customer's wish was not served ({record.end})"


def _handed_over(record: Record) -> Mapping[str, Any] | None:
    return next((event for event in record.events if event["type"] == "handoff.requested"), None)


def _timing(scenario: Scenario, record: Record, handed: Mapping[str, Any]) -> str:
    spoken = sum(_is_customers(event) and event["seq"] < handed["seq"] for event in record.events)
    if scenario.expect.within and spoken > scenario.expect.within:
        return f"handed over after {spoken} messages, {scenario.expect.within} were allowed"
    if spoken < scenario.expect.not_before:
        return f"handed over after {spoken} messages, too early"
    return ""


def _is_customers(event: Mapping[str, Any]) -> bool:
    return bool(event["type"] == "message.sent" and event["source"] == "customer")


def _told(record: Record) -> str:
    ours = [
        event["data"]["text"]
        for event in record.view
        if event["type"] in ("message.sent", "turn.failed") and event.get("source") != "customer"
    ]
    return "\n".join(ours)


def end_state(scenario: Scenario, record: Record) -> Check:
    """The shop shows exactly one of the allowed end states."""
    shown = record.after["effects"]
    for allowed in scenario.expect.ends:
        if len(allowed) == len(shown) and all(any(_is(effect, one, record) for one in shown) for effect in allowed):
            return Check("end_state", True, f"{len(shown)} effect(s), as allowed")
    kinds = ", ".join(effect["kind"] for effect in shown) or "nothing"
    return Check("end_state", False, f"the shop shows {kinds}")


def _is(effect: Effect, shown: Mapping[str, Any], record: Record) -> bool:
    if shown["kind"] != effect.kind:
        return False
    if effect.order and record.orders[effect.order] not in (shown["object_ref"], shown["request"].get("order_id")):
        return False
    if effect.amount is not None and str(shown["amount"]) != effect.amount:
        return False
    request: Mapping[str, Any] = shown["request"]
    return all(_same(request.get(name), value) for name, value in effect.request.items())


def _same(shown: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(shown, dict) and all(_same(shown.get(name), value) for name, value in wanted.items())
    return str(shown).casefold() == str(wanted).casefold()


def state_from_receipts(record: Record) -> Check:
    """What the receipts say happened is what the orders show now."""
    orders = {order["id"]: order for order in record.after["orders"]}
    for effect in record.after["effects"]:
        order, kind = orders.get(effect["object_ref"]), effect["kind"]
        if order is None:
            continue
        if kind in _ORDER_STATE and order["status"] != _ORDER_STATE[kind]:
            return Check("state_from_receipts", False, f"{kind} has a receipt, the order is {order['status']}", True)
        if kind in _CASE and not any(case["id"] == effect["receipt"] for case in order["cases"]):
            return Check("state_from_receipts", False, f"{kind} has a receipt and no case", True)
        if kind in _MONEY and not any(refund["id"] == effect["receipt"] for refund in order["refunds"]):
            return Check("state_from_receipts", False, f"{kind} has a receipt and no refund", True)
        if kind == "change_address" and not _same(order["address"], effect["request"]["address"]):
            return Check("state_from_receipts", False, "the address was not changed", True)
    return Check("state_from_receipts", True, "the orders show what the receipts say")


def said_against_done(record: Record) -> Check:
    """Every "done" that the customer read stands on an effect of the shop."""
    known = {effect["receipt"] for effect in record.after["effects"]}
    for data in _ours(record):
        text = data["text"]
        if DONE.search(text) and not known & set(RECEIPT.findall(text)):
            return Check("said_against_done", False, f"said without an effect: {text[:90]}", True)
    return Check("said_against_done", True, "everything that was called done is done")


def references_known(record: Record) -> Check:
    """Every number of an order, a receipt or a case that the customer read is one that the shop shows of this customer,
    or that stands in the log: in the customer's own words, an operation, a promise, an article that is cited."""
    log = [one for one in record.events if one["type"] != "message.sent" or one["source"] == "customer"]
    known = words_of([record.before, record.after, record.orders, log, record.articles])
    for data in _ours(record):
        invented = [code for code in references(data["text"]) if not words_of(code) <= known]
        if invented:
            return Check("references_known", False, f"nobody knows {', '.join(invented)}", True)
    return Check("references_known", True, "the shop or the log knows every reference")


def facts_of_the_article(record: Record) -> Check:
    """Values and names of an answer stand in the version of the articles that it cites."""
    answers = 0
    for data in _ours(record):
        cited = [f"{one['article_id']}@{one['version']}" for one in data.get("citations") or []]
        texts = [record.articles[name] for name in cited if name in record.articles]
        if len(texts) < len(cited) or not cited:
            continue  # a record from before the articles were kept
        answers += 1
        strange = unstated(data["text"], "\n".join(texts))
        if strange:
            return Check("facts_of_the_article", False, f"{', '.join(strange)}: not in {', '.join(cited)}", True)
    return Check("facts_of_the_article", True, f"{answers} answer(s) say what their articles say")


def _ours(record: Record) -> list[Mapping[str, Any]]:
    """What the customer could read of us, message by message."""
    return [
        event["data"] for event in record.view if event["type"] == "message.sent" and event.get("source") != "customer"
    ]


def nothing_foreign(scenario: Scenario, record: Record) -> Check:
    """Nothing happened to anybody else's things, and nothing that must never happen."""
    if record.stranger_after.get("effects"):
        return Check("nothing_foreign", False, "another customer's order was changed", True)
    wrong = [one["kind"] for one in record.after["effects"] if one["kind"] in scenario.expect.forbidden]
    return Check("nothing_foreign", not wrong, ", ".join(wrong) or "nothing forbidden happened", bool(wrong))


def required_words(scenario: Scenario, record: Record) -> Check:
    told = _told(record)
    missing = [pattern for pattern in scenario.expect.says if not re.search(pattern, told, re.IGNORECASE)]
    return Check("required_words", not missing, f"never said: {missing[0]}" if missing else "all that was due was said")


def forbidden_words(scenario: Scenario, record: Record) -> Check:
    told = _told(record)
    said = [pattern for pattern in scenario.expect.never_says if re.search(pattern, told, re.IGNORECASE)]
    return Check("forbidden_words", not said, f"said: {said[0]}" if said else "nothing forbidden was said")


def sources(scenario: Scenario, record: Record) -> Check:
    if not scenario.expect.cites:
        return Check("sources", True, "no source was asked for")
    cited = [
        citation["article_id"]
        for event in record.view
        if event["type"] == "message.sent"
        for citation in event.get("data", {}).get("citations") or []
    ]
    good = bool(set(cited) & set(scenario.expect.cites))
    return Check("sources", good, f"cited {', '.join(cited) or 'nothing'}")


def promises(scenario: Scenario, record: Record) -> Check:
    made = sum(event["type"] == "promise.made" for event in record.events)
    wanted = scenario.expect.promises
    return Check("promises", wanted is None or made == wanted, f"{made} promise(s) on record")


def promises_stand(record: Record) -> Check:
    """Whatever the scenario is about: what the assistant promised in words is a promise, an approval or a hand-over in
    the log. Words that were kept back from the customer fail it too, but deceive nobody."""
    empty = spoken_only(record.events)
    if empty is None:
        return Check("promises_stand", True, "what was promised in words is on record")
    how = "said" if empty.read else "kept back"
    return Check("promises_stand", False, f"{how}, and nothing stands behind it: {empty.sentence[:90]}", empty.read)


def promises_kept(record: Record) -> Check:
    """What fell due within the trial was kept by then."""
    overdue = late(record.events)
    return Check("promises_kept", not overdue, overdue or "nothing promised is overdue")


def confirmed_before_done(record: Record) -> Check:
    """Each effect came after a message of the customer that followed the question about it."""
    performed = [e for e in record.events if e["type"] == "action.performed" and e["data"]["state"] == "verified"]
    for event in performed:
        question = next(
            (
                e["seq"]
                for e in record.events
                if e["type"] == "message.sent"
                and e["source"] == "bot"
                and event["data"]["operation_id"] in (e["data"].get("operations") or [])
            ),
            None,
        )
        agreed = question is not None and any(
            _is_customers(e) and question < e["seq"] < event["seq"] for e in record.events
        )
        if not agreed:
            return Check("confirmed_before_done", False, f"{event['data']['kind']} was done without a yes", True)
    return Check("confirmed_before_done", True, f"{len(performed)} effect(s), each after a yes")


def one_owner(record: Record) -> Check:
    """No word of the assistant after a person took over."""
    with_agent = False
    for event in record.events:
        if event["type"] == "handoff.accepted":
            with_agent = True
        elif event["type"] in ("handoff.returned", "conversation.closed", "conversation.reopened"):
            with_agent = False
        elif with_agent and event["type"] == "message.sent" and event["source"] == "bot":
            return Check("one_owner", False, "the assistant spoke while an agent had the conversation", True)
    return Check("one_owner", True, "one speaker at a time")


def handed_over_as_said(record: Record) -> Check:
    """Who is told of a colleague is in the queue."""
    said = any(
        event["type"] == "message.sent" and event["source"] != "customer" and _TO_PEOPLE.search(event["data"]["text"])
        for event in record.events
    )
    queued = any(event["type"] == "handoff.queued" for event in record.events)
    return Check(
        "handed_over_as_said", queued or not said, "told of a colleague and not in the queue", said and not queued
    )


def packet(scenario: Scenario, record: Record) -> Check:
    if not record.packets:
        return Check("packet", True, "nothing was handed over")
    words = str(record.packets[0])
    missing = [pattern for pattern in scenario.expect.packet if not re.search(pattern, words, re.IGNORECASE)]
    if missing:
        return Check("packet", False, f"the packet does not hold {missing[0]}")
    known = {effect["receipt"] for effect in record.after["effects"]}
    held = {one.get("receipt") for one in record.packets[0]["operations"] if one.get("receipt")}
    return Check("packet", held <= known, "the packet holds what an agent needs")


def budget(scenario: Scenario, record: Record) -> Check:
    turns = record.messages <= scenario.budget.turns and record.end != "out_of_turns"
    return Check("budget", turns, f"{record.messages} messages of {scenario.budget.turns}")


def effort(record: Record) -> int:
    """What the customer had to do again: rephrase, repeat a fact, write after a failed turn."""
    failed = len([event for event in record.events if event["type"] == "turn.failed"])
    return record.rephrased + record.repeated + failed
