"""One trial: customers in the middle of their conversations, one process killed, and what each of them then saw."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict, dataclass, field
from typing import Any

import aiohttp

from stack.bench.client import Event
from stack.errors import StackError
from stack.prove.customers import Customer, Sent, fate, settled
from stack.prove.people import Shop, newcomers
from stack.prove.plans import Plan
from stack.prove.private_stack import PrivateStack

ANSWER_WITHIN = 20.0  # an undisturbed turn
BACK_WITHIN = 120.0
SETTLED_WITHIN = 90.0
QUIET = 0.4  # seconds without a new event that count as the end
SENDING = 0.006  # seconds in which a message is sent and acknowledged, when nothing stands in the way
GUESTS = ("code", "proof")
USUAL = 0.04  # seconds of a turn, before any was measured


@dataclass(frozen=True)
class Message:
    """What became of one message that the kill concerned. Seconds after the kill; ``None``: never."""

    conversation_id: str
    seq: int
    role: str
    what: str
    sent: float
    acked: float
    tries: int
    end: str | None
    ended: float | None
    first_word: float | None


@dataclass
class Result:
    """``ready`` and ``connected`` in seconds after the kill; ``connected``: the customer's socket was open again, 0
    where it had not been cut."""

    plan: Plan
    in_flight: bool
    ready: float
    connected: float
    messages: list[Message]
    customers: list[Customer]
    fresh_views: list[list[Event]]
    problems: list[str] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        return {
            "plan": asdict(self.plan),
            "in_flight": self.in_flight,
            "ready": self.ready,
            "connected": self.connected,
            "messages": [asdict(message) for message in self.messages],
            "conversations": [customer.id for customer in self.customers],
            "problems": self.problems,
        }


class Trials:
    """Runs trials on one stack. ``usual`` learns how long each kind of turn takes, to place the kills."""

    def __init__(self, stack: PrivateStack, session: aiohttp.ClientSession, shop: Shop) -> None:
        self._stack = stack
        self._session = session
        self._shop = shop
        self._newcomer = newcomers(shop, "kill")
        self._usual: dict[str, float] = {}

    async def learn(self, acts: tuple[str, ...], times: int = 3) -> dict[str, float]:
        """Run each act undisturbed; the median time from acknowledgement to answer."""
        for act in acts:
            if act == "person":
                continue
            taken = []
            for _ in range(times):
                scene = await self._scene(act)
                sent = await scene.strike()
                await _answered(scene.victim, sent, ANSWER_WITHIN)
                taken.append((fate(scene.victim, sent.seq).ended or sent.acked) - sent.acked)
                await scene.victim.close()
            self._usual[act] = sorted(taken)[times // 2]
        return dict(self._usual)

    async def run(self, plan: Plan) -> Result:
        scene = await self._scene(plan.act)
        silent, waiting = Customer(self._session, self._stack.base), Customer(self._session, self._stack.base)
        busy = Customer(self._session, self._stack.base)
        everybody = [scene.victim, busy, silent, waiting]
        try:
            await asyncio.gather(busy.open(), silent.open(), waiting.open())
            await waiting.ask_for_a_person()
            await waiting.until(lambda: in_queue(waiting), ANSWER_WITHIN, "the queue")
            return await self._strike(plan, scene, busy, silent, waiting)
        finally:
            await asyncio.gather(*(customer.close() for customer in everybody))

    async def _strike(self, plan: Plan, scene: Scene, busy: Customer, silent: Customer, waiting: Customer) -> Result:
        target = _target(plan.target, scene.victim.id, self._stack.children())
        roles = {scene.victim.id: "victim", busy.id: "busy", silent.id: "silent", waiting.id: "with_people"}
        victim_seqs_before = len(scene.victim.sent)
        beside = asyncio.create_task(busy.say("Hello, how much is delivery?"))
        striking = asyncio.create_task(scene.strike())
        if plan.point != "with_send":
            await asyncio.wait([striking], timeout=ANSWER_WITHIN)
            await asyncio.sleep(plan.share * self._usual.get(plan.act, USUAL))
        else:
            await asyncio.sleep(plan.share * SENDING)
        killed, restarts = self._stack.kill(target)
        at_kill = len(scene.victim.view)
        later = [
            asyncio.create_task(_after(plan.later, silent.say("Do gift cards expire?"))),
            asyncio.create_task(_after(plan.pause, waiting.say("One more thing: it is the blue one."))),
        ]
        ready = await self._stack.ready_again(target, restarts, BACK_WITHIN)
        await asyncio.gather(striking, beside, *later)
        problems = await _settle([scene.victim, busy, silent, waiting])
        if plan.act == "person" and not in_queue(scene.victim):
            problems.append(f"I6: {scene.victim.id}: a person was asked for and the queue was not reached")
        in_flight = _was_in_flight(scene.victim, at_kill, victim_seqs_before)
        aftermath = time.perf_counter()
        if scene.after is not None and not problems:
            await scene.after()
        await _say_more(scene.victim)
        everybody = [scene.victim, busy, silent, waiting]
        problems += await _settle(everybody)
        fresh = [await customer.fetch() for customer in everybody]
        messages = [_request(scene.victim, striking.result(), killed)] if plan.act == "person" else []
        messages += [
            _message(customer, sent, roles[customer.id], killed)
            for customer in everybody
            for sent in customer.sent
            if sent.first_tried < aftermath and not _over_by(customer, sent, killed)
        ]
        connected = [at for at in scene.victim.connected_at if at > killed]
        return Result(
            plan=plan,
            in_flight=in_flight,
            ready=ready - killed,
            connected=(connected[0] - killed) if connected else 0.0,
            messages=messages,
            customers=everybody,
            fresh_views=fresh,
            problems=problems + [f"{c.id}: {fault}" for c in everybody for fault in c.faults],
        )

    async def _scene(self, act: str) -> Scene:
        token, placed, moving = await asyncio.to_thread(self._newcomer)
        victim = Customer(self._session, self._stack.base, None if act in GUESTS else token)
        await victim.open()
        if act in GUESTS:
            return await self._guest(act, victim, moving)
        return await _prepared(act, victim, placed, moving)

    async def _guest(self, act: str, victim: Customer, order: str) -> Scene:
        """Somebody who proves who they are: the kill hits the turn that sends the code, or the one it is entered in."""
        email = await asyncio.to_thread(self._shop.email_of, order)
        await _answered(victim, await victim.say(f"Where is my order {order}?"), ANSWER_WITHIN)
        if act == "code":
            return Scene(victim, lambda: victim.say(email))
        await _answered(victim, await victim.say(email), ANSWER_WITHIN)
        until = time.perf_counter() + ANSWER_WITHIN
        while not (codes := await asyncio.to_thread(self._shop.mailed_codes, email)):
            if time.perf_counter() > until:
                raise StackError("No one-time code was mailed.")
            await asyncio.sleep(QUIET)
        return Scene(victim, lambda: victim.say(codes[-1]))


@dataclass
class Scene:
    """A customer about to act. ``strike`` sends what the kill shall hit, ``after`` what follows once all is well."""

    victim: Customer
    strike: Callable[[], Coroutine[Any, Any, Sent]]
    after: Callable[[], Awaitable[None]] | None = None


async def _prepared(act: str, victim: Customer, placed: str, moving: str) -> Scene:
    if act == "person":
        return Scene(victim, victim.ask_for_a_person)
    if act == "cancel":
        return Scene(victim, lambda: victim.say(f"Please cancel order {placed}"), lambda: _confirm_if_asked(victim))
    if act == "confirm":
        asked = await victim.say(f"Please cancel order {placed}")
        await _answered(victim, asked, ANSWER_WITHIN)
        choice = _open_choice(victim)
        if choice is None:
            raise StackError("The assistant did not ask for a yes before it cancels an order.")
        return Scene(victim, lambda: victim.choose(choice))
    if act == "burst":
        return Scene(victim, lambda: _burst(victim, moving))
    texts = {
        "chat": "Hello there",
        "order": f"Where is my order {moving}?",
        "howto": "How many days do I have to send something back?",
    }
    return Scene(victim, lambda: victim.say(texts[act]))


async def _burst(victim: Customer, moving: str) -> Sent:
    """Three messages, each sent as soon as the one before is safe."""
    first = await victim.say("Hi")
    await victim.say(f"it is about order {moving}")
    await victim.say("where is it?")
    return first


async def _confirm_if_asked(victim: Customer) -> None:
    choice = _open_choice(victim)
    if choice is not None:
        await _answered(victim, await victim.choose(choice), SETTLED_WITHIN)


def _open_choice(victim: Customer) -> str | None:
    """The first choice (the yes) that the bot's last message offers, if it offers two."""
    for event in reversed(victim.view):
        if event["type"] == "message.sent" and event["source"] == "bot":
            choices = event["data"].get("choices") or []
            return str(choices[0]["choice"]) if len(choices) == 2 else None
    return None


