"""One trial: a simulated customer in one conversation of the running stack, and the record of all that happened.

The record is what the checks read, and all that they need: a run can be judged again without a stack.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from eval.simulate.customer import Customer, Facts, Say
from eval.simulate.front import Front, StackAway, Talk
from eval.simulate.reading import heard
from eval.simulate.scenario import Scenario
from eval.simulate.voice import Speaker
from eval.simulate.wording import Wording

HOUR = 3600.0
BETWEEN_FRAGMENTS = 0.05


@dataclass
class Record:
    """``before`` and ``after`` are the shop's state of the customer, ``events`` the log as staff see it, ``view`` what
    the customer could read, ``packets`` those of the hand-overs. ``orders``: names of the scenario and the numbers.
    ``articles``: title and text of each version that was cited, as ``id@version``."""

    scenario_id: str
    trial: int
    seed: str
    conversation_id: str = ""
    customer_id: str = ""
    orders: dict[str, str] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    stranger_after: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    view: list[dict[str, Any]] = field(default_factory=list)
    packets: list[dict[str, Any]] = field(default_factory=list)
    articles: dict[str, str] = field(default_factory=dict)
    end: str = ""
    satisfied: bool = False
    messages: int = 0
    rephrased: int = 0
    repeated: int = 0
    seconds: float = 0.0
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def seed_of(run_seed: int, scenario_id: str, trial: int) -> str:
    return f"{run_seed}/{scenario_id}/{trial}"


async def hold(
    front: Front,
    scenario: Scenario,
    bank: Mapping[str, Sequence[str]],
    run_seed: int,
    trial: int,
    wording: Wording | None = None,
) -> Record:
    """The whole trial, in a model's words with a ``wording``. A failure of the stack is written into the record, never
    raised."""
    record = Record(scenario.id, trial, seed_of(run_seed, scenario.id, trial))
    began = time.perf_counter()
    try:
        await _Trial(front, scenario, bank, record, wording).run()
    except StackAway as away:
        record.error = str(away)
    record.seconds = round(time.perf_counter() - began, 3)
    return record


class _Trial:
    def __init__(
        self,
        front: Front,
        scenario: Scenario,
        bank: Mapping[str, Sequence[str]],
        record: Record,
        wording: Wording | None,
    ) -> None:
        self._front = front
        self._scenario = scenario
        self._bank = bank
        self._record = record
        self._wording = wording
        self._chance = random.Random(record.seed)  # noqa: S311 - repeatable, not secret

    async def run(self) -> None:
        scenario, record = self._scenario, self._record
        start = scenario.start
        made = await self._front.make_customer(start.like, start.profile, start.orders)
        record.customer_id = made["customer_id"]
        record.orders = {name: order["id"] for name, order in made["orders"].items()}
        stranger_id = await self._make_stranger()
        record.before = await self._front.shop_of(record.customer_id)
        for fault in scenario.faults:
            await self._front.break_for(record.customer_id, fault.model_dump())
        talk = Talk(self._front, None if start.guest else made["identity_token"])
        facts = Facts(orders=record.orders, email=made["email"], name=made["name"])
        customer = Customer(scenario, facts, Speaker(self._bank, scenario.persona, self._chance), self._chance)
        await talk.open()
        record.conversation_id = talk.id
        try:
            await self._converse(talk, customer)
        finally:
            await self._write_down(talk, customer, stranger_id)

    async def _make_stranger(self) -> str:
        orders = self._scenario.start.stranger_orders
        if not orders:
            return ""
        made = await self._front.make_customer("cus_theo", {}, orders)
        self._record.orders |= {name: order["id"] for name, order in made["orders"].items()}
        return str(made["customer_id"])

    async def _converse(self, talk: Talk, customer: Customer) -> None:
        step, seen = customer.first(), len(talk.view)
        while True:
            await self._do(talk, step)
            if customer.end or step.leaves:
                return
            reply = heard(talk.view[seen:])
            seen = len(talk.view)
            if reply.asks == "code":
                codes = await self._front.codes_of(self._record.customer_id)
                customer.facts.code = codes[-1] if codes else ""
            step = customer.next(reply)

    async def _do(self, talk: Talk, step: Say) -> None:
        if step.hours:
            known = None if self._scenario.start.guest else self._record.customer_id
            await self._front.let_time_pass(known, talk.id, step.hours * HOUR)
        if step.staff:
            await self._decide(talk, step.staff)
        sent = 0
        for text in step.texts:
            if sent:
                await asyncio.sleep(BETWEEN_FRAGMENTS)
            if self._wording:
                text = await self._wording.of(text, self._scenario.persona)
            sent = await talk.say(text, twice=step.twice)
        if step.choice:
            sent = await talk.choose(step.choice)
        if step.person_button:
            sent = await talk.ask_for_a_person()
            await talk.read()
        if sent and not talk.with_people:
            await talk.until_answered(sent)
        if step.feedback:
            await talk.feedback(step.feedback)

    async def _decide(self, talk: Talk, decision: str) -> None:
        """A lead looks at the newest approval that is open and decides."""
        log = await self._front.log_of(talk.id)
        asked = [event for event in log["events"] if event["type"] == "approval.requested"]
        if not asked:
            return  # nothing waits: the checks will say what is missing
        seen = len(talk.view)
        body = {"decision": "approved" if decision == "approve" else "declined"}
        await self._front.as_staff("lead", "POST", f"/api/v1/approvals/{asked[-1]['data']['approval_id']}", body)
        await talk.until_something_new(seen)

    async def _write_down(self, talk: Talk, customer: Customer, stranger_id: str) -> None:
        record = self._record
        await talk.read()
        record.view = talk.view
        record.after = await self._front.shop_of(record.customer_id)
        if stranger_id:
            record.stranger_after = await self._front.shop_of(stranger_id)
        record.events = (await self._front.log_of(talk.id))["events"]
        queued = [event["data"]["handoff_id"] for event in record.events if event["type"] == "handoff.queued"]
        for handoff_id in queued:
            found = await self._front.as_staff("agent", "GET", f"/api/v1/handoffs/{handoff_id}")
            record.packets.append(found["packet"])
        for event in record.view:
            for cited in event.get("data", {}).get("citations") or []:
                name = f"{cited['article_id']}@{cited['version']}"
                record.articles[name] = await self._front.article(cited["article_id"], cited["version"])
        record.end = customer.end
        record.satisfied = len(customer.satisfied) == len(self._scenario.goals)
        record.messages, record.rephrased, record.repeated = customer.messages, customer.rephrased, customer.repeated
