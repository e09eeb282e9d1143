"""Write down that a parcel is missing, late, damaged or wrong, and say what follows.

The recovery for each problem is data: what we own, what the customer can have now, and by when they hear from us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

from actions.backend.port import Backend, Order, Problem, ReportProblem
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Ask, Happened, Prepared, Proposal, Request, Transaction, day
from actions.transactions.orders import choose_order, mention, payload
from handoff.contract.turn import ChoiceOffer


@dataclass(frozen=True)
class Recovery:
    """``own`` is said before the question, ``next_step`` after the report is in the shop. ``cause`` goes to the log."""

    own: str
    question: str
    next_step: str
    cause: str


RECOVERIES: Mapping[Problem, Recovery] = {
    "missing": Recovery(
        "A parcel that isn't there is ours to find. ",
        "Shall I start a search with the carrier for order {order}? You'd hear from us by {answer_by}.",
        "The carrier is asked to search, and you hear from us by {answer_by}. If it isn't found, you choose: a new "
        "parcel or your money back.",
        "carrier",
    ),
    "late": Recovery(
        "It should have been with you by now. ",
        "Shall I have the carrier look for order {order}? You'd hear from us by {answer_by}.",
        "The carrier is asked where it is, and you hear from us by {answer_by}.",
        "carrier",
    ),
    "damaged": Recovery(
        "That must have been annoying to unpack, and it's ours to put right. ",
        "Shall I report the damage of order {order}? Please keep the item and the box until we've answered.",
        "The damage is on record. You can have a replacement or your money back; please keep the item for now.",
        "transport",
    ),
    "wrong": Recovery(
        "That was our mistake, so you pay nothing for it. ",
        "Shall I report that order {order} came with the wrong item?",
        "It's on record. You can have the right item or your money back, and the label for the wrong one is free.",
        "warehouse",
    ),
}
_AFTER_ARRIVAL = frozenset({"damaged", "wrong"})


async def prepare(request: Request) -> Prepared:
    problem = _problem(request)
    if problem is None:
        choices = [
            ChoiceOffer("It hasn't arrived", payload("missing_parcel", problem="missing")),
            ChoiceOffer("It's damaged", payload("damaged_or_wrong_item", problem="damaged")),
            ChoiceOffer("It's the wrong item", payload("damaged_or_wrong_item", problem="wrong")),
        ]
        return Ask("problem", "What happened with it?", choices)
    order = await choose_order(
        request,
        "damaged_or_wrong_item" if problem in _AFTER_ARRIVAL else "missing_parcel",
        lambda order: _may_concern(order, problem),
        none_fits="I don't see an order of yours that this could be about. Which one do you mean?",
        which="Which order is it about?",
    )
    if not isinstance(order, Order):
        return replace(order, known={"problem": problem}) if isinstance(order, Ask) else order
    change = ReportProblem(order.id, problem, request.slot("note"))
    try:
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, [PERSON])
    recovery = RECOVERIES[problem]
    question = recovery.question.format(order=mention(order), answer_by=day(preview.facts["answer_by"]))
    return Proposal(
        change,
        order.id,
        summary=f"Report order {order.id} as {problem} (cause: {recovery.cause})",
        question=recovery.own + question,
        yes="Yes, do that",
    )


def _problem(request: Request) -> Problem | None:
    named = request.slot("problem").lower()
    if named in get_args(Problem):
        return named  # type: ignore[return-value]
    said = request.text.lower()
    if any(word in said for word in ("wrong", "not what i ordered", "different", "someone else")):
        return "wrong"
    if any(word in said for word in ("damag", "broke", "crush", "torn", "crack", "dent", "leak", "ripped", "smash")):
        return "damaged"
    if any(
        word in said for word in ("missing", "never", "not arrived", "n't arrive", "not here", "lost", "didn't get")
    ):
        return "missing"
    return "late" if any(word in said for word in ("late", "delay", "overdue", "still waiting")) else None


def _may_concern(order: Order, problem: Problem) -> bool:
    if problem in _AFTER_ARRIVAL:
        return order.status in {"delivered", "damaged"}
    return order.status in {"shipped", "in_transit", "out_for_delivery", "delayed", "lost", "delivered"}


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    order = await backend.order(happened.effect.object_ref, customer_id)
    return any(case.id == happened.effect.receipt and case.kind == "problem" for case in order.cases)


def done(happened: Happened) -> str:
    effect = happened.effect
    problem = happened.change.problem if isinstance(happened.change, ReportProblem) else "missing"
    step = RECOVERIES[problem].next_step.format(answer_by=day(effect.facts["answer_by"]))
    return f"It's written down under {effect.receipt} for order {effect.object_ref}. {step}"


TRANSACTION = Transaction(
    kind="report_problem",
    title="Report a problem with a parcel",
    intent="missing_parcel",
    slots=("problem", "order_number", "note"),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals={
        "already_reported": "That problem is already on record with us, so you needn't report it twice. A colleague "
        "can tell you how far it is.",
        "already_cancelled": "That order is closed already. If something is still wrong with it, a colleague can look.",
        "not_late_yet": "That parcel is still within its delivery time, so the carrier wouldn't search for it yet.",
        "report_window_over": "That was delivered more than {days} days ago, so it's no longer a matter of transport. "
        "A fault in the item itself is covered by the warranty; a colleague can start that.",
    },
)