async def _say_more(victim: Customer) -> None:
    """The conversation goes on: its last message again with the same id, and a new one."""
    if victim.sent:
        await victim.send_again()
    await victim.say("Thank you")


async def _after(seconds: float, sending: Coroutine[Any, Any, Sent]) -> Sent:
    await asyncio.sleep(seconds)
    return await sending


async def _answered(customer: Customer, sent: Sent, within: float) -> None:
    await customer.until(lambda: fate(customer, sent.seq).end is not None, within, "the end of a turn")


async def _settle(customers: list[Customer]) -> list[str]:
    """Wait until every message has its end and nothing more comes; what did not settle, in words."""
    problems = []
    for customer in customers:
        try:
            await customer.until(lambda c=customer: settled(c), SETTLED_WITHIN, "the end of a message")  # type: ignore[misc]
        except TimeoutError as missing:
            problems.append(f"I6: {missing}")
    while True:
        newest = max(max(customer.heard.values(), default=0.0) for customer in customers)
        left = newest + QUIET - time.perf_counter()
        if left <= 0:
            return problems
        await asyncio.sleep(left)


def in_queue(customer: Customer) -> bool:
    return queued_at(customer) is not None


def queued_at(customer: Customer) -> float | None:
    """When the customer saw that a person will come."""
    return next((customer.heard[e["seq"]] for e in customer.view if e["type"] == "handoff.queued"), None)


