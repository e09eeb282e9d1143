"""One fuzzed dialogue over the public API: a customer of some identity makes random moves until they are enough."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp

from actions.backend.mail import list_mails
from stack.bench.client import Event
from stack.errors import StackError
from stack.prove.customers import Customer, Sent, fate
from stack.prove.fuzz_moves import Identity, Move, Person, Shown, draw, draw_identity
from stack.prove.fuzz_people import Known

ENDED_WITHIN = 45.0
MOVES = (4, 12)
AFTER_A_HAND_OVER = 2
MAIL_WITHIN = 5.0
WRONG_CODE = "000000"
NOT_READ = datetime.max.replace(tzinfo=UTC)


@dataclass
class Told:
    """A dialogue that was held. ``may_be``: the customer that its owner could prove to be, if any. ``moves`` by the
    ``seq`` of the message; ``refused``: moves that the gateway refused; ``unanswered``: those that never ended;
    ``heard``: all that its customer may read, as of ``read_at``."""

    number: int
    identity: Identity
    may_be: str | None
    customer: Customer
    moves: dict[int, Move] = field(default_factory=dict)
    refused: int = 0
    unanswered: list[int] = field(default_factory=list)
    heard: list[Event] = field(default_factory=list)
    read_at: datetime = NOT_READ

    async def read_to_the_end(self) -> None:
        """The whole log as its customer may read it, after everybody has finished."""
        self.read_at = datetime.now(UTC)
        self.heard = await self.customer.fetch()
        if self.customer.view != self.heard[: len(self.customer.view)]:
            self.customer.faults.append("I4: the socket brought something else than the log holds")


class Stage:
    """What all dialogues share. ``choices_seen``: some that were offered to somebody."""

    def __init__(
        self, session: aiohttp.ClientSession, base: str, mails: Path, people: Sequence[Known], seed: int
    ) -> None:
        self.session = session
        self.base = base
        self.mails = mails
        self.people = people
        self.seed = seed
        self.choices_seen: list[str] = []


class Dialogue:
    def __init__(self, stage: Stage, number: int, token: str) -> None:
        self._stage = stage
        self._chance = random.Random(f"{stage.seed}/dialogue/{number}")  # noqa: S311 - repeatable, not secret
        self._known = stage.people[number]
        stranger = stage.people[(number + 1 + self._chance.randrange(len(stage.people) - 1)) % len(stage.people)]
        self._stranger = stranger
        self._refused_last = False
        self._person = Person(self._known.orders, list(stranger.orders), stranger.id)
        identity = draw_identity(self._chance)
        signed = {"token": token, "forged": token[:-4] + "AAAA"}.get(identity)
        customer = Customer(stage.session, stage.base, signed)
        may_be = self._known.id if identity in ("token", "code") else None
        self.told = Told(number, identity, may_be, customer)

    async def hold(self) -> Told:
        """The whole dialogue. Raises ``StackError`` where the gateway breaks its contract."""
        told = self.told
        try:
            await told.customer.open()
        except StackError:
            if told.identity != "forged":
                raise
            told.refused += 1
            told.customer = Customer(self._stage.session, self._stage.base)
            await told.customer.open()
        try:
            if told.identity in ("code", "wrong_code", "wrong_mail"):
                await self._prove()
            left = self._chance.randint(*MOVES)
            while left > 0:
                if _with_people(told.customer):
                    left = min(left, AFTER_A_HAND_OVER)
                await self._make(draw(self._chance, self._person, self._shown(), self._foreign()))
                left -= 1
        finally:
            await told.customer.close()
        return told

    async def _prove(self) -> None:
        """Order, e-mail and code, as a guest is asked for them; a wrong one of them for some."""
        order = self._chance.choice(list(self._known.orders))
        email = self._stranger.email if self.told.identity == "wrong_mail" else self._known.email
        await self._make(Move("text", f"where is {order}?"))
        await self._make(Move("text", email))
        code = await self._mailed() if self.told.identity == "code" else WRONG_CODE
        await self._make(Move("text", code or WRONG_CODE))

    async def _mailed(self) -> str | None:
        """The code's mail goes out after the answer."""
        until = asyncio.get_running_loop().time() + MAIL_WITHIN
        while (code := await asyncio.to_thread(self._code)) is None:
            if asyncio.get_running_loop().time() > until:
                return None
            await asyncio.sleep(0.05)
        return code

    def _code(self) -> str | None:
        mine = [mail for mail in list_mails(self._stage.mails) if mail["to"] == self._known.email and mail["code"]]
        return str(mine[-1]["code"]) if mine else None

    async def _make(self, move: Move) -> None:
        told, customer = self.told, self.told.customer
        sent: Sent | None = None
        try:
            if move.kind == "text":
                sent = await customer.say(move.text)
            elif move.kind == "again":
                if customer.sent and not self._refused_last:  # a refused send has used up the number of the last one
                    await customer.send_again()
                return
            elif move.kind == "person":
                sent = await customer.ask_for_a_person()
            else:
                sent = await customer.choose(move.choice)
        except StackError:
            told.refused += 1
            self._refused_last = True
            return
        self._refused_last = False
        told.moves[sent.seq] = move
        if move.kind in ("old_choice", "foreign_choice"):
            customer.faults.append(f"a choice that was not open was taken ({move.kind})")
        if _with_people(customer):
            return
        with contextlib.suppress(TimeoutError):
            await customer.until(lambda: fate(customer, sent.seq).end is not None, ENDED_WITHIN, "an end")
            return
        told.unanswered.append(sent.seq)

    def _shown(self) -> Shown:
        offers = [event["data"] for event in self.told.customer.view if event.get("data", {}).get("choices")]
        newest = offers[-1].get("reply_to") if offers else None
        taken = {move.choice for move in self.told.moves.values()}
        pairs = [(offer.get("reply_to") == newest, one) for offer in offers for one in offer["choices"]]
        is_open = [(one["label"], one["choice"]) for now, one in pairs if now and one["choice"] not in taken]
        gone = [one["choice"] for now, one in pairs if not now or one["choice"] in taken]
        named = [
            event["data"]["operation_id"]
            for event in self.told.customer.view
            if "operation_id" in event.get("data", {})
        ]
        self._stage.choices_seen += [choice for _, choice in is_open[-1:]]
        return Shown(is_open, gone, named[-1] if named else "op_1")

    def _foreign(self) -> list[str]:
        mine = {one["choice"] for event in self.told.customer.view for one in event.get("data", {}).get("choices", ())}
        return [choice for choice in self._stage.choices_seen[-40:] if choice not in mine]


def _with_people(customer: Customer) -> bool:
    return any(event["type"] == "handoff.queued" for event in customer.view)
