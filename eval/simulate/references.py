"""Bots that everybody can beat or nobody: they tell what a figure is worth, and are printed with every run.

``do_nothing`` never speaks, ``always_hand_over`` calls a person at the first word, ``keyword`` takes the first word
that it knows and acts at once, ``gold_replay`` does what the scenario names as its end, in the real shop, and says what
stands in the articles that it names. A scenario that doing nothing passes is marked, and left out of the headline; one
that gold replay fails is broken.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from eval.simulate.checks import Verdict, judge
from eval.simulate.front import Front, StackAway
from eval.simulate.scenario import Effect, Scenario
from eval.simulate.trial import Record, seed_of
from eval.simulate.voice import Speaker

SIDE_BY_SIDE = 4
NAMES = ("do_nothing", "always_hand_over", "keyword", "gold_replay")
Bank = Mapping[str, Sequence[str]]
_ZONE = ZoneInfo("Europe/Berlin")
_PERSON = re.compile(r"\b(?:human|person|agent|someone|somebody|representative|staff|employee)\b", re.IGNORECASE)
_PARAGRAPHS = re.compile(r"\n{2,}")
_KEYWORDS: Sequence[tuple[str, str]] = (
    (r"cancel.*(?:subscription|box)|(?:subscription|box).*cancel", "subscription"),
    (r"cancel", "cancel_order"),
    (r"twice|double", "double_charge"),
    (r"refund|money back", "refund"),
    (r"return|send .*back", "return_item"),
    (r"broken|damaged|wrong|missing|never arrived", "report_problem"),
    (r"invoice|bill", "invoice_copy"),
    (r"password", "password_reset"),
    (r"locked", "unlock_account"),
)


def shop_words(told: str) -> dict[str, Any]:
    return {"seq": 2, "type": "message.sent", "source": "bot", "data": {"text": told, "reply_to": [1]}}


def called_a_person(reason: str, after: int) -> list[dict[str, Any]]:
    spoken = [
        {"seq": seq, "type": "message.sent", "source": "customer", "data": {"text": "…"}} for seq in range(1, after + 1)
    ]
    requested = {"seq": after + 1, "type": "handoff.requested", "source": "bot", "data": {"reason": reason}}
    queued = {"seq": after + 2, "type": "handoff.queued", "source": "system", "data": {"handoff_id": ""}}
    return [*spoken, requested, queued]


def do_nothing(scenario: Scenario, start: Record) -> Record:
    quiet = all(goal.done == "nothing" for goal in scenario.goals)
    return replace(start, after=start.before, end="left" if quiet else "", satisfied=quiet)


def always_hand_over(start: Record) -> Record:
    return replace(start, after=start.before, events=called_a_person("explicit_request", 1), end="with_people")


@dataclass
class References:
    """Cells by bot, and the scenarios that doing nothing passes or gold replay fails."""

    cells: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in NAMES})
    passed: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 0))
    nothing_passes: list[str] = field(default_factory=list)
    gold_fails: list[str] = field(default_factory=list)

    def count(self, name: str, scenario: Scenario, verdict: Verdict) -> None:
        self.cells[name][verdict.cell] += 1
        self.passed[name] += verdict.passed
        if name == "do_nothing" and verdict.passed:
            self.nothing_passes.append(scenario.id)
        if name == "gold_replay" and not verdict.passed:
            self.gold_fails.append(f"{scenario.id}: {verdict.reason}")


async def measure(
    front: Front, scenarios: Sequence[Scenario], banks: Mapping[str, Bank], seed: int, found: References
) -> None:
    """All four bots on every scenario; the last two act in the shop, each on a customer of its own."""
    places = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(scenario: Scenario) -> None:
        async with places:
            start = await _start(front, scenario, seed)
            words = Speaker(banks[scenario.split], scenario.persona, random.Random(start.seed))  # noqa: S311 - repeatable
            keyword = await _keyword(front, scenario, start, words)
            fresh = await _start(front, scenario, seed) if keyword.after["effects"] else start
            gold = told_from_articles(scenario, await _gold(front, scenario, fresh), await _articles(front, scenario))
        found.count("do_nothing", scenario, judge(scenario, do_nothing(scenario, start)))
        found.count("always_hand_over", scenario, judge(scenario, always_hand_over(start)))
        found.count("keyword", scenario, judge(without_words(scenario, only_where_state_proves=True), keyword))
        found.count("gold_replay", scenario, judge(only_words_of_articles(scenario), gold))

    async with asyncio.TaskGroup() as group:
        for scenario in scenarios:
            group.create_task(one(scenario))


def without_words(scenario: Scenario, *, only_where_state_proves: bool = False) -> Scenario:
    """The same, judged by state alone: these bots have no words of ours."""
    if only_where_state_proves and not any(scenario.expect.ends):
        return scenario
    bare = scenario.expect.model_copy(update={"says": [], "cites": [], "packet": [], "promises": None})
    return scenario.model_copy(update={"expect": bare})


def only_words_of_articles(scenario: Scenario) -> Scenario:
    """The same without what only the assistant's own texts could say: what is required of an answer is required of gold
    replay too, because its words are the article's."""
    if not scenario.expect.cites:
        return without_words(scenario)
    bare = scenario.expect.model_copy(update={"packet": [], "promises": None})
    return scenario.model_copy(update={"expect": bare})


