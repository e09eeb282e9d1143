"""Pause, resume, cancel or change the monthly box."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import get_args

from actions.backend.port import Backend, ChangeSubscription, Plan, Preview, SubscriptionAction
from actions.errors import NotAllowed
from actions.transactions.declaration import PERSON, Ask, Happened, Prepared, Proposal, Request, Transaction, day
from actions.transactions.orders import payload
from handoff.contract.turn import ChoiceOffer

_INTENT = "subscription_change"
_WORDS: Mapping[SubscriptionAction, str] = {
    "cancel": r"\b(cancel|end|stop|quit|terminate|unsubscribe)",
    "pause": r"\b(pause|hold|skip|break|suspend)",
    "resume": r"\b(resume|restart|continue|unpause|start again)",
    "plan": r"\b(plan|switch|upgrade|downgrade|change|bigger|smaller)",
}


async def prepare(request: Request) -> Prepared:
    customer = await request.backend.customer(request.customer_id)
    current, plans = customer.subscription, await request.backend.plans()
    plan = _plan(request, plans)
    action = _action(request) or ("plan" if plan else None)
    if action is None and current is not None and current.status != "cancelled":
        return _ask_action(_name(current.plan, plans), paused=current.status == "paused")
    try:
        if action == "plan" and plan is None and current is not None:
            return _ask_plan([item for item in plans if item.id != current.plan])
        months = _months(request)
        if action == "pause" and months is None and current is not None and current.status == "active":
            return _ask_months()
        change = ChangeSubscription(action or "cancel", plan.id if plan else None, months)
        preview = await request.backend.preview(request.customer_id, change)
    except NotAllowed as refused:
        return TRANSACTION.refuse(refused, [PERSON])
    name = _name(preview.facts["plan"], plans)
    return Proposal(
        change,
        request.customer_id,
        summary=f"{_TITLES[change.action]} subscription {name}",
        question=_question(change, preview, name),
        yes=f"Yes, {change.action} it" if change.action != "plan" else "Yes, change it",
        no="No, leave it",
    )


_TITLES: Mapping[SubscriptionAction, str] = {
    "pause": "Pause",
    "resume": "Resume",
    "cancel": "Cancel",
    "plan": "Change the plan of",
}


def _action(request: Request) -> SubscriptionAction | None:
    named = request.slot("subscription_action").lower()
    if named in get_args(SubscriptionAction):
        return named  # type: ignore[return-value]
    return next((action for action, words in _WORDS.items() if re.search(words, request.text.lower())), None)


def _plan(request: Request, plans: Sequence[Plan]) -> Plan | None:
    said = f"{request.slot('plan')} {request.text}".lower().replace("_", " ")
    return next((plan for plan in plans if plan.id.replace("_", " ") in said), None)


def _months(request: Request) -> int | None:
    words = {"one": "1", "a month": "1 month", "two": "2", "three": "3"}
    said = f"{request.slot('months')} {request.text}".lower()
    for word, digit in words.items():
        said = re.sub(rf"\b{word}\b", digit, said)
    found = re.search(r"^\s*([1-9]\d?)\b(?!\d)|\b([1-9]\d?)\s*month", said)
    return int(found.group(1) or found.group(2)) if found else None


def _ask_action(name: str, *, paused: bool) -> Ask:
    labels = {"resume": "Resume it"} if paused else {"pause": "Pause it"}
    labels |= {"plan": "Change the plan", "cancel": "Cancel it"}
    choices = [ChoiceOffer(label, payload(_INTENT, subscription_action=key)) for key, label in labels.items()]
    return Ask("subscription_action", f"You have {name}. What shall I do with it?", choices)


def _ask_plan(plans: Sequence[Plan]) -> Ask:
    choices = [
        ChoiceOffer(
            f"{plan.name} · {plan.price} a {plan.period}", payload(_INTENT, subscription_action="plan", plan=plan.id)
        )
        for plan in plans
    ]
    return Ask("plan", "Which plan would you like?", choices, {"subscription_action": "plan"})


def _ask_months() -> Ask:
    choices = [
        ChoiceOffer(
            f"{count} month{'s' if count > 1 else ''}", payload(_INTENT, subscription_action="pause", months=str(count))
        )
        for count in (1, 2, 3)
    ]
    return Ask("months", "For how long shall I pause it?", choices, {"subscription_action": "pause"})


def _question(change: ChangeSubscription, preview: Preview, name: str) -> str:
    facts = preview.facts
    charge = day(facts["next_charge"])
    late = f" The charge on {charge} is too close to stop, so that box still comes." if facts.get("too_late") else ""
    match change.action:
        case "pause":
            return f"I'd pause {name}; the next charge would be on {day(facts['until'])}.{late} Shall I?"
        case "resume":
            return f"I'd start {name} again; the next charge is on {charge}. Shall I?"
        case "cancel":
            return f"I'd cancel {name}; nothing more is charged after that.{late} Shall I?"
        case "plan":
            new = f"{facts['new_name'] if 'new_name' in facts else facts['new_plan']}"
            price = f"{facts['new_price']} {facts['currency']} a {facts['period']}"
            return f"I'd change {name} to {new} for {price}, from the box of {charge} on. Shall I?"


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
    facts = effect.facts
    what = "changed"
    if isinstance(change, ChangeSubscription):
        what = {
            "pause": f"paused; the next charge is on {day(facts['until'])}" if "until" in facts else "paused",
            "resume": f"running again; the next charge is on {day(facts['next_charge'])}",
            "cancel": "cancelled",
            "plan": f"now {facts.get('new_plan', '')}",
        }[change.action]
    return f"Done: your subscription is {what}. Your reference is {effect.receipt}."


TRANSACTION = Transaction(
    kind="subscription",
    title="Change a subscription",
    intent=_INTENT,
    slots=("subscription_action", "plan", "months"),
    prepare=prepare,
    verify=verify,
    done=done,
    refusals={
        "no_subscription": "You have no running subscription, so nothing is being charged.",
        "subscription_state": "That's how it already is, so there's nothing to change.",
        "unknown_plan": "I don't know that plan. Which one did you mean?",
        "pause_length": "A pause lasts 1, 2 or 3 months. Which one would you like?",
    },
    declined="All right, your subscription stays as it is.",
)
