"""Write down that a parcel is missing, late, damaged or wrong; what follows is in its recovery protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from actions.backend.port import Backend, Change, Order, Problem, ReportProblem
from actions.errors import NotAllowed
from actions.recovery import RecoveryCode
from actions.transactions.declaration import PERSON, Ask, Happened, Prepared, Proposal, Request, Transaction, day
from actions.transactions.orders import choose_order, mention, payload
from actions.words import words
from handoff.contract.turn import ChoiceOffer

PROTOCOLS: Mapping[Problem, RecoveryCode] = {
    "missing": "lost_parcel",
    "late": "late_parcel",
    "damaged": "damaged_item",
    "wrong": "wrong_item",
}
_AFTER_ARRIVAL = frozenset({"damaged", "wrong"})


async def prepare(request: Request) -> Prepared:
    problem = _problem(request)
    if problem is None:
        choices = [
            ChoiceOffer(words("label_not_arrived"), payload("missing_parcel", problem="missing")),
            ChoiceOffer(words("label_damaged"), payload("damaged_or_wrong_item", problem="damaged")),
            ChoiceOffer(words("label_wrong_item"), payload("damaged_or_wrong_item", problem="wrong")),
        ]
        return Ask("problem", words("report_problem_ask_problem"), choices)
    order = await choose_order(
        request,
        "damaged_or_wrong_item" if problem in _AFTER_ARRIVAL else "missing_parcel",
        lambda order: _may_concern(order, problem),
        none_fits=words("report_problem_none_fits"),
        which=words("which_order"),
    )
    if not isinstance(order, Order):
        return replace(order, known={"problem": problem}) if isinstance(order, Ask) else order
    change = ReportProblem(order.id, problem, request.slot("note"))
    try:
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, [PERSON])
    question = words(f"report_problem_question_{problem}", order=mention(order), day=day(preview.facts["answer_by"]))
    return Proposal(change, order.id, summary=f"Report order {order.id} as {problem}", question=question)


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