def _was_in_flight(victim: Customer, heard_at_kill: int, sent_before: int) -> bool:
    """Whether the kill came before the end of what the victim had just sent."""
    struck = victim.sent[sent_before:]
    if not struck:  # asked for a person
        return all(event["type"] != "handoff.queued" for event in victim.view[:heard_at_kill])
    ended = {seq for event in victim.view[:heard_at_kill] for seq in event.get("data", {}).get("reply_to", ())}
    return not {sent.seq for sent in struck} <= ended


def _over_by(customer: Customer, sent: Sent, moment: float) -> bool:
    ended = fate(customer, sent.seq).ended
    return ended is not None and ended < moment


def _message(customer: Customer, sent: Sent, role: str, killed: float) -> Message:
    became = fate(customer, sent.seq)
    return Message(
        conversation_id=customer.id,
        seq=sent.seq,
        role=role,
        what=sent.what[:40],
        sent=round(sent.first_tried - killed, 4),
        acked=round(sent.acked - killed, 4),
        tries=sent.tries,
        end=became.end,
        ended=None if became.ended is None else round(became.ended - killed, 4),
        first_word=None if became.first_word is None else round(became.first_word - killed, 4),
    )


def _request(customer: Customer, sent: Sent, killed: float) -> Message:
    """The asking for a person, told like a message."""
    at = queued_at(customer)
    after = None if at is None else round(at - killed, 4)
    tried, acked = round(sent.first_tried - killed, 4), round(sent.acked - killed, 4)
    end = None if at is None else "handed_over"
    return Message(customer.id, sent.seq, "victim", sent.what, tried, acked, sent.tries, end, after, after)


def _target(target: str, conversation_id: str, children: dict[str, Any]) -> str:
    """``bot`` is the replica that is the conversation's home."""
    if target != "bot":
        return target
    bots = sorted(name for name in children if name.startswith("bot-"))
    return bots[zlib.crc32(conversation_id.encode()) % len(bots)]