def told_from_articles(scenario: Scenario, record: Record, articles: Mapping[str, tuple[int, str]]) -> Record:
    """The record with an answer from each article that the scenario names: its paragraphs that hold what must be said.
    ``articles``: version and text by id; one that is not published is missing, and nothing is said from it."""
    view, kept = list(record.view), dict(record.articles)
    for name in scenario.expect.cites:
        if name not in articles:
            continue
        version, text = articles[name]
        said = [part for part in _PARAGRAPHS.split(text) if _holds_any(part, scenario.expect.says)]
        answer = shop_words("\n\n".join(said) or text)
        answer["data"]["citations"] = [{"article_id": name, "version": version}]
        view.append(answer)
        kept[f"{name}@{version}"] = text
    return replace(record, view=view, articles=kept)


def _holds_any(text: str, patterns: Sequence[str]) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


async def _articles(front: Front, scenario: Scenario) -> dict[str, tuple[int, str]]:
    found = {name: await front.published(name) for name in scenario.expect.cites}
    return {name: article for name, article in found.items() if article is not None}


async def _start(front: Front, scenario: Scenario, seed: int) -> Record:
    start = scenario.start
    record = Record(scenario.id, 0, seed_of(seed, scenario.id, 0))
    made = await front.make_customer(start.like, start.profile, start.orders)
    record.customer_id = made["customer_id"]
    record.orders = {name: order["id"] for name, order in made["orders"].items()}
    record.before = await front.shop_of(record.customer_id)
    return record


async def _keyword(front: Front, scenario: Scenario, start: Record, words: Speaker) -> Record:
    said = _opening(scenario, start, words)
    if _PERSON.search(said):
        return replace(start, after=start.before, events=called_a_person("explicit_request", 1), end="with_people")
    kind = next((kind for pattern, kind in _KEYWORDS if re.search(pattern, said, re.IGNORECASE)), "")
    named = next((number for number in start.orders.values() if number in said), next(iter(start.orders.values()), ""))
    told = "Sorry, I did not understand that."
    if kind:
        await _apply(front, start, change_of(Effect(kind=kind), start, named))
        told = "All right."
    after = await front.shop_of(start.customer_id)
    return replace(start, after=after, view=[shop_words(told)], end="content", satisfied=bool(kind))


def _opening(scenario: Scenario, start: Record, words: Speaker) -> str:
    if not scenario.goals:
        return ""
    goal = scenario.goals[0]
    number = start.orders.get(goal.order or "", "")
    if not goal.say:
        return words.wish(goal.act, {"order": f"order {number}"} if number and goal.names_order else {})
    said = goal.say[0]
    for name, one in start.orders.items():
        said = said.replace(f"$orders.{name}", one)
    return said


