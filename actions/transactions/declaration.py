"""What a transaction is: a readable declaration that the engine runs.

To add one, write a file in ``actions/transactions/kinds`` that ends in a ``TRANSACTION``, and its words in
``domain.yml`` as ``utter_<kind>_<part>``. ``prepare`` reads and asks, ``verify`` reads back; only the engine makes
changes, and only through the port.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from actions.backend.port import Backend, Change, Effect
from actions.errors import NotAllowed, Rule
from actions.recovery import RecoveryCode
from actions.words import words
from handoff.contract.events import HandoffReason
from handoff.contract.turn import ChoiceOffer


@dataclass(frozen=True)
class Request:
    """Who wants what. ``text`` is the newest message; ``slots`` what has been understood, by name.

    ``before`` is the change that the customer was just asked about, where the message is about the same kind of
    thing: what the message does not name is taken from it. ``corrects``: the message is no new wish, so it should
    name what is to be different; where that is not read, the customer is asked for it.
    """

    backend: Backend
    customer_id: str
    text: str
    slots: Mapping[str, Any]
    now: datetime
    before: Change | None = None
    corrects: bool = False

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
    """It cannot be done, why, and what can. ``solved``: the answer itself meets the need. ``note``: what the
    colleague who takes over should know of it."""

    text: str
    choices: Sequence[ChoiceOffer] = ()
    handoff: HandoffReason | None = None
    solved: bool = False
    note: str = ""
    recovery: RecoveryCode | None = None


@dataclass(frozen=True)
class Proposal:
    """A change that could be made now. ``summary`` is one line for people, ``question`` what the customer reads.

    ``yes`` and ``no`` are the labels of the two choices; without them the transaction's own words are taken.
    """

    change: Change
    object_ref: str
    summary: str
    question: str
    yes: str = ""
    no: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True)
class Instead:
    """Another transaction serves the wish. ``known``: slots that it starts from; ``lead`` goes before its question."""

    kind: str
    known: Mapping[str, str] = field(default_factory=dict)
    lead: str = ""


Prepared = Ask | Refusal | Proposal | Instead


@dataclass(frozen=True)
class Happened:
    """A change that the shop says it made, and its record of it."""

    change: Change
    effect: Effect


@dataclass(frozen=True)
class Promise:
    """What the customer was told will happen. ``what`` is for the ``owner``, a team; ``due`` is aware."""

    what: str
    owner: str
    due: datetime


def no_promise(happened: Happened) -> Promise | None:  # noqa: ARG001 - one signature for all
    return None


def no_recovery(change: Change) -> RecoveryCode | None:  # noqa: ARG001 - one signature for all
    return None


@dataclass(frozen=True)
class Transaction:
    """``refusals`` are the rules of the shop that have words of their own (``utter_<kind>_refused_<rule>``, filled
    from the error's data); any other goes to a person.

    ``verify`` is given the customer and reads the shop afresh. ``done`` and ``promise`` are asked only after
    ``verify`` has found the effect in the shop. ``recovery`` names the protocol that the change belongs to,
    ``recoveries`` the one for a rule that refuses.
    """

    kind: str
    title: str
    intents: Sequence[str]
    slots: Sequence[str]
    prepare: Callable[[Request], Awaitable[Prepared]]
    verify: Callable[[Backend, str, Happened], Awaitable[bool]]
    done: Callable[[Happened], str]
    refusals: frozenset[Rule] = frozenset()
    promise: Callable[[Happened], Promise | None] = no_promise
    recovery: Callable[[Change], RecoveryCode | None] = no_recovery
    recoveries: Mapping[Rule, RecoveryCode] = field(default_factory=dict)

    def say(self, part: str, **values: object) -> str:
        return words(f"{self.kind}_{part}", **values)

    def refuse(self, refused: NotAllowed, choices: Sequence[ChoiceOffer] = ()) -> Refusal:
        """A rule's answer. An unforeseen rule goes to a person rather than to a shrug."""
        if refused.rule not in self.refusals:
            return Refusal(words("unforeseen_rule"), choices, handoff="business_rule")
        code = self.recoveries.get(refused.rule)
        text = self.say(f"refused_{refused.rule}", **{name: _readable(value) for name, value in refused.data.items()})
        if code is not None:
            text = f"{words(f'recovery_{code}_own')} {text} {words(f'recovery_{code}_next')}"
        return Refusal(text, choices, recovery=code)

    @property
    def parts(self) -> set[str]:
        """The words that every declaration has, by the ends of their names."""
        return {"done", "declined", *(f"refused_{rule}" for rule in self.refusals)}


def _readable(value: Any) -> Any:
    """An ISO date or time of the shop as people say it."""
    try:
        return day(value) if isinstance(value, str) and value[:4].isdigit() and "-" in value else value
    except ValueError:
        return value


def money(amount: Decimal, currency: str) -> str:
    return f"{amount:.2f} {currency}"


def gift_card_note(facts: Mapping[str, str]) -> str:
    """What goes back on a gift card, as a sentence; empty where nothing does."""
    if not facts.get("gift_card"):
        return ""
    return words("to_gift_card", amount=money(Decimal(facts["gift_card"]), facts["currency"]))


def day(moment: datetime | date | str) -> str:
    """``Friday 27 November``; an ISO date or time may be given as text."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return f"{moment:%A} {moment.day} {moment:%B}"


def veiled(email: str) -> str:
    """``m…@example.com``: enough to recognise one's own address."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


PERSON = ChoiceOffer(words("label_person"), "/talk_to_person")
SOMETHING_ELSE = ChoiceOffer(words("label_something_else"), "/what_can_you_do")
