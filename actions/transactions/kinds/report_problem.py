"""Write down that a parcel is missing, late, damaged or wrong; what follows is in its recovery protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from actions.backend.port import Backend, Change, Order, Problem, ReportProblem
from actions.errors import NotAllowed
from actions.recovery import RecoveryCode
from actions.transactions.declaration import (
    PERSON,
    Ask,
    Happened,
    Instead,
    Prepared,
    Proposal,
    Refusal,
    Request,
    Transaction,
    day,
)
from actions.transactions.orders import choose_order, find_own, mention, payload
from actions.transactions.problems import AFTER_ARRIVAL, Said, read_problem
from actions.transactions.things import THING, line_of, note_of, said
from actions.words import words
from bot.text.trouble import wants_anew
from handoff.contract.turn import ChoiceOffer

PROTOCOLS: Mapping[Problem, RecoveryCode] = {
    "missing": "lost_parcel",
    "late": "late_parcel",
    "damaged": "damaged_item",
    "wrong": "wrong_item",
}


_SHOWN: Mapping[str, Problem] = {"lost": "missing", "damaged": "damaged", "delayed": "late"}
_ANEW = "The customer wants a new one."


async def prepare(request: Request) -> Prepared:
    chosen = "" if request.corrects else request.slot("problem")
    problem = read_problem(chosen, request.text) or read_problem("", said(request))  # the newest words first
    if problem is None and isinstance(request.before, ReportProblem):
        problem = request.before.problem
    anew = wants_anew(request.text)
    if problem is None and anew:
        problem = await _shown(request)
    if problem is None:
        choices = [
            ChoiceOffer(words("label_not_arrived"), payload("missing_parcel", problem="missing")),
            ChoiceOffer(words("label_damaged"), payload("damaged_or_wrong_item", problem="damaged")),
            ChoiceOffer(words("label_wrong_item"), payload("damaged_or_wrong_item", problem="wrong")),
        ]
        return Ask("problem", words("report_problem_ask_problem"), choices)
    if problem == "own_choice":
        return Instead("return_item")  # no mistake of ours: what they can do is send it back
    order = await choose_order(
        request,
        "damaged_or_wrong_item" if problem in AFTER_ARRIVAL else "missing_parcel",
        lambda order: may_concern(order, problem),
        none_fits=words("report_problem_none_fits"),
        ask=True,
        which=words("which_order"),
    )
    if not isinstance(order, Order):
        return replace(order, known={"problem": problem}) if isinstance(order, Ask) else order
    line, told = line_of(order, request.slot(THING)), note_of(request) if problem in AFTER_ARRIVAL else ""
    if problem == "part":
        note = f"Of order {mention(order)}, {order.status}, an item is missing; no search for the parcel was started."
        note = f"{note} They told: {told}." if told else note
        return Refusal(words("hand_over_missing_item"), [PERSON], handoff="business_rule", note=note)
    note = ". ".join(filter(None, (told, _ANEW if anew else "")))
    change = ReportProblem(order.id, problem, request.slot("note") or note)
    try:
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, [PERSON])
    about = mention(order, line if problem in AFTER_ARRIVAL else None)
    question = words(f"report_problem_question_{problem}", order=about, day=day(preview.facts["answer_by"]))
    return Proposal(change, order.id, summary=f"Report order {order.id} as {problem}", question=question)


async def _shown(request: Request) -> Problem | None:
    """What the state of the order that is spoken of tells."""
    number = request.slot("order_number")
    order = await find_own(request.backend, request.customer_id, number) if number else None
    return _SHOWN.get(order.status) if order else None


def may_concern(order: Order, problem: Said) -> bool:
    """Whether the order's state lets that have happened to it."""
    if problem in AFTER_ARRIVAL:
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
