"""What a transaction is: a readable declaration that the engine runs.

To add one, write a file that ends in a ``Transaction`` and name it in ``actions/transactions/catalogue.py``.
``prepare`` reads and asks, ``verify`` reads back; only the engine makes changes, and only through the port.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from actions.backend.port import Backend, Change, Effect
from actions.errors import NotAllowed, Rule
from handoff.contract.events import HandoffReason
from handoff.contract.turn import ChoiceOffer


@dataclass(frozen=True)
class Request:
    """Who wants what. ``text`` is the newest message; ``slots`` what has been understood, by name."""

    backend: Backend
    customer_id: str
    text: str
    slots: Mapping[str, Any]
    now: datetime

    def slot(self, name: str) -> str:
        value = self.slots.get(name)
        return "" if value is None else str(value).strip()


@dataclass(frozen=True)
class Ask:
    """One question, for one missing thing. ``known``: slots that the request has shown already, to be kept with it."""

    slot: str
    text: str
    choices: Sequence[ChoiceOffer] = ()
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Refusal:
    """It cannot be done, why, and what can. ``solved``: the answer itself meets the need."""

    text: str
    choices: Sequence[ChoiceOffer] = ()
    handoff: HandoffReason | None = None
    solved: bool = False


@dataclass(frozen=True)
class Proposal:
    """A change that could be made now. ``summary`` is one line for people, ``question`` what the customer reads."""

    change: Change
    object_ref: str
    summary: str
    question: str
    yes: str = "Yes, please"
    no: str = "No, leave it"
    amount: Decimal | None = None


Prepared = Ask | Refusal | Proposal


@dataclass(frozen=True)
class Happened:
    """A change that the shop says it made, and its record of it."""

    change: Change
    effect: Effect


@dataclass(frozen=True)
class Transaction:
    """``refusals`` says for each rule of the shop what the customer reads, ``{names}`` filled from the error's data.

    ``verify`` is given the customer and reads the shop afresh. ``done`` is read only after ``verify`` has found the
    effect in the shop.
    """

    kind: str
    title: str
    intent: str
    slots: Sequence[str]
    prepare: Callable[[Request], Awaitable[Prepared]]
    verify: Callable[[Backend, str, Happened], Awaitable[bool]]
    done: Callable[[Happened], str]
    refusals: Mapping[Rule, str] = field(default_factory=dict)
    declined: str = "All right, I've left everything as it was."

    def refuse(self, refused: NotAllowed, choices: Sequence[ChoiceOffer] = ()) -> Refusal:
        """A rule's answer. An unforeseen rule goes to a person rather than to a shrug."""
        template = self.refusals.get(refused.rule)
        if template is None:
            text = "I can't do that from here: our rules for this case need a person's eye."
            return Refusal(text, choices, handoff="business_rule")
        return Refusal(template.format_map(_Forgiving(refused.data)), choices)


class _Forgiving(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def money(amount: Decimal, currency: str) -> str:
    return f"{amount:.2f} {currency}"


def day(moment: datetime | date | str) -> str:
    """``Friday 27 November``; an ISO date or time may be given as text."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return f"{moment:%A} {moment.day} {moment:%B}"


PERSON = ChoiceOffer("Talk to a person", "/talk_to_person")
SOMETHING_ELSE = ChoiceOffer("Something else", "/what_can_you_do")