async def _gold(front: Front, scenario: Scenario, start: Record) -> Record:
    expect = scenario.expect
    for effect in expect.ends[0]:
        await _apply(front, start, change_of(effect, start, start.orders.get(effect.order or "", "")))
    after = await front.shop_of(start.customer_id)
    if expect.owner == "person":
        spoken = max(expect.not_before, min(1, len(scenario.goals)))
        return replace(start, after=after, events=called_a_person(expect.reasons[0], spoken), end="with_people")
    return replace(start, after=after, end="content", satisfied=True)


async def _apply(front: Front, start: Record, changes: Sequence[Mapping[str, Any]]) -> None:
    """The first of these changes that the shop takes; none where its rules refuse them all."""
    path = f"/lab/v1/customers/{start.customer_id}/changes"
    for change in changes:
        answer = await front.call("POST", path, {"change": dict(change)}, expect=(201, 404, 409, 422))
        if "receipt" in answer:
            return


def change_of(effect: Effect, start: Record, order_id: str) -> list[dict[str, Any]]:
    """What to ask the shop for, in the port's form; several where only trying tells which is free."""
    change: dict[str, Any] = {"kind": effect.kind}
    order = next((one for one in start.before["orders"] if one["id"] == order_id), None)
    if order is not None and effect.kind in _ABOUT_AN_ORDER:
        change["order_id"] = order_id
    if effect.kind == "refund":
        change["reason"] = order["status"] if order else ""
    elif effect.kind == "report_problem":
        change["problem"] = "late" if order and order["status"] == "delayed" else "missing"
    elif effect.kind == "change_address" and order:
        change["address"] = dict(order["address"])
    elif effect.kind == "subscription":
        return [change | each | effect.request for each in _subscriptions(effect.request.get("action"))]
    elif effect.kind == "update_profile":
        named = effect.request.get("field")
        return [
            change | {"field": field, "value": value} | effect.request
            for field, value in _PROFILE.items()
            if named in (None, field)
        ]
    elif effect.kind == "callback":
        return [change | {"starts_at": moment} for moment in _hours_ahead()]
    request = dict(effect.request)
    if "address" in request:
        request["address"] = {**change.get("address", {}), **request["address"]}
    return [change | request]


_ABOUT_AN_ORDER = frozenset(
    {
        "cancel_order", "change_address", "return_item", "refund", "report_problem", "double_charge", "trace_refund",
        "invoice_copy",
    }
)  # fmt: skip


_PROFILE = {"name": "Gold Replay", "phone": "+49 171 3920099", "email": "gold@example.org"}
_SUBSCRIPTIONS: Sequence[dict[str, Any]] = (
    {"action": "pause", "months": 1},
    {"action": "resume"},
    {"action": "plan", "plan": "weekender"},
    {"action": "plan", "plan": "hut_tour"},
    {"action": "cancel"},
)


def _subscriptions(action: str | None) -> list[dict[str, Any]]:
    """The ways to change a subscription; where a scenario asks for a change alone, whichever the shop allows."""
    return [each for each in _SUBSCRIPTIONS if action in (None, each["action"])]


def _hours_ahead() -> list[str]:
    day = datetime.now(_ZONE).replace(minute=0, second=0, microsecond=0)
    hours = [(day + timedelta(days=ahead)).replace(hour=hour) for ahead in range(1, 7) for hour in range(9, 17)]
    return [hour.astimezone(UTC).isoformat() for hour in hours if hour.weekday() < 5]


async def measured(
    front: Front, scenarios: Sequence[Scenario], banks: Mapping[str, Bank], seed: int
) -> tuple[References, str]:
    """What was found, and what stood in the way, if anything."""
    found = References()
    try:
        await measure(front, scenarios, banks, seed, found)
    except* StackAway as away:
        trouble = str(away.exceptions[0])
    else:
        trouble = ""
    return found, trouble
