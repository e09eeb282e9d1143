"""Pause, resume, cancel or change the monthly box."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

from actions.backend.port import Backend, ChangeSubscription, Plan, Preview, SubscriptionAction
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Ask, Happened, Prepared, Proposal, Request, Transaction, day
from actions.transactions.orders import payload
from actions.transactions.wishes import Wishes, read_wishes
from actions.words import words
from handoff.contract.turn import ChoiceOffer

_INTENT = "subscription_change"
_WORDS: Mapping[SubscriptionAction, str] = {
    "cancel": r"\b(?:cancel\w*|(?<!the )end(?:ing)?\b(?! up)|stop(?:ping)?\b|quit\b|terminat\w+|unsubscribe\b)",
    "pause": r"\b(?:paus(?:e|ed|ing)\b|hold\b(?! on)|skip(?:ping)?\b|break\b|suspend\w*)",
    "resume": r"\b(?:resum\w+|restart\w*|continu(?:e|ing)\b|unpause\w*|start again\b)",
    "plan": r"\b(?:switch\w*|upgrad\w+|downgrad\w+|bigger|smaller|(?:change|different|other|new) (?:\w+ )?plan)\b",
}
_OF_A_PLAN = re.compile(r"\b(?:plan|chang(?:e|ing))\b", re.IGNORECASE)
"""Words that speak of a plan where nothing else is named: "cancel my plan" is no change of plans."""
_THINKS_AGAIN = re.compile(r"\b(?:no|wait|actually|rather|instead|after all|on second thoughts?)\b")


async def prepare(request: Request) -> Prepared:
    customer = await request.backend.customer(request.customer_id)
    current, plans = customer.subscription, await request.backend.plans()
    before = request.before if isinstance(request.before, ChangeSubscription) else None
    plan, wishes = _plan(request, plans), read_wishes(request.text, _WORDS.items())
    action = _action(request, wishes, plan, before)
    if action is None and current is not None and current.status != "cancelled":
        return _ask_action(_name(current.plan, plans), paused=current.status == "paused")
    try:
        if action == "plan" and plan is None and current is not None:
            return _ask_plan([item for item in plans if item.id != current.plan])
        said = _count(request.text, alone=not request.corrects)
        months = said or (before.months if before else None) or _count(request.slot("months"))
        unread = request.corrects and said is None and not wishes.wanted | wishes.denied
        active = current is not None and current.status == "active"
        if action == "pause" and (unread or (months is None and active)):
            return _ask_months()
        change = ChangeSubscription(action or "cancel", plan.id if plan else None, months)
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return _asked_again(refused, plans) or TRANSACTION.refuse(refused, [PERSON])
    name = _name(preview.facts["plan"], plans)
    return Proposal(
        change,
        request.customer_id,
        summary=f"{_TITLES[change.action]} subscription {name}",
        question=_question(change, preview, name),
        yes=words(f"subscription_yes_{change.action}"),
    )


_TITLES: Mapping[SubscriptionAction, str] = {
    "pause": "Pause",
    "resume": "Resume",
    "cancel": "Cancel",
    "plan": "Change the plan of",
}


def _action(
    request: Request, wishes: Wishes, plan: Plan | None, before: ChangeSubscription | None
) -> SubscriptionAction | None:
    """What was chosen so far, or the one thing that the customer says; ``None`` where they name none or several.
    "No, I'd rather cancel it" takes an earlier choice back, where it names one thing alone and no number of months,
    which would answer for how long; so do "don't cancel it" and a plain "cancel it"."""
    said = [action for action in _WORDS if action in wishes.wanted]
    if not wishes.wanted | wishes.denied and (plan or _OF_A_PLAN.search(request.text)):
        said = ["plan"]
    named = before.action if before else request.slot("subscription_action").lower()
    one = said[0] if len(said) == 1 else None
    if named not in get_args(SubscriptionAction) or named in wishes.denied:
        return one
    text = request.text.lower()
    thinks_again = request.corrects or _THINKS_AGAIN.search(text) or (one == "cancel" and "cancel" in text)
    again = one and thinks_again and "month" not in text
    return one if again else named  # type: ignore[return-value]


def _plan(request: Request, plans: Sequence[Plan]) -> Plan | None:
    said = f"{request.slot('plan')} {request.text}".lower().replace("_", " ")
    return next((plan for plan in plans if plan.id.replace("_", " ") in said), None)


def _count(text: str, *, alone: bool = True) -> int | None:
    """``alone``: a number counts at the beginning, or with its months."""
    said = text.lower()
    for word, digit in {"one": "1", "a month": "1 month", "two": "2", "three": "3"}.items():
        said = re.sub(rf"\b{word}\b", digit, said)
    found = re.search(r"\b([1-9]\d?)\s*month" if not alone else r"^\s*([1-9]\d?)\b|\b([1-9]\d?)\s*month", said)
    found = found or (None if alone else re.search(r"(?<![\d.,])([1-9]\d?)(?![\d.,]*\d)", said))
    return int(next(group for group in found.groups() if group)) if found else None


def _ask_action(name: str, *, paused: bool) -> Ask:
    actions = ("resume", "plan", "cancel") if paused else ("pause", "plan", "cancel")
    choices = [
        ChoiceOffer(words(f"subscription_label_{action}"), payload(_INTENT, subscription_action=action))
        for action in actions
    ]
    return Ask("subscription_action", words("subscription_ask_subscription_action", plan=name), choices)


def _ask_plan(plans: Sequence[Plan]) -> Ask:
    choices = [
        ChoiceOffer(
            words("subscription_label_one_plan", plan=plan.name, price=plan.price, period=plan.period),
            payload(_INTENT, subscription_action="plan", plan=plan.id),
        )
        for plan in plans
    ]
    return Ask("plan", words("subscription_ask_plan"), choices, {"subscription_action": "plan"})


def _asked_again(refused: NotAllowed, plans: Sequence[Plan]) -> Ask | None:
    """What cannot be taken is asked for once more, with the reason; what was said before it is forgotten."""
    asks = {"pause_length": _ask_months(), "unknown_plan": _ask_plan(plans)}
    ask = asks.get(refused.rule)
    if ask is None:
        return None
    return replace(ask, text=words(f"subscription_refused_{refused.rule}"), known={**ask.known, ask.slot: ""})


def _ask_months() -> Ask:
    choices = [
        ChoiceOffer(
            words("subscription_label_one_month") if count == 1 else words("subscription_label_months", count=count),
            payload(_INTENT, subscription_action="pause", months=str(count)),
        )
        for count in (1, 2, 3)
    ]
    return Ask("months", words("subscription_ask_months"), choices, {"subscription_action": "pause"})


def _question(change: ChangeSubscription, preview: Preview, name: str) -> str:
    facts, charge = preview.facts, day(preview.facts["next_charge"])
    late = f"{words('subscription_too_late', day=charge)} " if facts.get("too_late") else ""
    match change.action:
        case "pause":
            return late + words("subscription_question_pause", plan=name, day=day(facts["until"]))
        case "resume":
            return late + words("subscription_question_resume", plan=name, day=charge)
        case "cancel":
            return late + words("subscription_question_cancel", plan=name)
        case "plan":
            price = f"{facts['new_price']} {facts['currency']}"
            named = {"plan": name, "new_plan": facts["new_plan"], "price": price, "period": facts["period"]}
            return late + words("subscription_question_plan", day=charge, **named)


def _name(plan_id: str, plans: Sequence[Plan]) -> str:
    return next((plan.name for plan in plans if plan.id == plan_id), plan_id)


async def verify(backend: Backend, customer_id: str, happened: Happened) -> bool:
    current, change = (await backend.customer(customer_id)).subscription, happened.change
    if current is None or not isinstance(change, ChangeSubscription):
        return False
    if change.action == "plan":
        return current.plan == change.plan
    return current.status == {"pause": "paused", "resume": "active", "cancel": "cancelled"}[change.action]


def done(happened: Happened) -> str:
    effect, change = happened.effect, happened.change
    facts, receipt = effect.facts, effect.receipt
    action = change.action if isinstance(change, ChangeSubscription) else "plan"
    match action:
        case "pause":
            return words("subscription_done_pause", day=day(facts["until"]), receipt=receipt)
        case "resume":
            return words("subscription_done_resume", day=day(facts["next_charge"]), receipt=receipt)
        case "cancel":
            return words("subscription_done", receipt=receipt)
        case "plan":
            return words("subscription_done_plan", plan=facts["new_plan"], receipt=receipt)


TRANSACTION = Transaction(
    kind="subscription",
    title="Change a subscription",
    intents=(_INTENT,),
    slots=("subscription_action", "plan", "months"),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals=frozenset({"no_subscription", "subscription_state", "unknown_plan", "pause_length"}),
)
