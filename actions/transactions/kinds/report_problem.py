"""Write down that a parcel is missing, late, damaged or wrong; what follows is in its recovery protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, get_args

from actions.backend.port import Backend, Change, OpenReturn, Order, Problem, ReportProblem
from actions.errors import NotAllowed
from actions.recovery import RecoveryCode
from actions.transactions.declaration import (
    PERSON,
    Ask,
    Happened,
    Prepared,
    Proposal,
    Refusal,
    Request,
    Transaction,
    day,
)
from actions.transactions.kinds import return_item
from actions.transactions.orders import choose_order, mention, payload
from actions.words import words
from handoff.contract.turn import ChoiceOffer

PROTOCOLS: Mapping[Problem, RecoveryCode] = {
    "missing": "lost_parcel",
    "late": "late_parcel",
    "damaged": "damaged_item",
    "wrong": "wrong_item",
}
_AFTER_ARRIVAL = frozenset({"damaged", "wrong", "part"})
Said = Problem | Literal["part", "own_choice"]
"""What the customer tells: also that a part of the parcel is missing, and that they chose the wrong thing themselves.
The shop knows no such problems: the first is a person's, the second a return."""
_OWN_CHOICE = re.compile(
    r"\bi(?:'ve| have| had| must have| think i)?(?: (?:accidentally|stupidly|probably|just|already|also))?"
    r" (?:ordered|bought|chose|chosen|picked|selected|clicked(?: on)?|took|put in)"
    r" (?:(?:the |a |an )?wrong\b|(?:it|this|that|them|these) by (?:mistake|accident)\b)"
    r"|(?<!not )(?<!n't )(?<!never )(?<!how is that )(?<!how is it )\bmy (?:own )?(?:fault|mistake|bad|error)\b"
)
_ITEM = r"(?:items?|pieces?|parts?|pairs?|things?|boots?|shoes?|socks?|gloves?|mugs?|cups?|plates?|pegs?|poles?)"
_GONE = r"\b(?:missing|lacking|not (?:in|inside|there|included)|(?:was|is|were)n't (?:in|inside|there|included))\b"
_PART = re.compile(
    rf"\b(?:one|two|three|four|some|half|part|\d) of (?:the|my|them|these|it)\b"
    rf"(?![^.?!]{{0,20}}\b(?:parcels|orders|packages|deliveries)\b)[^.?!]{{0,40}}{_GONE}"
    rf"|\b(?:one|two|three|four|some|an?|the|another|\d) {_ITEM}\b[^.?!]{{0,30}}{_GONE}"
    rf"|\bmissing (?:(?:one|an?|the|two|some) )?{_ITEM}\b"
    r"|\bmissing (?:from|in) (?:the|my) (?:box|parcel|package|order)\b"
    rf"|\bonly (?:got|received) (?:(?:one|two|some|half|part)(?: of\b|[.,!]|$)|(?:one|two) {_ITEM})"
    r"|\bonly one (?:came|arrived|was in)\b"
)
_SAID: Mapping[Problem, re.Pattern[str]] = {
    "wrong": re.compile(r"\bwrong\b|\bnot what i ordered\b|\bdifferent\b|\bsome(?:one|body) else"),
    "damaged": re.compile(
        r"\b(?:damag\w*|brok\w+|broke|crush\w*|torn|crack\w*|dent(?:s|ed)?|leak\w*|ripped|smash\w*)\b"
    ),
    "missing": re.compile(r"\b(?:missing|never|not arrived|\w+n't arrive\w*|not here|lost|didn't get)\b"),
    "late": re.compile(r"\b(?:late|delay\w*|overdue|still waiting)\b"),
}


async def prepare(request: Request) -> Prepared:
    problem = _problem(request)
    if problem is None:
        choices = [
            ChoiceOffer(words("label_not_arrived"), payload("missing_parcel", problem="missing")),
            ChoiceOffer(words("label_damaged"), payload("damaged_or_wrong_item", problem="damaged")),
            ChoiceOffer(words("label_wrong_item"), payload("damaged_or_wrong_item", problem="wrong")),
        ]
        return Ask("problem", words("report_problem_ask_problem"), choices)
    if problem == "own_choice":
        return await _lead_to_return(request)
    order = await choose_order(
        request,
        "damaged_or_wrong_item" if problem in _AFTER_ARRIVAL else "missing_parcel",
        lambda order: _may_concern(order, problem),
        none_fits=words("report_problem_none_fits"),
        which=words("which_order"),
    )
    if not isinstance(order, Order):
        return replace(order, known={"problem": problem}) if isinstance(order, Ask) else order
    if problem == "part":
        note = f"Of order {mention(order)}, {order.status}, an item is missing; no search for the parcel was started."
        return Refusal(words("unforeseen_rule"), [PERSON], handoff="business_rule", note=note)
    change = ReportProblem(order.id, problem, request.slot("note"))
    try:
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, [PERSON])
    question = words(f"report_problem_question_{problem}", order=mention(order), day=day(preview.facts["answer_by"]))
    return Proposal(change, order.id, summary=f"Report order {order.id} as {problem}", question=question)


def _problem(request: Request) -> Said | None:
    named = request.slot("problem").lower()
    if named in get_args(Problem) or named == "part":
        return named  # type: ignore[return-value]
    said = request.text.lower().replace("’", "'")
    found = next((problem for problem, shape in _SAID.items() if shape.search(said)), None)
    if found in {None, "wrong"} and _OWN_CHOICE.search(said):
        return "own_choice"
    return "part" if found in {None, "missing"} and _PART.search(said) else found


async def _lead_to_return(request: Request) -> Refusal | Ask:
    """The customer's own wrong choice is no mistake of ours: what they can do is send it back."""
    order = await return_item.choose(request)
    if isinstance(order, Ask):  # the choices lead on; nothing of this wish is kept
        return Refusal(order.text, [*order.choices, PERSON])
    if isinstance(order, Refusal):
        return order
    try:
        await request.backend.preview(request.customer_id, OpenReturn(order.id))
    except NotAllowed as refused:
        return return_item.TRANSACTION.refuse(refused, [PERSON])
    asked = return_item.ask_item(order)
    return Refusal(asked.text, [*asked.choices, PERSON])


def _may_concern(order: Order, problem: Said) -> bool:
    if problem in _AFTER_ARRIVAL:
        return order.status in {"delivered", "damaged"}
    return order.status in {"shipped", "in_transit", "out_for_delivery", "delayed", "lost", "delivered"}


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    order = await backend.order(happened.effect.object_ref, customer_id)
    return any(case.id == happened.effect.receipt and case.kind == "problem" for case in order.cases)


def done(happened: Happened) -> str:
    effect = happened.effect
    return words("report_problem_done", receipt=effect.receipt, order_number=effect.object_ref)


def _protocol(change: Change) -> RecoveryCode | None:
    return PROTOCOLS[change.problem] if isinstance(change, ReportProblem) else None


TRANSACTION = Transaction(
    kind="report_problem",
    title="Report a problem with a parcel",
    intents=("missing_parcel", "damaged_or_wrong_item"),
    slots=("problem", "order_number", "note"),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"already_reported", "already_cancelled", "not_late_yet", "report_window_over"}),
    recovery=_protocol,
)
